#ifndef LIB_PICTURE_METADATA_TEXT_H
#define LIB_PICTURE_METADATA_TEXT_H

#include "lib/picture/bytes.h"

struct pool;

/* Returns the bytes up to a NUL as UTF-8 (charset_guess()): a tab or line break
   becomes a space, other control characters and the spaces at both ends are
   removed, and the rest is cut to whole characters within `max` bytes. NULL if
   nothing is left. */
const char *metadata_text(struct pool *pool, struct bytes bytes, size_t max);

/* Returns "first; second", within METADATA_TEXT_MAX bytes. Each may be NULL. */
const char *metadata_join(struct pool *pool, const char *first,
			  const char *second);

#endif
