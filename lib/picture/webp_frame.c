/* webp_frame.c: extracts the first frame of an animated WebP. */
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
	VP8X_ALPHA = 0x10,
	VP8X_PROFILE = 0x20
};

struct chunk {
	const uint8_t *type, *data;
	size_t len;
};

/* Reads the chunk at `*offset`, and moves the offset after it. */
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

/* The chunks that the frame needs. Length 0: absent. */
struct parts {
	struct chunk profile, alpha, picture;
	const uint8_t *size; /* width and height, each minus one, in 3 bytes */
};

/* RFC 9649 3.4: a lossless picture declares itself whether it is opaque. */
static bool has_alpha(const struct parts *parts)
{
	const struct chunk *picture = &parts->picture;

	return parts->alpha.len ||
	       (!memcmp(picture->type, "VP8L", 4) && picture->len >= 5 &&
		picture->data[4] & 0x10);
}

static uint8_t *put_extras(uint8_t *at, const struct parts *parts)
{
	uint8_t vp8x[VP8X_SIZE] = { 0 };

	if (has_alpha(parts))
		vp8x[0] |= VP8X_ALPHA;
	if (parts->profile.len)
		vp8x[0] |= VP8X_PROFILE;
	memcpy(vp8x + 4, parts->size, 6);
	at = put_chunk(at, "VP8X", vp8x, sizeof(vp8x));
	if (parts->profile.len)
		at = put_chunk(at, "ICCP", parts->profile.data,
			       parts->profile.len);
	if (parts->alpha.len)
		at = put_chunk(at, "ALPH", parts->alpha.data, parts->alpha.len);
	return at;
}

static void write_file(struct webp_frame *frame, struct pool *pool,
		       const struct parts *parts)
{
	const size_t most = RIFF_HEADER_SIZE + 4 * (CHUNK_HEADER_SIZE + 1) +
			    VP8X_SIZE + parts->profile.len + parts->alpha.len +
			    parts->picture.len;
	uint8_t *file = pool_alloc(pool, most);
	uint8_t *end = file + RIFF_HEADER_SIZE;

	if (parts->profile.len || parts->alpha.len)
		end = put_extras(end, parts);
	end = put_chunk(end, (const char *)parts->picture.type,
			parts->picture.data, parts->picture.len);
	memcpy(file, "RIFF", 4);
	put_le32(file + 4, (uint32_t)(end - file - CHUNK_HEADER_SIZE));
	memcpy(file + 8, "WEBP", 4);
	frame->bytes = file;
	frame->len = (size_t)(end - file);
}

static uint8_t canvas_flags(struct bytes file)
{
	size_t offset = RIFF_HEADER_SIZE;
	struct chunk chunk;

	return next_chunk(&chunk, file, &offset) &&
			       !memcmp(chunk.type, "VP8X", 4) &&
			       chunk.len >= VP8X_SIZE
		       ? chunk.data[0]
		       : 0;
}

/* Ignores a profile that the flags do not announce, as browsers do. */
static void find_profile(struct chunk *profile, struct bytes file)
{
	if (!(canvas_flags(file) & VP8X_PROFILE) ||
	    !find_chunk(profile, file, RIFF_HEADER_SIZE, "ICCP"))
		profile->len = 0;
}

bool webp_is_animated(const uint8_t *bytes, size_t len)
{
	return canvas_flags((struct bytes){ bytes, len }) & VP8X_ANIMATION;
}

bool webp_first_frame(struct webp_frame *frame, struct work *work,
		      const uint8_t *bytes, size_t len)
{
	const struct bytes file = { bytes, len };
	struct parts parts = { 0 };
	struct bytes inside;
	struct chunk anmf;

	if (!find_chunk(&anmf, file, RIFF_HEADER_SIZE, "ANMF") ||
	    anmf.len < ANMF_SIZE)
		return fail(work, ERR_CORRUPT_IMAGE,
			    "expected a whole frame in the animated WebP, "
			    "found none");
	inside = (struct bytes){ anmf.data, anmf.len };
	if (!find_chunk(&parts.picture, inside, ANMF_SIZE, "VP8L")) {
		if (!find_chunk(&parts.picture, inside, ANMF_SIZE, "VP8 "))
			return fail(work, ERR_CORRUPT_IMAGE,
				    "expected a picture in the WebP frame, "
				    "found none");
		if (!find_chunk(&parts.alpha, inside, ANMF_SIZE, "ALPH"))
			parts.alpha.len = 0;
	}
	find_profile(&parts.profile, file);
	parts.size = anmf.data + 6;
	frame->x = le24(anmf.data) * 2;
	frame->y = le24(anmf.data + 3) * 2;
	write_file(frame, work->pool, &parts);
	return true;
}
