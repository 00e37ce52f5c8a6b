#ifndef FCGI_MULTIPART_H
#define FCGI_MULTIPART_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/util.h"

struct work;

/*
 * Parses multipart/form-data (RFC 7578, RFC 2046 section 5.1) as it arrives.
 * The caller feeds bytes in pieces of any size; the sink receives the contents.
 * The bytes of a file are never copied.
 */
struct multipart;

/*
 * The functions that receive the parts; all three are required. If one returns
 * false, parsing ends. Texts are UTF-8 without control characters, except that
 * a value may contain tabs and line ends. They live in the work's pool.
 *
 * A form has at most one file. file() begins it; any number of data() calls
 * follow; the next field() or the end of the form ends it. `filename` has no
 * folder and may be "". `media_type` is the client's claim, in lower case
 * without parameters. An empty part with the filename "" is not a file:
 * browsers send it for a file input without a chosen file.
 */
struct multipart_sink {
	void *arg;
	bool (*field)(void *arg, struct work *work, const char *name,
		      const char *value);
	bool (*file)(void *arg, struct work *work, const char *name,
		     const char *filename, const char *media_type);
	bool (*data)(void *arg, struct work *work, const void *bytes,
		     size_t len);
};

enum {
	MULTIPART_MAX_BOUNDARY = 70,
	MULTIPART_MAX_PARTS = 32,
	MULTIPART_MAX_HEADER = 8192, /* bytes of the header of a part */
	MULTIPART_MAX_VALUE = 65536, /* bytes of the value of a field */
	MULTIPART_MAX_SPARE = 8192,  /* bytes outside the parts */
};

/*
 * `content_type` is the request's. Fails with ERR_UNSUPPORTED_MEDIA_TYPE if it
 * is not multipart/form-data, with ERR_BAD_REQUEST if its boundary is missing
 * or invalid. `file_names` are the names of parts that may contain a file,
 * separated by spaces (part.h). The sink is copied.
 */
bool multipart_open(struct multipart **mp, struct work *work,
		    const char *content_type, const char *file_names,
		    const struct multipart_sink *sink) MUST_CHECK;

/* Fails with ERR_BAD_REQUEST; with ERR_TOO_LARGE if the value of a field is too
   long; with ERR_INVALID_FIELD if a file has no filename
   (part_needs_filename()); or with the error of the sink. After a failure all
   further calls fail. */
bool multipart_feed(struct multipart *mp, const void *bytes,
		    size_t len) MUST_CHECK;

/* Call this after the last byte. Fails if the closing delimiter is missing. A
   form without parts is valid. */
bool multipart_close(struct multipart *mp) MUST_CHECK;

#endif
