#ifndef LIB_PICTURE_EXTENTS_H
#define LIB_PICTURE_EXTENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pool;

/* A set of byte ranges of a file. Ranges that touch or overlap become one.
   There are at most `most` separate ranges; more are left out. */
struct extents {
	struct extent {
		uint64_t from, to;
	} * list; /* belongs to the pool */
	size_t count, most;
	uint64_t end; /* length of the file; bytes after it do not count */
	bool full;
};

/* Starts an empty set for a file of `len` bytes. */
void extents_init(struct extents *extents, struct pool *pool, uint64_t len);

void extents_add(struct extents *extents, uint64_t from, uint64_t len);

/* Returns the number of bytes in the set. */
uint64_t extents_sum(struct extents *extents);

#endif
