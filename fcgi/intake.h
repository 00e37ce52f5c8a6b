#ifndef FCGI_INTAKE_H
#define FCGI_INTAKE_H

#include "fcgi/request.h"

/*
 * Both stream an upload to a temporary file of at most `max_bytes`, and fill
 * req->body. The parts of a form that may have the file are those of the route
 * (struct route_body).
 *
 * intake_read(): the one file of a multipart form, or a raw body with
 * Content-Type: image/... or application/octet-stream.
 * ERR_UNSUPPORTED_MEDIA_TYPE for any other; ERR_INVALID_FIELD without a file,
 * or where its part has no filename; ERR_UNKNOWN_FIELD for a file in another
 * part.
 */
bool intake_read(struct request *req, int64_t max_bytes) MUST_CHECK;

/* A multipart form, with or without a file. A file in another part is
   dropped. */
bool intake_read_form(struct request *req, int64_t max_bytes) MUST_CHECK;

/* The value of a form's field, or NULL. */
const char *intake_field(const struct request_body *body, const char *name);

#endif
