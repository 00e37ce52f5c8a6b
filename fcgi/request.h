#ifndef FCGI_REQUEST_H
#define FCGI_REQUEST_H

#include <stdint.h>

#include "fcgi/uri.h"
#include "lib/base/bucket.h"
#include "lib/base/work.h"

enum method {
	METHOD_GET, /* HEAD too */
	METHOD_POST,
	METHOD_PUT,
	METHOD_PATCH,
	METHOD_DELETE,
	METHOD_OPTIONS,
	METHOD__COUNT,
	METHOD_OTHER = METHOD__COUNT
};

/* What somebody sends to say who they are. */
enum credentials {
	CREDENTIALS_NONE,
	CREDENTIALS_BEARER,
	CREDENTIALS_BASIC,
	CREDENTIALS_COOKIE,
	CREDENTIALS_OTHER, /* an Authorization that is none of these */
};

struct admission_slot;
struct dialect;
struct identity;
struct json;
struct replay;
struct route;
struct share_revoked;
struct store_temp;

/* What came in the body, as the route accepts it. */
struct request_body {
	struct json *json;             /* an object, or NULL */
	const struct uri_pair *fields; /* of a form, in order */
	size_t field_count;
	struct store_temp *file; /* NULL: none came */
	const char *filename;    /* the client's, "" when it gave none */
	const char *text; /* the bytes of JSON or of a URL-encoded form */
	size_t text_len;
};

/* One request, as far as it has been read. Texts live in the work's pool. */
struct request {
	struct work *work;
	enum method method;
	bool is_head;
	struct uri uri;
	const char *param[4]; /* what {name} matched, in order */
	const struct route *route;
	const struct dialect *dialect; /* whose route it is, or NULL */

	const char *id;
	const char *method_text;
	const char *raw_path; /* for the log: without the query */
	const char *remote_addr;
	const char *content_type; /* "" when absent, like all below */
	int64_t content_length;   /* bytes; -1: not known */
	const char *authorization;
	const char *cookie;
	const char *csrf; /* X-Pixtier-CSRF or, for old clients, X-CSRFToken */
	const char *prefer;
	const char *if_none_match;
	const char *range;
	const char *idempotency_key;
	const char *accept;
	const char *origin;
	const char *asked_method; /* of a CORS preflight */

	/* Set where there is a limit. */
	struct bucket_state user_limit, address_limit;

	struct replay *replay; /* set where there is an Idempotency-Key */
	struct identity *who;  /* set where the route needs a user */
	enum credentials credentials; /* that were looked at, right or wrong */
	const char *session;          /* the cookie's secret, or NULL */
	bool csrf_passed;             /* set by csrf_check() */
	struct request_body body;
	struct json *errors; /* what was wrong with fields: compat/rest.h */

	struct admission_slot *admission; /* the responder's */
	struct share_revoked *revoked;    /* the same */
	void *in;                         /* the body's stream: body.c */
	bool body_read;                   /* to its end */
};

/* A header by its CGI name ("HTTP_ACCEPT"), "" when it is absent. */
const char *request_env(char **envp, const char *name);

/*
 * Fills the request from the FastCGI parameters; ERR_BAD_REQUEST when one that
 * matters comes twice. The work's id becomes the request's.
 */
bool request_read(struct request *req, struct work *work,
		  char **envp) MUST_CHECK;

/* The value of a query parameter, or NULL. */
const char *request_query(const struct request *req, const char *name);

/* True when Accept names this media type (RFC 9110 section 12.5.1) and not
   only with a weight of 0; a wildcard does not name it. */
bool request_accepts(const struct request *req, const char *media_type);

/* True when a header of comma-separated words has this one (RFC 7240). */
bool request_prefers(const struct request *req, const char *word);

#endif
