/* probe_webp.c: reads the canvas, frames and orientation of a WebP. */
#include "config.h"

#include "lib/picture/probe_formats.h"

#include <string.h>

#include "lib/picture/exif.h"
#include "lib/picture/surplus.h"
#include "lib/picture/webp_chunk.h"

/* RFC 9649 */
enum { VP8_HEADER_SIZE = 10, VP8L_HEADER_SIZE = 5 };

struct webp {
	struct bytes bytes; /* as long as RIFF's size says */
	struct probe *probe;
	struct work *work;
	uint64_t pixels, metadata; /* bytes of a still picture's chunks */
	uint64_t others;           /* other bytes */
	bool extended, animated, has_picture, has_exif;
};

/* RFC 6386 9.1 */
static bool read_lossy(struct bytes data, uint32_t *width, uint32_t *height)
{
	const uint8_t *at = data.data;
	uint32_t tag;

	if (data.len < VP8_HEADER_SIZE || memcmp(at + 3, "\x9d\x01\x2a", 3))
		return false;
	tag = le24(at);
	*width = le16(at + 6) & 0x3fff;
	*height = le16(at + 8) & 0x3fff;
	/* a visible key frame whose first partition is complete */
	return !(tag & 1) && (tag >> 1 & 7) <= 3 && (tag >> 4 & 1) &&
	       tag >> 5 < data.len;
}

/* RFC 9649 3.4 */
static bool read_lossless(struct bytes data, uint32_t *width, uint32_t *height,
			  bool *alpha)
{
	uint32_t word;

	if (data.len < VP8L_HEADER_SIZE || data.data[0] != 0x2f)
		return false;
	word = le32(data.data + 1);
	*width = (word & 0x3fff) + 1;
	*height = (word >> 14 & 0x3fff) + 1;
	*alpha = word >> 28 & 1;
	return word >> 29 == 0;
}

static bool read_picture(struct webp *webp, const struct webp_chunk *chunk)
{
	struct probe *probe = webp->probe;
	uint32_t width, height;
	bool alpha = false;

	if (webp_chunk_is(chunk, "VP8 ")
		    ? !read_lossy(chunk->data, &width, &height)
		    : !read_lossless(chunk->data, &width, &height, &alpha))
		return fail(webp->work, ERR_CORRUPT_IMAGE,
			    "expected the %.4s header of a WebP picture, found "
			    "a damaged one; save the picture again",
			    (const char *)chunk->type);
	if (webp->extended &&
	    (width != probe->width || height != probe->height))
		return fail(webp->work, ERR_CORRUPT_IMAGE,
			    "expected a WebP of %ux%u pixels as its canvas "
			    "says, found %ux%u; save the picture again",
			    probe->width, probe->height, width, height);
	probe->width = width;
	probe->height = height;
	probe->alpha |= alpha;
	webp->has_picture = true;
	return true;
}

static bool read_canvas(struct webp *webp, struct bytes data)
{
	if (data.len < WEBP_VP8X_SIZE)
		return fail(webp->work, ERR_CORRUPT_IMAGE,
			    "expected a VP8X header of at least %d bytes in "
			    "the WebP, found %zu; save the picture again",
			    WEBP_VP8X_SIZE, data.len);
	webp->extended = true;
	webp->animated = data.data[0] & WEBP_VP8X_ANIMATION;
	webp->probe->alpha = data.data[0] & WEBP_VP8X_ALPHA;
	webp->probe->width = le24(data.data + 4) + 1;
	webp->probe->height = le24(data.data + 7) + 1;
	return true;
}

static void count_frame(struct webp *webp)
{
	if (webp->has_picture)
		webp->probe->frames++;
	webp->has_picture = true;
}

static uint64_t surplus_of_picture(const struct webp *webp, uint64_t len)
{
	enum { PIXEL_BYTES = 8 };

	return surplus_of_pixels(
		len, (uint64_t)webp->probe->width * webp->probe->height,
		PIXEL_BYTES);
}

static bool is_any(const struct webp_chunk *chunk, const char *const types[])
{
	for (; *types; types++)
		if (webp_chunk_is(chunk, *types))
			return true;
	return false;
}

/* Chunks of other kinds are unknown. `size` is that of the whole chunk. */
static void count_chunk(struct webp *webp, const struct webp_chunk *chunk,
			uint64_t size)
{
	static const char *const pixels[] = { "VP8 ", "VP8L", "ALPH", NULL };
	static const char *const metadata[] = { "VP8X", "ICCP", "ANIM",
						"EXIF", "XMP ", NULL };

	if (is_any(chunk, pixels))
		webp->pixels += size;
	else if (is_any(chunk, metadata))
		webp->metadata += size;
	else if (webp_chunk_is(chunk, "ANMF"))
		webp->others += surplus_of_picture(webp, size);
	else
		webp->others += size;
}

/* `end` is the end of the chunks. */
static uint64_t count_surplus(const struct webp *webp, size_t end, size_t len)
{
	return surplus_if_much(webp->others + (len - end) +
				       surplus_of_picture(webp, webp->pixels) +
				       surplus_of_metadata(webp->metadata, len),
			       len);
}

static bool read_chunk(struct webp *webp, const struct webp_chunk *chunk,
		       bool first)
{
	if (first && webp_chunk_is(chunk, "VP8X"))
		return read_canvas(webp, chunk->data);
	if (webp_chunk_is(chunk, "VP8 ") || webp_chunk_is(chunk, "VP8L"))
		return webp->has_picture || read_picture(webp, chunk);
	if (webp_chunk_is(chunk, "ANMF") && webp->animated)
		count_frame(webp);
	if (webp_chunk_is(chunk, "EXIF") && !webp->has_exif) {
		webp->probe->orientation =
			exif_orientation(chunk->data.data, chunk->data.len);
		webp->has_exif = true;
	}
	return true;
}

bool probe_webp(struct probe *probe, struct work *work, struct bytes bytes)
{
	uint64_t size = (uint64_t)le32(bytes.data + 4) + WEBP_CHUNK_HEADER_SIZE;
	struct webp webp = { .probe = probe, .work = work };
	size_t offset = WEBP_HEADER_SIZE, from = offset;
	struct webp_chunk chunk;

	if (size > bytes.len || size < WEBP_HEADER_SIZE)
		return fail(work, ERR_CORRUPT_IMAGE,
			    "expected a WebP of %llu bytes as it says, found "
			    "%zu; upload the whole file",
			    (unsigned long long)size, bytes.len);
	webp.bytes = (struct bytes){ bytes.data, (size_t)size };

	for (bool first = true; webp_chunk_next(&chunk, webp.bytes, &offset);
	     first = false) {
		if (!read_chunk(&webp, &chunk, first))
			return false;
		count_chunk(&webp, &chunk, offset - from);
		from = offset;
		if (!webp.extended)
			break; /* a simple file has one chunk */
	}
	probe->surplus = count_surplus(
		&webp, webp.extended ? webp.bytes.len : offset, bytes.len);
	return webp.has_picture ||
	       fail(work, ERR_CORRUPT_IMAGE,
		    "expected a picture in the WebP, found none in its %zu "
		    "bytes; upload the whole file",
		    bytes.len);
}
