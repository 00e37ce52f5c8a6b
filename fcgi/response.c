/* response.c: answers, before they are written. */
#include "config.h"

#include "fcgi/response.h"

#include <stdlib.h>
#include <string.h>

#include "fcgi/dialect.h"
#include "fcgi/disposition.h"
#include "fcgi/precondition.h"
#include "fcgi/range.h"
#include "lib/base/conf.h"
#include "lib/base/json.h"
#include "lib/base/pool.h"
#include "lib/store/store.h"

/* clang-format off */
static const struct {
	int status;
	const char *reason;
} reasons[] = {
	{ 200, "OK" },                   { 201, "Created" },
	{ 202, "Accepted" },             { 204, "No Content" },
	{ 301, "Moved Permanently" },
	{ 302, "Found" },
	{ 400, "Bad Request" },          { 401, "Unauthorized" },
	{ 403, "Forbidden" },            { 404, "Not Found" },
	{ 405, "Method Not Allowed" },   { 409, "Conflict" },
	{ 410, "Gone" },                 { 413, "Content Too Large" },
	{ 414, "URI Too Long" },         { 415, "Unsupported Media Type" },
	{ 422, "Unprocessable Content" }, { 429, "Too Many Requests" },
	{ 500, "Internal Server Error" }, { 503, "Service Unavailable" },
	{ 507, "Insufficient Storage" },
};
/* clang-format on */

const char *response_reason(int status)
{
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "";
}

static void set_header(struct response *res, size_t i, struct pool *pool,
		       const char *name, const char *value)
{
	char *clean = pool_strdup(pool, value);

	for (char *at = clean; *at; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			*at = '_';
	if (i == RESPONSE_MAX_HEADERS)
		abort();
	res->headers[i] = (struct response_header){ name, clean };
	if (i == res->header_count)
		res->header_count++;
}

/* Returns the place of a header, or the next free one. */
static size_t find_header(const struct response *res, const char *name)
{
	size_t i = 0;

	while (i < res->header_count && strcmp(res->headers[i].name, name))
		i++;
	return i;
}

void response_header(struct response *res, struct pool *pool, const char *name,
		     const char *value)
{
	set_header(res, find_header(res, name), pool, name, value);
}

void response_location(struct response *res, struct request *req,
		       const char *path, struct uuid id)
{
	struct work *work = req->work;

	response_header(res, work->pool, "Location",
			pool_printf(work->pool, "%s%s/%s", work->conf->base_url,
				    path, UUID_TEXT(id)));
}

void response_cookie(struct response *res, struct pool *pool,
		     const char *cookie)
{
	set_header(res, res->header_count, pool, "Set-Cookie", cookie);
}

void response_vary(struct response *res, struct pool *pool, const char *name)
{
	const size_t i = find_header(res, "Vary");

	set_header(res, i, pool, "Vary",
		   i < res->header_count
			   ? pool_printf(pool, "%s, %s", res->headers[i].value,
					 name)
			   : name);
}

/* With Referrer-Policy: no-referrer, browsers would send `Origin: null` for a
   form. */
void response_secure(struct response *res, struct pool *pool)
{
	response_header(res, pool, "X-Content-Type-Options", "nosniff");
	response_header(res, pool, "Referrer-Policy", "same-origin");
	response_header(res, pool, "Content-Security-Policy",
			pool_printf(pool,
				    "default-src 'none'; frame-ancestors 'none'"
				    "%s%s",
				    res->allowed ? "; " : "",
				    res->allowed ? res->allowed : ""));
}

static bool json_body(struct response *res, struct request *req, int status,
		      const char *media_type, const struct json *json)
{
	struct pool *pool = req->work->pool;

	res->status = status;
	response_header(res, pool, "Content-Type", media_type);
	response_header(res, pool, "Cache-Control", "no-store");
	res->body = json_print(pool, json, &res->body_len);
	return true;
}

bool response_json(struct response *res, struct request *req, int status,
		   const struct json *json)
{
	return json_body(res, req, status, "application/json", json);
}

bool response_empty(struct response *res, int status)
{
	res->status = status;
	return true;
}

const char *response_detail(const struct request *req)
{
	return req->work->for_log ? "the service could not do this; its log "
				    "has the details under this request's id"
				  : req->work->why;
}

static struct json *problem(struct request *req)
{
	const struct work *work = req->work;
	struct json *json = json_object(work->pool);
	struct json *errors = json_array(work->pool);
	const char *code = err_code(work->err);
	const char *detail = response_detail(req);

	json_set_text(json, "type",
		      pool_printf(work->pool, "%s/problems/%s",
				  conf_base_path(work->conf), code));
	json_set_text(json, "title", err_title(work->err));
	json_set_int(json, "status", err_http_status(work->err));
	json_set_text(json, "code", code);
	json_set_text(json, "detail", detail);
	json_set_text(json, "request_id", req->id);
	if (*work->field) {
		struct json *error = json_object(work->pool);

		json_set_text(error, "field", work->field);
		json_set_text(error, "detail", detail);
		json_push(errors, error);
	}
	json_set(json, "errors", errors);
	return json;
}

const char *response_retry_after(const struct request *req)
{
	int64_t seconds = req->work->retry_after;

	return pool_printf(req->work->pool, "%lld",
			   (long long)(seconds > 0 ? seconds : 1));
}

static void own_problem(struct response *res, struct request *req)
{
	int status = err_http_status(req->work->err);

	json_body(res, req, status, "application/problem+json", problem(req));
	if (status == 401)
		response_header(res, req->work->pool, "WWW-Authenticate",
				"Bearer realm=\"pixtier\", "
				"Basic realm=\"pixtier\", charset=\"UTF-8\"");
}

void response_problem(struct response *res, struct request *req)
{
	struct pool *pool = req->work->pool;
	enum err err = req->work->err;

	res->header_count = 0;
	res->allowed = NULL;
	(req->dialect ? req->dialect->problem : own_problem)(res, req);
	if (err == ERR_UNAVAILABLE || err == ERR_STORAGE_FULL ||
	    err == ERR_RATE_LIMITED || err == ERR_IDEMPOTENCY_RUNNING)
		response_header(res, pool, "Retry-After",
				response_retry_after(req));
}

/* As nginx does, for all paths, also for those of the older services. */
static void file_problem(struct response *res, struct request *req)
{
	res->header_count = 0;
	res->allowed = NULL;
	own_problem(res, req);
}

/* After a condition for 304, which comes first, the web server decides. */
static bool is_beyond(const struct request *req,
		      const struct response_file *file, const char *etag)
{
	return !req->is_head && !*req->if_none_match &&
	       !*req->if_modified_since &&
	       range_is_beyond(req->range, file->bytes) &&
	       precondition_allows_range(req->if_range, etag, file->changed_at);
}

static bool check_conditions(struct request *req,
			     const struct response_file *file, const char *etag)
{
	if (!precondition_holds(req->if_match, req->if_unmodified_since, etag,
				file->changed_at))
		return fail(req->work, ERR_PRECONDITION_FAILED,
			    "the picture is not the version that If-Match or "
			    "If-Unmodified-Since asks for");
	if (is_beyond(req, file, etag))
		return fail(req->work, ERR_RANGE_NOT_SATISFIABLE,
			    "the picture has only %lld bytes",
			    (long long)file->bytes);
	return true;
}

static const char *cache_control(struct pool *pool,
				 const struct response_file *file)
{
	if (file->public_sum)
		return "public, max-age=31536000, immutable";
	if (file->max_age <= 0)
		return "private, no-cache";
	return pool_printf(pool, "private, max-age=%lld",
			   (long long)file->max_age);
}

/* A malformed Range is ignored (RFC 9110 section 14.2): nginx has a location
   without ranges, other web servers obey Accept-Ranges: none. */
void response_file(struct response *res, struct request *req,
		   const struct response_file *file)
{
	struct pool *pool = req->work->pool;
	const bool accel = req->work->conf->delivery == DELIVERY_ACCEL;
	const bool whole = !range_is_valid(req->range);
	const char *etag;

	res->status = 200;
	res->allowed = "sandbox";
	response_header(res, pool, "Content-Type", file->media_type);
	response_header(
		res, pool, "Content-Disposition",
		file->public_sum && file->shows
			? "inline"
			: disposition_header(pool, file->shows, file->name));
	response_header(res, pool, "Cache-Control", cache_control(pool, file));
	if (file->public_sum &&
	    req->work->conf->public_robots == ROBOTS_NOINDEX)
		response_header(res, pool, "X-Robots-Tag", "noindex");
	response_header(res, pool, "Cross-Origin-Resource-Policy",
			"cross-origin");
	response_header(res, pool, accel ? "X-Accel-Redirect" : "X-Sendfile",
			store_delivery_path(req->work, file->key, whole));
	if (accel) /* nginx makes an ETag itself and drops ours. */
		return;
	/* The bytes of a public address never change. Those of a key change at
	   most once a second: purge_changed_variant(). */
	etag = file->public_sum
		       ? pool_printf(pool, "\"%s\"", file->public_sum)
		       : pool_printf(pool, "\"%s-%llx-%llx\"", file->key,
				     (unsigned long long)file->changed_at,
				     (unsigned long long)file->bytes);
	if (!check_conditions(req, file, etag)) {
		file_problem(res, req);
		if (req->work->err == ERR_RANGE_NOT_SATISFIABLE)
			response_header(res, pool, "Content-Range",
					pool_printf(pool, "bytes */%lld",
						    (long long)file->bytes));
		return;
	}
	response_header(res, pool, "ETag", etag);
	response_header(res, pool, "Accept-Ranges", whole ? "none" : "bytes");
}
