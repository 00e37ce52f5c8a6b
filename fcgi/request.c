/* request.c: reads the FastCGI parameters of a request. */
#include "config.h"

#include "fcgi/request.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/base/uuid.h"

static const char *const methods[] = {
	[METHOD_GET] = "GET",       [METHOD_POST] = "POST",
	[METHOD_PUT] = "PUT",       [METHOD_PATCH] = "PATCH",
	[METHOD_DELETE] = "DELETE", [METHOD_OPTIONS] = "OPTIONS",
};
_Static_assert(ARRAY_LEN(methods) == METHOD__COUNT, "a name for each method");

/* If one of these came twice, the web server could use one and this program the
   other. */
static const char *const once_only[] = {
	"CONTENT_LENGTH", "CONTENT_TYPE",         "REQUEST_METHOD",
	"REQUEST_URI",    "HTTP_AUTHORIZATION",   "HTTP_COOKIE",
	"REMOTE_ADDR",    "HTTP_IDEMPOTENCY_KEY",
};

/* The value of "NAME=value" if its name is `name`, else NULL. */
static const char *value_of(const char *entry, const char *name)
{
	size_t len = strlen(name);

	return !strncmp(entry, name, len) && entry[len] == '=' ? entry + len + 1
							       : NULL;
}

const char *request_env(char **envp, const char *name)
{
	for (; *envp; envp++) {
		const char *value = value_of(*envp, name);

		if (value)
			return value;
	}
	return "";
}

static bool check_once_only(struct work *work, char **envp)
{
	for (size_t i = 0; i < ARRAY_LEN(once_only); i++) {
		int seen = 0;

		for (char **at = envp; *at; at++)
			seen += value_of(*at, once_only[i]) != NULL;
		if (seen > 1)
			return fail(work, ERR_BAD_REQUEST,
				    "%s came %d times, expected once",
				    once_only[i], seen);
	}
	return true;
}

/* libfcgi puts its own FCGI_ROLE first, so a client's parameter of that name
   cannot replace it. */
static bool check_role(struct work *work, char **envp)
{
	const char *role = request_env(envp, "FCGI_ROLE");

	return !strcmp(role, "RESPONDER") ||
	       fail(work, ERR_BAD_REQUEST,
		    "expected the FastCGI role RESPONDER, not %.20s", role);
}

static bool check_method(const struct request *req)
{
	return *req->method_text || fail(req->work, ERR_BAD_REQUEST,
					 "the FastCGI parameter "
					 "REQUEST_METHOD is missing");
}

static bool is_request_id(const char *text)
{
	size_t len = strlen(text);

	if (len < 8 || len > 64)
		return false;
	for (; *text; text++)
		if (!isalnum((unsigned char)*text) && *text != '-' &&
		    *text != '_')
			return false;
	return true;
}

static const char *request_id(struct pool *pool, char **envp)
{
	const char *given = request_env(envp, "HTTP_X_REQUEST_ID");

	return pool_strdup(pool, is_request_id(given) ? given
						      : UUID_TEXT(uuid_new()));
}

static enum method method_of(const char *text)
{
	for (enum method method = 0; method < METHOD__COUNT; method++)
		if (!strcmp(methods[method], text))
			return method;
	return METHOD_OTHER;
}

/* Empty (nginx), "-1" (Caddy) and absent (Apache) all mean that the length is
   not known. */
static bool read_length(struct request *req, const char *text)
{
	req->content_length = -1;
	if (!*text || !strcmp(text, "-1"))
		return true;
	if (!isdigit((unsigned char)*text) ||
	    !text_int(&req->content_length, text, 0, INT64_MAX))
		return fail(req->work, ERR_BAD_REQUEST,
			    "Content-Length: a number of bytes, not \"%.40s\"",
			    text);
	return true;
}

bool request_read(struct request *req, struct work *work, char **envp)
{
	struct pool *pool = work->pool;

	*req = (struct request){ .work = work,
				 .admission = req->admission,
				 .revoked = req->revoked,
				 .in = req->in };
	req->id = work->id = request_id(pool, envp);
	req->method_text =
		pool_strdup(pool, request_env(envp, "REQUEST_METHOD"));
	req->remote_addr = pool_strdup(pool, request_env(envp, "REMOTE_ADDR"));
	work->address = req->remote_addr;
	req->content_type =
		pool_strdup(pool, request_env(envp, "CONTENT_TYPE"));
	req->authorization =
		pool_strdup(pool, request_env(envp, "HTTP_AUTHORIZATION"));
	req->cookie = pool_strdup(pool, request_env(envp, "HTTP_COOKIE"));
	req->csrf = pool_strdup(pool, request_env(envp, "HTTP_X_PIXTIER_CSRF"));
	if (!*req->csrf)
		req->csrf = pool_strdup(pool,
					request_env(envp, "HTTP_X_CSRFTOKEN"));
	req->prefer = pool_strdup(pool, request_env(envp, "HTTP_PREFER"));
	req->if_match = pool_strdup(pool, request_env(envp, "HTTP_IF_MATCH"));
	req->if_none_match =
		pool_strdup(pool, request_env(envp, "HTTP_IF_NONE_MATCH"));
	req->if_modified_since =
		pool_strdup(pool, request_env(envp, "HTTP_IF_MODIFIED_SINCE"));
	req->if_range = pool_strdup(pool, request_env(envp, "HTTP_IF_RANGE"));
	req->referer = pool_strdup(pool, request_env(envp, "HTTP_REFERER"));
	req->if_unmodified_since = pool_strdup(
		pool, request_env(envp, "HTTP_IF_UNMODIFIED_SINCE"));
	req->range = pool_strdup(pool, request_env(envp, "HTTP_RANGE"));
	req->idempotency_key =
		pool_strdup(pool, request_env(envp, "HTTP_IDEMPOTENCY_KEY"));
	req->accept = pool_strdup(pool, request_env(envp, "HTTP_ACCEPT"));
	req->origin = pool_strdup(pool, request_env(envp, "HTTP_ORIGIN"));
	req->asked_method = pool_strdup(
		pool, request_env(envp, "HTTP_ACCESS_CONTROL_REQUEST_METHOD"));
	req->is_head = !strcmp(req->method_text, "HEAD");
	req->method = req->is_head ? METHOD_GET : method_of(req->method_text);
	return check_role(work, envp) && check_once_only(work, envp) &&
	       check_method(req) &&
	       read_length(req, request_env(envp, "CONTENT_LENGTH")) &&
	       uri_parse(&req->uri, work, request_env(envp, "REQUEST_URI")) &&
	       uri_strip(&req->uri, work, conf_base_path(work->conf));
}

const char *request_query(const struct request *req, const char *name)
{
	for (size_t i = 0; i < req->uri.query_count; i++)
		if (!strcmp(req->uri.query[i].name, name))
			return req->uri.query[i].value;
	return NULL;
}

bool request_query_int(int64_t *number, struct request *req, const char *name,
		       int64_t otherwise, int64_t min, int64_t max)
{
	const char *text = request_query(req, name);

	*number = otherwise;
	return !text || text_int(number, text, min, max) ||
	       fail_field(req->work, name,
			  "%s: a number from %lld to %lld, not \"%.40s\"", name,
			  (long long)min, (long long)max, text);
}

/* The weight is the parameter q; "0", "0." and "0.000" mean "not
   acceptable". */
static bool has_weight(const char *at, const char *end)
{
	while (at < end) {
		at += strspn(at, "; \t");
		if (at < end && (*at == 'q' || *at == 'Q') && at[1] == '=') {
			at += 2;
			return at >= end || *at != '0' ||
			       strcspn(at, "123456789") < (size_t)(end - at);
		}
		at += strcspn(at, ";,");
	}
	return true;
}

bool request_accepts(const struct request *req, const char *media_type)
{
	size_t len = strlen(media_type);

	for (const char *at = req->accept; *at;) {
		const char *end;

		at += strspn(at, " \t,");
		end = at + strcspn(at, ",");
		if (!strncasecmp(at, media_type, len) &&
		    (at + len == end || strchr("; \t", at[len])) &&
		    has_weight(at + len, end))
			return true;
		at = end;
	}
	return false;
}

bool request_prefers(const struct request *req, const char *word)
{
	const char *at = req->prefer;
	size_t len = strlen(word);

	while (*at) {
		at += strspn(at, " \t,");
		if (!strncasecmp(at, word, len) && strchr(" \t,;", at[len]))
			return true;
		at += strcspn(at, ",");
	}
	return false;
}
