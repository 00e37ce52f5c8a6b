#ifndef FCGI_FORM_H
#define FCGI_FORM_H

#include <stddef.h>
#include <stdint.h>

#include "fcgi/request.h"

/*
 * The fields that a client of an older service sends, in the encoding that it
 * likes: application/x-www-form-urlencoded, multipart/form-data, a JSON object,
 * or nothing at all. A name comes once; unknown names are ignored.
 */
enum form_kind {
	FORM_ABSENT,
	FORM_NULL,  /* of JSON, like what follows */
	FORM_OTHER, /* true, false, an array or an object */
	FORM_TEXT,  /* in JSON a text, or a number as it is written */
};

enum { FORM_MAX_BYTES = URI_MAX_FORM };

/*
 * Reads the body into req->body, with a file of a multipart form of at most
 * `max_bytes` (intake_read_form()). ERR_UNSUPPORTED_MEDIA_TYPE; ERR_BAD_REQUEST
 * for a body that cannot be understood; ERR_TOO_LARGE.
 */
bool form_read(struct request *req, int64_t max_bytes) MUST_CHECK;

/* Reads application/x-www-form-urlencoded bytes (uri_parse_form()) into the
   fields. */
bool form_parse(struct request_body *body, struct work *work, const char *bytes,
		size_t len) MUST_CHECK;

/* What the field is; `text` is filled for FORM_TEXT. */
enum form_kind form_get(const char **text, const struct request_body *body,
			const char *name);

#endif
