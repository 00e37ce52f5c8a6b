#ifndef FCGI_INTAKE_H
#define FCGI_INTAKE_H

#include "fcgi/request.h"
#include "lib/store/store.h"

/* An upload as it came: the file in the store's temporary folder. */
struct intake {
	struct store_temp *file;
	const char *filename;          /* the client's, "" when it gave none */
	const struct uri_pair *fields; /* the form's, in order */
	size_t field_count;
};

/*
 * Streams the body to a temporary file of at most `max_bytes`: the one file of
 * a multipart form, in the part `file_part` or `other_part` (may be NULL), or
 * a raw body with Content-Type: image/... or application/octet-stream.
 * ERR_UNSUPPORTED_MEDIA_TYPE for any other; ERR_INVALID_FIELD without a file,
 * or where its part has no filename.
 */
bool intake_read(struct intake *intake, struct request *req, int64_t max_bytes,
		 const char *file_part, const char *other_part) MUST_CHECK;

/*
 * The same for a multipart form whose fields are all that must be there: `file`
 * is NULL when there is none in the part `file_part`. NULL: none is wanted. A
 * file in another part is dropped.
 */
bool intake_read_form(struct intake *intake, struct request *req,
		      int64_t max_bytes, const char *file_part) MUST_CHECK;

/* The value of a form field, or NULL. */
const char *intake_field(const struct intake *intake, const char *name);

#endif
