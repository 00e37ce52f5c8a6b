#ifndef LIB_PICTURE_EXTENTS_H
#define LIB_PICTURE_EXTENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pool;

/*
 * A set of bytes of a file, as ranges. Ranges that follow each other or overlap
 * count once. It has at most `most` ranges that are apart: of a file that is
 * divided more often, the rest is left out.
 */
struct extents {
	struct extent {
		uint64_t from, to;
	} * list; /* the pool's */
	size_t count, most;
	uint64_t end; /* of the file; what lies behind it does not count */
	bool full;
};

/* For a file of `len` bytes. */
void extents_init(struct extents *extents, struct pool *pool, uint64_t len);

void extents_add(struct extents *extents, uint64_t from, uint64_t len);

/* How many bytes are in the set. */
uint64_t extents_sum(struct extents *extents);

#endif
