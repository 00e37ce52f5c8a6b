#ifndef FCGI_DISPOSITION_H
#define FCGI_DISPOSITION_H

#include <stdbool.h>

struct pool;

enum { DISPOSITION_MAX_NAME = 255 };

/*
 * The value of Content-Disposition (RFC 6266): `inline` or `attachment`, and
 * what a browser should call the file when it stores it, in ASCII and in UTF-8
 * (RFC 8187). Whatever the filename is, the value is printable ASCII. The name
 * loses separators of paths and lines, control characters and those that turn
 * the direction of text, with which an extension can be disguised; it is cut to
 * DISPOSITION_MAX_NAME bytes. If nothing is left but dots and spaces, or it was
 * not UTF-8, no name is given.
 */
const char *disposition_header(struct pool *pool, bool inline_,
			       const char *filename);

#endif
