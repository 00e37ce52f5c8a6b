#ifndef FCGI_MULTIPART_H
#define FCGI_MULTIPART_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/util.h"

struct work;

/*
 * Reads multipart/form-data (RFC 7578, RFC 2046 section 5.1) as it arrives: the
 * caller feeds bytes in pieces of any size, the sink is told what they contain.
 * The bytes of a file are never copied.
 */
struct multipart;

/*
 * Where the parts go; all three are needed. What they return false for ends the
 * parsing. The texts are UTF-8 without control characters, but that a value may
 * have tabs and line ends; they live in the work's pool.
 *
 * There is at most one file: file() begins it, data() follows any number of
 * times, and the next field() or the end ends it. `filename` has no folder and
 * may be "". `media_type` is the client's claim, in lower case without
 * parameters. A part that is empty and has the filename "" is no file: browsers
 * send it for an input in which no file was chosen.
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
	MULTIPART_MAX_HEADER = 8192, /* bytes of one part's header */
	MULTIPART_MAX_VALUE = 65536, /* bytes of a field */
	MULTIPART_MAX_SPARE = 8192,  /* bytes around the parts */
};

/*
 * `content_type` is that of the request. Fails with ERR_UNSUPPORTED_MEDIA_TYPE
 * when it is another one, ERR_BAD_REQUEST when its boundary is missing or
 * wrong. `file_names` are the names of parts in which a file is expected: words
 * (part.h). The sink is copied.
 */
bool multipart_open(struct multipart **mp, struct work *work,
		    const char *content_type, const char *file_names,
		    const struct multipart_sink *sink) MUST_CHECK;

/* Fails with ERR_BAD_REQUEST, with ERR_TOO_LARGE for a field's value, with
   ERR_INVALID_FIELD for a file that has no filename (part_needs_filename()), or
   as the sink did; from then on always. */
bool multipart_feed(struct multipart *mp, const void *bytes,
		    size_t len) MUST_CHECK;

/* After the last byte: fails when the closing delimiter was not there. A form
   without parts is a form. */
bool multipart_close(struct multipart *mp) MUST_CHECK;

#endif
