#ifndef FCGI_UPLOAD_H
#define FCGI_UPLOAD_H

#include "fcgi/request.h"

/*
 * Both functions stream an upload to a temporary file of at most `max_bytes`
 * and fill req->body. The form parts that may contain the file are those of the
 * route (struct route_body).
 *
 * upload_body_read() reads the one file of a multipart form, or a raw body with
 * Content-Type: image/... or application/octet-stream. Fails with
 * ERR_UNSUPPORTED_MEDIA_TYPE for other types; with ERR_INVALID_FIELD if there
 * is no file or its part has no filename; with ERR_UNKNOWN_FIELD for a file in
 * another part.
 */
bool upload_body_read(struct request *req, int64_t max_bytes) MUST_CHECK;

/* Reads a multipart form with or without a file. Drops a file in another
   part. */
bool upload_body_read_form(struct request *req, int64_t max_bytes) MUST_CHECK;

/* Returns the value of a form field, or NULL. */
const char *upload_body_field(const struct request_body *body,
			      const char *name);

#endif
