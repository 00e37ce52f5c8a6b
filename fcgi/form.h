#ifndef FCGI_FORM_H
#define FCGI_FORM_H

#include <stddef.h>
#include <stdint.h>

#include "fcgi/request.h"

/*
 * The fields that clients of older services send, as
 * application/x-www-form-urlencoded, multipart/form-data, a JSON object or an
 * empty body. Each name may occur once; unknown names are ignored.
 */
enum form_kind {
	FORM_ABSENT,
	FORM_NULL,  /* JSON null */
	FORM_OTHER, /* JSON: true, false, an array or an object */
	FORM_TEXT,  /* in JSON a string, or a number as written */
};

enum { FORM_MAX_BYTES = URI_MAX_FORM };

/*
 * Reads the body into req->body, and a file of a multipart form of at most
 * `max_bytes` (upload_body_read_form()). Fails with ERR_UNSUPPORTED_MEDIA_TYPE;
 * with ERR_BAD_REQUEST if the body is malformed; with ERR_TOO_LARGE.
 */
bool form_read(struct request *req, int64_t max_bytes) MUST_CHECK;

/* Parses application/x-www-form-urlencoded bytes (uri_parse_form()) into
   body->fields. */
bool form_parse(struct request_body *body, struct work *work, const char *bytes,
		size_t len) MUST_CHECK;

/* Returns the kind of the field; fills `text` if it is FORM_TEXT. */
enum form_kind form_get(const char **text, const struct request_body *body,
			const char *name);

#endif
