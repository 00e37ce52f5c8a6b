#ifndef LIB_BASE_POOL_H
#define LIB_BASE_POOL_H

#include <stddef.h>

#include "lib/base/util.h"

/*
 * Memory and clean-up for one unit of work: one request, one job, one command.
 * Everything from a pool lives until pool_free(); nothing can be freed alone.
 * Allocation never returns NULL: out of memory ends the process, and the
 * supervisor starts another.
 */
struct pool;

struct pool *pool_new(void);

/* Runs the deferred calls, newest first, then frees all memory. */
void pool_free(struct pool *pool);

/* Returns zeroed memory that is aligned for any type. */
void *pool_alloc(struct pool *pool, size_t size);

/* Like pool_alloc(), for large blocks: not zeroed, and NULL if out of
   memory. */
void *pool_try_alloc(struct pool *pool, size_t size) MUST_CHECK;

char *pool_strdup(struct pool *pool, const char *text);
/* Copies the first `len` bytes and adds a NUL. */
char *pool_strndup(struct pool *pool, const char *bytes, size_t len);
char *pool_printf(struct pool *pool, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Releases other resources: descriptors, statements, decoded pictures. */
void pool_defer(struct pool *pool, void (*clean)(void *), void *arg);

#endif
