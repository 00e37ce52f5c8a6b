#ifndef FCGI_PART_H
#define FCGI_PART_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/util.h"

struct work;

/*
 * The header of one part of multipart/form-data (RFC 7578 section 4). Zero the
 * struct, call part_line() for each line, then part_finish(). After that `name`
 * is not "" and is UTF-8 without control characters. So is `filename`, but it
 * may be ""; it has no folder. Both are decoded from RFC 2047, RFC 8187 or what
 * looks like windows-1252. `media_type` is the client's claim, in lower case
 * without parameters; the default is application/octet-stream. `charset` is the
 * client's claim too, or NULL.
 *
 * A part is a file if it has a filename, or if its name is one of the expected
 * names of files and its type is an image type. The name of a file has no PHP
 * brackets at its end (image[] becomes image). All failures are
 * ERR_BAD_REQUEST.
 */
struct part {
	const char *name, *filename, *media_type, *charset;
	bool is_file;
	bool lacks_filename; /* a field whose name is that of a file */

	const char *filename_star;
	unsigned lines;
	unsigned seen; /* bit i: the header field fields[i] came */
};

enum { PART_MAX_LINES = 16 };

/* `line` has `len` bytes and a NUL, without its line end. It is modified. */
bool part_line(struct part *part, struct work *work, char *line,
	       size_t len) MUST_CHECK;

/* `file_names` are the names that a file may have, separated by spaces. */
bool part_finish(struct part *part, struct work *work,
		 const char *file_names) MUST_CHECK;

/* Fails with ERR_INVALID_FIELD: the part with this name must be a file. */
bool part_needs_filename(struct work *work, const char *name);

#endif
