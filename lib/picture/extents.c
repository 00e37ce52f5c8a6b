/* extents.c: a set of byte ranges of a file. */
#include "config.h"

#include "lib/picture/extents.h"

#include <stdlib.h>

#include "lib/base/pool.h"

/* Each range needs at least an offset of 4 bytes in the file. */
enum { MOST = 65536, LEAST = 16, OFFSET_SIZE = 4 };

void extents_init(struct extents *extents, struct pool *pool, uint64_t len)
{
	const uint64_t most = len / OFFSET_SIZE + LEAST;

	*extents = (struct extents){ .end = len };
	extents->most = most < MOST ? (size_t)most : MOST;
	extents->list =
		pool_alloc(pool, extents->most * sizeof(*extents->list));
}

static int by_start(const void *a, const void *b)
{
	const struct extent *x = a, *y = b;

	return (x->from > y->from) - (x->from < y->from);
}

static void merge(struct extents *extents)
{
	struct extent *list = extents->list;
	size_t kept = 0;

	qsort(list, extents->count, sizeof(*list), by_start);
	for (size_t i = 1; i < extents->count; i++) {
		if (list[i].from > list[kept].to)
			list[++kept] = list[i];
		else if (list[i].to > list[kept].to)
			list[kept].to = list[i].to;
	}
	extents->count = extents->count ? kept + 1 : 0;
}

/* Most files list ranges in order. */
static bool extend_last(struct extents *extents, uint64_t from, uint64_t to)
{
	struct extent *last;

	if (!extents->count)
		return false;
	last = &extents->list[extents->count - 1];
	if (from < last->from || from > last->to)
		return false;
	if (to > last->to)
		last->to = to;
	return true;
}

void extents_add(struct extents *extents, uint64_t from, uint64_t len)
{
	uint64_t to;

	if (from >= extents->end || !len)
		return;
	to = len < extents->end - from ? from + len : extents->end;
	if (extend_last(extents, from, to))
		return;
	if (extents->count == extents->most && !extents->full) {
		merge(extents);
		/* Bounds the cost of sorting. */
		extents->full = extents->count > extents->most / 2;
	}
	if (extents->count < extents->most)
		extents->list[extents->count++] = (struct extent){ from, to };
}

uint64_t extents_sum(struct extents *extents)
{
	uint64_t sum = 0;

	merge(extents);
	for (size_t i = 0; i < extents->count; i++)
		sum += extents->list[i].to - extents->list[i].from;
	return sum;
}
