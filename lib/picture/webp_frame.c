/* webp_frame.c: takes the first frame out of an animated WebP. */
#include "config.h"

#include "lib/picture/webp_frame.h"

#include <string.h>

#include "lib/base/pool.h"
#include "lib/picture/bytes.h"

/* RFC 9649 2.3 to 2.7 */
enum {
	RIFF_HEADER_SIZE = 12,
	CHUNK_HEADER_SIZE = 8,
	VP8X_SIZE = 10,
	ANMF_SIZE = 16,
	VP8X_ANIMATION = 0x02,
	VP8X_ALPHA = 0x10
};

struct chunk {
	const uint8_t *type, *data;
	size_t len;
};

/* Takes the chunk at `*offset` and goes past it. */
static bool next_chunk(struct chunk *chunk, struct bytes from, size_t *offset)
{
	size_t left, len;

	if (!bytes_hold(from, *offset, CHUNK_HEADER_SIZE))
		return false;
	chunk->type = from.data + *offset;
	chunk->data = chunk->type + CHUNK_HEADER_SIZE;
	left = from.len - *offset - CHUNK_HEADER_SIZE;
	len = le32(chunk->type + 4);
	if (len > left)
		return false;
	chunk->len = len;
	*offset += CHUNK_HEADER_SIZE + len + (len & 1 && len < left);
	return true;
}

static bool find_chunk(struct chunk *chunk, struct bytes from, size_t offset,
		       const char *type)
{
	while (next_chunk(chunk, from, &offset))
		if (!memcmp(chunk->type, type, 4))
			return true;
	return false;
}

static void put_le32(uint8_t *at, uint32_t number)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(number >> 8 * i);
}

static uint8_t *put_chunk(uint8_t *at, const char *type, const uint8_t *data,
			  size_t len)
{
	memcpy(at, type, 4);
	put_le32(at + 4, (uint32_t)len);
	memcpy(at + CHUNK_HEADER_SIZE, data, len);
	return at + CHUNK_HEADER_SIZE + len + (len & 1);
}

/* `size` is the frame's width and height, less one, of 3 bytes each. */
static void write_file(struct webp_frame *frame, struct pool *pool,
		       const uint8_t *size, const struct chunk *alpha,
		       const struct chunk *picture)
{
	const size_t most = RIFF_HEADER_SIZE + 3 * (CHUNK_HEADER_SIZE + 1) +
			    VP8X_SIZE + alpha->len + picture->len;
	uint8_t *file = pool_alloc(pool, most);
	uint8_t *end = file + RIFF_HEADER_SIZE;

	if (alpha->len) {
		uint8_t vp8x[VP8X_SIZE] = { VP8X_ALPHA };

		memcpy(vp8x + 4, size, 6);
		end = put_chunk(end, "VP8X", vp8x, sizeof(vp8x));
		end = put_chunk(end, "ALPH", alpha->data, alpha->len);
	}
	end = put_chunk(end, (const char *)picture->type, picture->data,
			picture->len);
	memcpy(file, "RIFF", 4);
	put_le32(file + 4, (uint32_t)(end - file - CHUNK_HEADER_SIZE));
	memcpy(file + 8, "WEBP", 4);
	frame->bytes = file;
	frame->len = (size_t)(end - file);
}

bool webp_is_animated(const uint8_t *bytes, size_t len)
{
	const struct bytes file = { bytes, len };
	size_t offset = RIFF_HEADER_SIZE;
	struct chunk chunk;

	return next_chunk(&chunk, file, &offset) &&
	       !memcmp(chunk.type, "VP8X", 4) && chunk.len >= VP8X_SIZE &&
	       chunk.data[0] & VP8X_ANIMATION;
}

bool webp_first_frame(struct webp_frame *frame, struct work *work,
		      const uint8_t *bytes, size_t len)
{
	const struct bytes file = { bytes, len };
	struct chunk anmf, picture, alpha = { 0 };
	struct bytes inside;

	if (!find_chunk(&anmf, file, RIFF_HEADER_SIZE, "ANMF") ||
	    anmf.len < ANMF_SIZE)
		return fail(work, ERR_CORRUPT_IMAGE,
			    "an animated WebP without a whole frame");
	inside = (struct bytes){ anmf.data, anmf.len };
	if (!find_chunk(&picture, inside, ANMF_SIZE, "VP8L")) {
		if (!find_chunk(&picture, inside, ANMF_SIZE, "VP8 "))
			return fail(work, ERR_CORRUPT_IMAGE,
				    "a WebP frame without a picture");
		if (!find_chunk(&alpha, inside, ANMF_SIZE, "ALPH"))
			alpha.len = 0;
	}
	frame->x = le24(anmf.data) * 2;
	frame->y = le24(anmf.data + 3) * 2;
	write_file(frame, work->pool, anmf.data + 6, &alpha, &picture);
	return true;
}
