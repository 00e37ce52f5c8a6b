#ifndef TESTS_LIB_PNG_REFERENCE_H
#define TESTS_LIB_PNG_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/pool.h"

/* What libpng makes of a file whose header says this size: red, green, blue and
   alpha of 16 bits. NULL when pixels are missing or damaged. */
const uint16_t *png_reference_read(struct pool *pool, const uint8_t *bytes,
				   size_t len, uint32_t width, uint32_t height);

/* Whether libpng reads all of a file, to its end, and warns of nothing: CRCs
   and the Adler-32 count, too. */
bool png_reference_is_valid(const uint8_t *bytes, size_t len);

/* A valid PNG of a random kind, size and content. */
struct png_file {
	const uint8_t *bytes;
	size_t len;
	uint32_t width, height;
};
struct png_file png_reference_write(struct pool *pool, uint64_t *seed,
				    uint32_t max_width, uint32_t max_height);

/* The next of a sequence of numbers, below `limit`. */
uint32_t png_reference_random(uint64_t *seed, uint32_t limit);

#endif
