#ifndef LIB_BASE_FILENAME_H
#define LIB_BASE_FILENAME_H

#include <stdbool.h>

#include "lib/base/util.h"

struct pool;

/*
 * Decodes the value of a parameter filename* to UTF-8 (RFC 8187 section 3.2.1:
 * a charset, a language and percent-encoded text, with apostrophes between).
 * The charset is one of charset_decode(). Returns false for a malformed value.
 */
bool filename_decode_extended(const char **filename, struct pool *pool,
			      const char *value) MUST_CHECK;

/* Decodes the value of a parameter filename to UTF-8: text of an unknown
   charset (charset_guess()) with encoded words (encoded_word_decode()). */
const char *filename_decode(struct pool *pool, const char *value);

/* Removes folders, which some senders include, with the separators of their
   system. Returns "" if the path ends with a separator, "." or "..". */
const char *filename_last_component(const char *path);

#endif
