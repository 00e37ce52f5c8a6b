#ifndef LIB_BASE_BUF_H
#define LIB_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/util.h"

/* Bytes that grow up to a given limit. `data` always ends in a NUL that `len`
   does not count, and is never NULL. */
struct buf {
	char *data;
	size_t len;
	size_t size;
	size_t limit;
};

struct pool;

void buf_init(struct buf *buf, size_t limit);
void buf_release(struct buf *buf);

/* Allocates the buffer in a pool: pool_free() releases it. */
struct buf *buf_new(struct pool *pool, size_t limit);

/* All return false, and change nothing, if the buffer would exceed its
   limit. */
bool buf_add(struct buf *buf, const void *bytes, size_t count) MUST_CHECK;
bool buf_add_text(struct buf *buf, const char *text) MUST_CHECK;
bool buf_printf(struct buf *buf, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
