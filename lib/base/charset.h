#ifndef LIB_BASE_CHARSET_H
#define LIB_BASE_CHARSET_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/util.h"

struct pool;

/*
 * The text that `len` bytes are in the charset, as UTF-8: UTF-8, US-ASCII,
 * ISO-8859-1 or windows-1252, in upper or lower case. Any other charset is
 * accepted when all bytes are US-ASCII. False for other bytes, for those that
 * are not of the charset, and for a NUL.
 */
bool charset_decode(const char **text, struct pool *pool, const char *charset,
		    const char *bytes, size_t len) MUST_CHECK;

/*
 * Text of which the charset is not known, as UTF-8: UTF-8 stays, other bytes
 * are read as windows-1252. A backslash that may be the second byte of a
 * character (charset_step()) becomes "_", so that it is no separator.
 */
const char *charset_guess(struct pool *pool, const char *text);

/*
 * How many bytes the character has that begins at `at`, in text that is not
 * UTF-8: 2 for what may be one of Shift-JIS, GBK or Big5, whose second byte may
 * have the value of a backslash, else 1.
 */
size_t charset_step(const char *at);

#endif
