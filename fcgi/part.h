#ifndef FCGI_PART_H
#define FCGI_PART_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/util.h"

struct work;

/*
 * What the header of one part of multipart/form-data says (RFC 7578 section 4).
 * Zero it, give it the lines, then finish it; after that `name` is UTF-8
 * without control characters and not "". So is `filename`, but it may be ""; it
 * has no folder. Both are decoded, from RFC 2047, RFC 8187 or what looks like
 * windows-1252. `media_type` is the client's claim, in lower case without
 * parameters; application/octet-stream where there is none. `charset` is the
 * client's too; NULL where there is none.
 *
 * A part is a file when it has a filename, or when it has a name under which a
 * file is expected and an image's type. The name of a file comes without PHP's
 * brackets at its end, as in image[]. All failures are ERR_BAD_REQUEST.
 */
struct part {
	const char *name, *filename, *media_type, *charset;
	bool is_file;
	bool lacks_filename; /* a field with the name of a file */

	const char *filename_star;
	unsigned lines;
	unsigned seen; /* bits: which header fields came */
};

enum { PART_MAX_LINES = 16 };

/* `line` is `len` bytes and a NUL, without its line end; it is changed. */
bool part_line(struct part *part, struct work *work, char *line,
	       size_t len) MUST_CHECK;

/* `file_names` are the names under which a file is expected: words. */
bool part_finish(struct part *part, struct work *work,
		 const char *file_names) MUST_CHECK;

/* Fails with ERR_INVALID_FIELD: the part of this name has to be a file. */
bool part_needs_filename(struct work *work, const char *name);

#endif
