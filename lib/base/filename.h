#ifndef LIB_BASE_FILENAME_H
#define LIB_BASE_FILENAME_H

#include <stdbool.h>

#include "lib/base/util.h"

struct pool;

/* The value of a parameter filename* (RFC 8187 section 3.2.1: a charset, a
   language and percent-encoded text, with apostrophes between) as UTF-8, in a
   charset of charset_decode(). False when it is malformed. */
bool filename_decode_extended(const char **filename, struct pool *pool,
			      const char *value) MUST_CHECK;

/* The value of a parameter filename as UTF-8: text of an unknown charset
   (charset_guess()), with encoded words (encoded_word_decode()). */
const char *filename_decode(struct pool *pool, const char *value);

/* Without folders, which some senders write with the separators of their
   system: "" when the path ends with one, "." or "..". */
const char *filename_last_component(const char *path);

#endif
