#ifndef FCGI_RESPONSE_H
#define FCGI_RESPONSE_H

#include <stddef.h>
#include <stdint.h>

#include "fcgi/request.h"
#include "lib/base/uuid.h"

enum { RESPONSE_MAX_HEADERS = 24 };

/* The answer to a request. Names and values of headers live in the work's
   pool. */
struct response {
	int status;
	struct response_header {
		const char *name, *value;
	} headers[RESPONSE_MAX_HEADERS];
	size_t header_count;
	const char *body;
	size_t body_len;
	const char *allowed; /* see response_secure(); NULL: nothing */
	bool is_replayed;    /* repeats an earlier answer */
	bool any_origin;     /* pages of all origins may read it */
	bool has_secret;     /* shown only once: the body must not be stored */
};

/* Returns the reason phrase of RFC 9110 section 15 for the status line, which
   old clients need; "" for a status that is not used here. */
const char *response_reason(int status);

/* Sets or replaces a header. Replaces control characters in the value by '_',
   as they could end the header. */
void response_header(struct response *res, struct pool *pool, const char *name,
		     const char *value);

/* Sets Location to the URL of the thing with this id below a path. */
void response_location(struct response *res, struct request *req,
		       const char *path, struct uuid id);

/* Adds a header Set-Cookie. Each cookie needs its own header (RFC 6265). */
void response_cookie(struct response *res, struct pool *pool,
		     const char *cookie);

/* Adds a name to the header Vary. */
void response_vary(struct response *res, struct pool *pool, const char *name);

/* Sets the headers of all answers that forbid browsers to guess the media type,
   to show the answer in a frame, and to load or run anything but what
   res->allowed, directives of a Content-Security-Policy, permits. */
void response_secure(struct response *res, struct pool *pool);

/* Sets a JSON body that caches must not store. Always returns true, so that a
   handler can end with it. */
bool response_json(struct response *res, struct request *req, int status,
		   const struct json *json);

/* Sets a status without a body, such as 204. Always returns true. */
bool response_empty(struct response *res, int status);

/* Returns the error text that is safe to show to the client. */
const char *response_detail(const struct request *req);

/* Returns the value of Retry-After: seconds after which a retry may succeed. */
const char *response_retry_after(const struct request *req);

/* Answers with the error of the request's work as RFC 9457
   application/problem+json, or in the format of the request's dialect. Removes
   headers that were set before. */
void response_problem(struct response *res, struct request *req);

/*
 * Makes the web server send the file with this key of the store; it handles
 * Range, 304 and HEAD. Without X-Accel-Redirect this answers 412 to conditions
 * that do not hold and 416 to parts beyond the end, because not all web servers
 * do so in the form of RFC 9457. Browsers save it as `name`, and show it if
 * `shows` is true. The client may cache it for `max_age` seconds; 0: only with
 * revalidation. With `public_sum`, a part of its SHA-256, it is a public file:
 * the sites of the web servers have the same headers, and every cache may keep
 * it for good.
 */
struct response_file {
	const char *key;
	const char *media_type;
	const char *name;
	bool shows;
	const char *public_sum; /* NULL: only this client may cache it */
	int64_t max_age;
	int64_t bytes;
	int64_t changed_at; /* in seconds since 1970 */
};
void response_file(struct response *res, struct request *req,
		   const struct response_file *file);

#endif
