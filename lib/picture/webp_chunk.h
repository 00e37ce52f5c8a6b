#ifndef LIB_PICTURE_WEBP_CHUNK_H
#define LIB_PICTURE_WEBP_CHUNK_H

#include <string.h>

#include "lib/picture/bytes.h"

/* The chunks of a WebP file: RFC 9649 2.3 to 2.7. */
enum {
	WEBP_HEADER_SIZE = 12,
	WEBP_CHUNK_HEADER_SIZE = 8,
	WEBP_VP8X_SIZE = 10,
	WEBP_VP8X_ANIMATION = 0x02,
	WEBP_VP8X_EXIF = 0x08,
	WEBP_VP8X_ALPHA = 0x10,
	WEBP_VP8X_PROFILE = 0x20
};

struct webp_chunk {
	const uint8_t *type; /* 4 letters */
	struct bytes data;
};

/* Reads the chunk at `*offset`, and moves the offset after it. The byte that
   pads the last chunk may be missing. False if there is no whole chunk. */
static inline bool webp_chunk_next(struct webp_chunk *chunk, struct bytes from,
				   size_t *offset)
{
	size_t left, len;

	if (!bytes_hold(from, *offset, WEBP_CHUNK_HEADER_SIZE))
		return false;
	chunk->type = from.data + *offset;
	left = from.len - *offset - WEBP_CHUNK_HEADER_SIZE;
	len = le32(chunk->type + 4);
	if (len > left)
		return false;
	chunk->data =
		(struct bytes){ chunk->type + WEBP_CHUNK_HEADER_SIZE, len };
	*offset += WEBP_CHUNK_HEADER_SIZE + len + (len & 1 && len < left);
	return true;
}

static inline bool webp_chunk_is(const struct webp_chunk *chunk,
				 const char *type)
{
	return !memcmp(chunk->type, type, 4);
}

#endif
