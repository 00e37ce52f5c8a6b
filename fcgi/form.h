#ifndef FCGI_FORM_H
#define FCGI_FORM_H

#include <stddef.h>
#include <stdint.h>

#include "fcgi/request.h"

/*
 * The fields that a client of an older service sends, whichever way it likes:
 * application/x-www-form-urlencoded, multipart/form-data, a JSON object, or
 * nothing at all. A name comes once; names that nobody asks for do no harm.
 */
struct form {
	const struct uri_pair *fields; /* of a form */
	size_t field_count;
	const struct json *json; /* else; NULL for a form */

	struct store_temp *file; /* NULL: none came in the part asked for */
	const char *filename;    /* the client's, "" when it gave none */
};

enum form_kind {
	FORM_ABSENT,
	FORM_NULL,  /* of JSON, like what follows */
	FORM_OTHER, /* true, false, an array or an object */
	FORM_TEXT,  /* in JSON a text, or a number as it is written */
};

enum { FORM_MAX_BYTES = URI_MAX_FORM };

/*
 * Reads the body. The file of a multipart form in the part `file_part` goes to
 * a temporary file of at most `max_bytes`; NULL: none is wanted. One in another
 * part is dropped. ERR_UNSUPPORTED_MEDIA_TYPE; ERR_BAD_REQUEST for a body that
 * cannot be understood; ERR_TOO_LARGE; ERR_FORBIDDEN by csrf_check_form().
 */
bool form_read(struct form *form, struct request *req, const char *file_part,
	       int64_t max_bytes) MUST_CHECK;

/* Without a file, for routes with BODY_FORM: into req->form. */
bool form_read_fields(struct request *req) MUST_CHECK;

/* Of application/x-www-form-urlencoded bytes (uri_parse_form()). */
bool form_parse(struct form *form, struct work *work, const char *bytes,
		size_t len) MUST_CHECK;

/* What the field is; `text` is filled for FORM_TEXT. */
enum form_kind form_get(const char **text, const struct form *form,
			const char *name);

#endif
