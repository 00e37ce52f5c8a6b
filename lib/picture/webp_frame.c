/* webp_frame.c: extracts the first frame of an animated WebP. */
#include "config.h"

#include "lib/picture/webp_frame.h"

#include <string.h>

#include "lib/base/pool.h"
#include "lib/picture/webp_chunk.h"

enum { ANMF_SIZE = 16 };

static bool find_chunk(struct webp_chunk *chunk, struct bytes from,
		       size_t offset, const char *type)
{
	while (webp_chunk_next(chunk, from, &offset))
		if (webp_chunk_is(chunk, type))
			return true;
	return false;
}

static uint8_t *put_chunk(uint8_t *at, const char *type, struct bytes data)
{
	memcpy(at, type, 4);
	put_le32(at + 4, (uint32_t)data.len);
	memcpy(at + WEBP_CHUNK_HEADER_SIZE, data.data, data.len);
	return at + WEBP_CHUNK_HEADER_SIZE + data.len + (data.len & 1);
}

/* The chunks that the frame needs. Length 0: absent. */
struct parts {
	struct webp_chunk profile, alpha, picture;
	const uint8_t *size; /* width and height, each minus one, in 3 bytes */
};

/* RFC 9649 3.4: a lossless picture declares itself whether it is opaque. */
static bool has_alpha(const struct parts *parts)
{
	const struct webp_chunk *picture = &parts->picture;

	return parts->alpha.data.len ||
	       (webp_chunk_is(picture, "VP8L") && picture->data.len >= 5 &&
		picture->data.data[4] & 0x10);
}

static uint8_t *put_extras(uint8_t *at, const struct parts *parts)
{
	uint8_t vp8x[WEBP_VP8X_SIZE] = { 0 };

	if (has_alpha(parts))
		vp8x[0] |= WEBP_VP8X_ALPHA;
	if (parts->profile.data.len)
		vp8x[0] |= WEBP_VP8X_PROFILE;
	memcpy(vp8x + 4, parts->size, 6);
	at = put_chunk(at, "VP8X", (struct bytes){ vp8x, sizeof(vp8x) });
	if (parts->profile.data.len)
		at = put_chunk(at, "ICCP", parts->profile.data);
	if (parts->alpha.data.len)
		at = put_chunk(at, "ALPH", parts->alpha.data);
	return at;
}

static void write_file(struct webp_frame *frame, struct pool *pool,
		       const struct parts *parts)
{
	const size_t most = WEBP_HEADER_SIZE +
			    4 * (WEBP_CHUNK_HEADER_SIZE + 1) + WEBP_VP8X_SIZE +
			    parts->profile.data.len + parts->alpha.data.len +
			    parts->picture.data.len;
	uint8_t *file = pool_alloc(pool, most);
	uint8_t *end = file + WEBP_HEADER_SIZE;

	if (parts->profile.data.len || parts->alpha.data.len)
		end = put_extras(end, parts);
	end = put_chunk(end, (const char *)parts->picture.type,
			parts->picture.data);
	memcpy(file, "RIFF", 4);
	put_le32(file + 4, (uint32_t)(end - file - WEBP_CHUNK_HEADER_SIZE));
	memcpy(file + 8, "WEBP", 4);
	frame->bytes = file;
	frame->len = (size_t)(end - file);
}

static uint8_t canvas_flags(struct bytes file)
{
	size_t offset = WEBP_HEADER_SIZE;
	struct webp_chunk chunk;

	return webp_chunk_next(&chunk, file, &offset) &&
			       webp_chunk_is(&chunk, "VP8X") &&
			       chunk.data.len >= WEBP_VP8X_SIZE
		       ? chunk.data.data[0]
		       : 0;
}

/* Ignores a profile that the flags do not announce, as browsers do. */
static void find_profile(struct webp_chunk *profile, struct bytes file)
{
	if (!(canvas_flags(file) & WEBP_VP8X_PROFILE) ||
	    !find_chunk(profile, file, WEBP_HEADER_SIZE, "ICCP"))
		profile->data.len = 0;
}

bool webp_is_animated(const uint8_t *bytes, size_t len)
{
	return canvas_flags((struct bytes){ bytes, len }) & WEBP_VP8X_ANIMATION;
}

bool webp_first_frame(struct webp_frame *frame, struct work *work,
		      const uint8_t *bytes, size_t len)
{
	const struct bytes file = { bytes, len };
	struct parts parts = { 0 };
	struct bytes inside;
	struct webp_chunk anmf;

	if (!find_chunk(&anmf, file, WEBP_HEADER_SIZE, "ANMF") ||
	    anmf.data.len < ANMF_SIZE)
		return fail(work, ERR_CORRUPT_IMAGE,
			    "expected a whole frame in the animated WebP, "
			    "found none");
	inside = anmf.data;
	if (!find_chunk(&parts.picture, inside, ANMF_SIZE, "VP8L")) {
		if (!find_chunk(&parts.picture, inside, ANMF_SIZE, "VP8 "))
			return fail(work, ERR_CORRUPT_IMAGE,
				    "expected a picture in the WebP frame, "
				    "found none");
		if (!find_chunk(&parts.alpha, inside, ANMF_SIZE, "ALPH"))
			parts.alpha.data.len = 0;
	}
	find_profile(&parts.profile, file);
	parts.size = anmf.data.data + 6;
	frame->x = le24(anmf.data.data) * 2;
	frame->y = le24(anmf.data.data + 3) * 2;
	write_file(frame, work->pool, &parts);
	return true;
}
