#ifndef LIB_PICTURE_PNG_CHUNK_H
#define LIB_PICTURE_PNG_CHUNK_H

#include <string.h>

#include "lib/picture/bytes.h"

/* The chunks of a PNG (W3C PNG 5.3), after the signature. */
enum {
	PNG_CHUNK_FIRST = 8,    /* offset of the first */
	PNG_CHUNK_OVERHEAD = 12 /* length, type and CRC */
};

struct png_chunk {
	const uint8_t *type;
	struct bytes data; /* the part that the file has */
};

static inline bool png_chunk_is(const struct png_chunk *chunk, const char *type)
{
	return !memcmp(chunk->type, type, 4);
}

/* Returns false at the end of the file, and at a length that PNG forbids. */
static inline bool png_chunk_next(struct bytes bytes, size_t *offset,
				  struct png_chunk *chunk)
{
	const uint8_t *at = bytes.data + *offset;
	size_t size, left = bytes.len - *offset;

	if (left < 8)
		return false;
	size = be32(at);
	if (size > INT32_MAX)
		return false;
	chunk->type = at + 4;
	chunk->data.data = at + 8;
	chunk->data.len = size < left - 8 ? size : left - 8;
	*offset += left < size + PNG_CHUNK_OVERHEAD ? left
						    : size + PNG_CHUNK_OVERHEAD;
	return true;
}

#endif
