#ifndef LIB_BASE_POOL_H
#define LIB_BASE_POOL_H

#include <stddef.h>

#include "lib/base/util.h"

/*
 * Memory and clean-up for one unit of work: one request, one job, one command.
 * Whatever is taken from a pool lives until pool_free(); nothing is given back
 * on its own. Allocation never returns NULL: out of memory ends the process,
 * and the supervisor starts another.
 */
struct pool;

struct pool *pool_new(void);

/* Runs the deferred calls, newest first, then frees all memory. */
void pool_free(struct pool *pool);

/* Zeroed, and aligned for any type. */
void *pool_alloc(struct pool *pool, size_t size);

/* As pool_alloc(), for what may be large: not set, and NULL when memory does
   not suffice. */
void *pool_try_alloc(struct pool *pool, size_t size) MUST_CHECK;

char *pool_strdup(struct pool *pool, const char *text);
/* The first `len` bytes, and a NUL. */
char *pool_strndup(struct pool *pool, const char *bytes, size_t len);
char *pool_printf(struct pool *pool, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* For what is not memory: descriptors, statements, decoded pictures. */
void pool_defer(struct pool *pool, void (*clean)(void *), void *arg);

#endif
