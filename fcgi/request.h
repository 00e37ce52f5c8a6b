#ifndef FCGI_REQUEST_H
#define FCGI_REQUEST_H

#include <stdint.h>

#include "fcgi/uri.h"
#include "lib/base/work.h"
#include "lib/process/bucket.h"

enum method {
	METHOD_GET, /* and HEAD */
	METHOD_POST,
	METHOD_PUT,
	METHOD_PATCH,
	METHOD_DELETE,
	METHOD_OPTIONS,
	METHOD__COUNT,
	METHOD_OTHER = METHOD__COUNT
};

/* The kind of credentials that a request has. */
enum credentials {
	CREDENTIALS_NONE,
	CREDENTIALS_BEARER,
	CREDENTIALS_BASIC,
	CREDENTIALS_COOKIE,
	CREDENTIALS_OTHER, /* an Authorization of another scheme */
};

struct admission_slot;
struct dialect;
struct idempotency_key;
struct identity;
struct json;
struct link_revocations;
struct route;
struct store_temp;

/* The body, in the form that the route accepts. */
struct request_body {
	struct json *json;             /* an object, or NULL */
	const struct uri_pair *fields; /* of a form, in the order of the form */
	size_t field_count;
	struct store_temp *file; /* NULL: the body has none */
	const char *filename;    /* the client's; "" if there is none */
	const char *text; /* the bytes of JSON or of a URL-encoded form */
	size_t text_len;
};

/* One request, as far as it is read. Texts live in the work's pool. */
struct request {
	struct work *work;
	enum method method;
	bool is_head;
	struct uri uri;
	const char
		*param[4]; /* the path segments that matched {name}, in order */
	const struct route *route;
	const struct dialect *dialect; /* the dialect of the route, or NULL */
	const char *allow; /* the methods that a path without this one has */

	const char *id;
	const char *method_text;
	const char *remote_addr;
	const char *content_type; /* "" if absent, like the headers below */
	int64_t content_length;   /* bytes; -1: not known */
	const char *authorization;
	const char *cookie;
	const char *csrf; /* X-Pixtier-CSRF or, from old clients, X-CSRFToken */
	const char *prefer;
	const char *if_match;
	const char *if_none_match;
	const char *if_modified_since;
	const char *if_range;
	const char *referer;
	const char *if_unmodified_since;
	const char *range;
	const char *idempotency_key;
	const char *accept;
	const char *origin;
	const char *asked_method; /* Access-Control-Request-Method */

	/* Set if there is a limit. */
	struct bucket_state user_limit, address_limit;

	/* set if there is an Idempotency-Key */
	struct idempotency_key *idempotency;
	struct identity *who;         /* set if the route needs a user */
	enum credentials credentials; /* that were checked, valid or not */
	const char *session;          /* the cookie's secret, or NULL */
	bool csrf_passed;             /* set by csrf_check() */
	struct request_body body;
	struct json *errors; /* errors of fields: compat/drf.h */

	struct admission_slot *admission; /* the responder's */
	struct link_revocations *revoked; /* the same */
	void *in;       /* the FCGX_Stream of the body: body.c */
	bool body_read; /* completely */
};

/* Returns a FastCGI parameter by its name (the header Accept is "HTTP_ACCEPT"),
   "" if it is absent. */
const char *request_env(char **envp, const char *name);

/*
 * Fills the request from the FastCGI parameters. Fails with ERR_BAD_REQUEST if
 * one that must be unique comes twice, and with ERR_NOT_FOUND outside the path
 * of base_url. Sets work->id to the id of the request.
 */
bool request_read(struct request *req, struct work *work,
		  char **envp) MUST_CHECK;

/* Returns the value of a query parameter, or NULL. */
const char *request_query(const struct request *req, const char *name);

/* Reads a number from `min` to `max` from a query parameter, or takes
   `otherwise` if it is absent. Fails with ERR_INVALID_FIELD. */
bool request_query_int(int64_t *number, struct request *req, const char *name,
		       int64_t otherwise, int64_t min, int64_t max) MUST_CHECK;

/* True if Accept lists exactly this media type (RFC 9110 section 12.5.1) with a
   weight above 0. Wildcards do not count. */
bool request_accepts(const struct request *req, const char *media_type);

/* True if the header Prefer (RFC 7240) has this preference. */
bool request_prefers(const struct request *req, const char *word);

#endif
