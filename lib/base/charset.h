#ifndef LIB_BASE_CHARSET_H
#define LIB_BASE_CHARSET_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/util.h"

struct pool;

/*
 * Converts `len` bytes in the charset to UTF-8. Knows UTF-8, US-ASCII,
 * ISO-8859-1 and windows-1252, in upper or lower case. Accepts any other
 * charset if all bytes are US-ASCII. Returns false for other bytes, for bytes
 * that are not valid in the charset, and for a NUL.
 */
bool charset_decode(const char **text, struct pool *pool, const char *charset,
		    const char *bytes, size_t len) MUST_CHECK;

/* Converts text of an unknown charset to UTF-8: UTF-8 stays, other bytes are
   read as windows-1252. A backslash that may be the second byte of a character
   (charset_step()) becomes "_", so that it is not a separator. */
const char *charset_guess(struct pool *pool, const char *text);

/* Returns the length in bytes of the character at `at`, in text that is not
   UTF-8: 2 if it may be a character of Shift-JIS, GBK or Big5, whose second
   byte can have the value of a backslash; else 1. */
size_t charset_step(const char *at);

#endif
