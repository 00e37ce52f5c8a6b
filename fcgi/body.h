#ifndef FCGI_BODY_H
#define FCGI_BODY_H

#include <stddef.h>
#include <stdint.h>

#include "fcgi/request.h"

/* Receives the next bytes of the body. */
typedef bool body_sink(void *arg, struct work *work, const void *bytes,
		       size_t len);

/*
 * Reads the whole body, at most `max_bytes`: exactly CONTENT_LENGTH bytes or,
 * if the length is not known, until the stream ends. Fails with ERR_TOO_LARGE;
 * with ERR_BAD_REQUEST if the body is shorter than announced or the stream is
 * damaged.
 */
bool body_stream(struct request *req, int64_t max_bytes, body_sink *sink,
		 void *arg) MUST_CHECK;

/*
 * Reads at most `max_bytes` into req->body.text and appends a NUL that
 * body.text_len does not count. `what` names the body in error texts.
 */
bool body_read_text(struct request *req, size_t max_bytes,
		    const char *what) MUST_CHECK;

/* Reads a JSON object of at most BODY_MAX_JSON bytes into req->body.json. The
   media type must be application/json. */
enum { BODY_MAX_JSON = 65536 };
bool body_read_json(struct request *req) MUST_CHECK;

/* True if the body is read completely, including the FastCGI record that ends
   it. Closing a socket with unread bytes resets the connection, and then the
   web server would lose the answer. */
bool body_is_done(struct request *req);

/* True if the request's media type, without parameters, is `media_type`. */
bool body_is(const struct request *req, const char *media_type);

#endif
