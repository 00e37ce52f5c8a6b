#ifndef FCGI_RESPONSE_H
#define FCGI_RESPONSE_H

#include <stddef.h>
#include <stdint.h>

#include "fcgi/request.h"

enum { RESPONSE_MAX_HEADERS = 24 };

/* An answer in the making. Names and values live in the work's pool. */
struct response {
	int status;
	struct response_header {
		const char *name, *value;
	} headers[RESPONSE_MAX_HEADERS];
	size_t header_count;
	const char *body;
	size_t body_len;
	bool is_replay;  /* of an earlier answer */
	bool has_secret; /* that is shown once: the body is not to be kept */
};

/* The reason phrase of RFC 9110 section 15 for the status line, where old
   clients want one; "" for a status that is not used here. */
const char *response_reason(int status);

/* Sets or replaces a header. A control character in the value, which could
   end the header, becomes '_'. */
void response_header(struct response *res, struct pool *pool, const char *name,
		     const char *value);

/* Adds a header Set-Cookie: each cookie has one of its own (RFC 6265). */
void response_cookie(struct response *res, struct pool *pool,
		     const char *cookie);

/* The value that was set, or NULL. */
const char *response_find(const struct response *res, const char *name);

/* Adds a name to the header Vary. */
void response_vary(struct response *res, struct pool *pool, const char *name);

/* A JSON body, not to be kept by caches. */
void response_json(struct response *res, struct request *req, int status,
		   const struct json *json);

/* Nothing but a status, such as 204. */
void response_empty(struct response *res, int status);

/* What of the failure in the request's work is for the client. */
const char *response_detail(const struct request *req);

/* Seconds after which another try may do better, for Retry-After. */
const char *response_retry_after(const struct request *req);

/* The failure in the request's work as RFC 9457 application/problem+json, or as
   the request's dialect puts it; whatever was set before is dropped. */
void response_problem(struct response *res, struct request *req);

/*
 * The web server sends the file with this key of the store, with Range, 304 and
 * HEAD. `name` is what browsers save it as; they may show it when `shows`.
 * `max_age` seconds may it be kept by the client; 0: not without asking.
 */
struct response_file {
	const char *key;
	const char *media_type;
	const char *name;
	bool shows;
	int64_t max_age;
};
void response_file(struct response *res, struct request *req,
		   const struct response_file *file);

#endif
