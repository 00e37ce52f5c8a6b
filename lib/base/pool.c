/* pool.c: memory and clean-up of one unit of work. */
#include "config.h"

#include "lib/base/pool.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct chunk {
	struct chunk *next;
	max_align_t bytes[];
};

struct deferred {
	struct deferred *next;
	void (*clean)(void *);
	void *arg;
};

struct pool {
	struct chunk *chunks;
	struct deferred *deferred;
};

struct pool *pool_new(void)
{
	struct pool *pool = calloc(1, sizeof(*pool));

	if (!pool)
		abort();
	return pool;
}

void pool_free(struct pool *pool)
{
	for (struct deferred *d = pool->deferred; d; d = d->next)
		d->clean(d->arg);

	for (struct chunk *chunk = pool->chunks, *next; chunk; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	free(pool);
}

static void *keep(struct pool *pool, struct chunk *chunk)
{
	chunk->next = pool->chunks;
	pool->chunks = chunk;
	return chunk->bytes;
}

void *pool_alloc(struct pool *pool, size_t size)
{
	struct chunk *chunk = calloc(1, sizeof(*chunk) + size);

	if (!chunk)
		abort();
	return keep(pool, chunk);
}

void *pool_try_alloc(struct pool *pool, size_t size)
{
	struct chunk *chunk = malloc(sizeof(*chunk) + size);

	return chunk ? keep(pool, chunk) : NULL;
}

char *pool_strndup(struct pool *pool, const char *bytes, size_t len)
{
	return memcpy(pool_alloc(pool, len + 1), bytes, len);
}

char *pool_strdup(struct pool *pool, const char *text)
{
	return pool_strndup(pool, text, strlen(text));
}

char *pool_printf(struct pool *pool, const char *fmt, ...)
{
	va_list args, again;
	int len;
	char *text;

	va_start(args, fmt);
	va_copy(again, args);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (len < 0)
		abort();

	text = pool_alloc(pool, (size_t)len + 1);
	vsnprintf(text, (size_t)len + 1, fmt, again);
	va_end(again);
	return text;
}

void pool_defer(struct pool *pool, void (*clean)(void *), void *arg)
{
	struct deferred *d = pool_alloc(pool, sizeof(*d));

	*d = (struct deferred){ pool->deferred, clean, arg };
	pool->deferred = d;
}
