#ifndef FCGI_DISPOSITION_H
#define FCGI_DISPOSITION_H

#include <stdbool.h>

struct pool;

enum { DISPOSITION_MAX_NAME = 255 };

/*
 * Returns a value for Content-Disposition (RFC 6266): `inline` or `attachment`,
 * and the file name under which a browser saves the file, in ASCII and in UTF-8
 * (RFC 8187). The value is printable ASCII for any filename. From the name it
 * removes path and line separators, control characters and Unicode controls of
 * the text direction, which can disguise an extension, and cuts it to
 * DISPOSITION_MAX_NAME bytes. If only dots and spaces remain, or the name is
 * not UTF-8, the value has no name.
 */
const char *disposition_header(struct pool *pool, bool inline_,
			       const char *filename);

#endif
