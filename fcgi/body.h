#ifndef FCGI_BODY_H
#define FCGI_BODY_H

#include <stddef.h>
#include <stdint.h>

#include "fcgi/request.h"

/* Accepts the next bytes of the body. */
typedef bool body_sink(void *arg, struct work *work, const void *bytes,
		       size_t len);

/*
 * Reads the body to its end, exactly what CONTENT_LENGTH says or, where that
 * is not known, until the stream ends; at most `max_bytes`. ERR_TOO_LARGE;
 * ERR_BAD_REQUEST when it was cut off or the stream is damaged.
 */
bool body_stream(struct request *req, int64_t max_bytes, body_sink *sink,
		 void *arg) MUST_CHECK;

/*
 * Reads at most `max_bytes` into req->body.text, which ends with a NUL that
 * does not count. `what` names the body in an error.
 */
bool body_read_text(struct request *req, size_t max_bytes,
		    const char *what) MUST_CHECK;

/* Reads a JSON object of at most BODY_MAX_JSON bytes into req->body.json; the
   media type must be application/json. */
enum { BODY_MAX_JSON = 65536 };
bool body_read_json(struct request *req) MUST_CHECK;

/* True when nothing of the body is left to read, not even the record that ends
   it: closing a socket with unread bytes resets the connection, and the web
   server would lose the answer. */
bool body_is_done(struct request *req);

/* True when the request's media type, without parameters, is this one. */
bool body_is(const struct request *req, const char *media_type);

#endif
