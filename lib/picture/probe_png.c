/* probe_png.c: reads the size, transparency and orientation of a PNG. */
#include "config.h"

#include "lib/picture/probe_formats.h"

#include "lib/picture/exif.h"
#include "lib/picture/png_chunk.h"
#include "lib/picture/png_colour.h"
#include "lib/picture/surplus.h"

enum {
	IHDR_SIZE = 13,
	GRAY = 0,
	RGB = 2,
	PALETTE = 3,
	GRAY_ALPHA = 4,
	RGB_ALPHA = 6
};

/* W3C PNG 11.2.1: the bit depths of each colour type, as a bit set. */
static const uint32_t depths[] = {
	[GRAY] = 1 << 1 | 1 << 2 | 1 << 4 | 1 << 8 | 1 << 16,
	[RGB] = 1 << 8 | 1 << 16,
	[PALETTE] = 1 << 1 | 1 << 2 | 1 << 4 | 1 << 8,
	[GRAY_ALPHA] = 1 << 8 | 1 << 16,
	[RGB_ALPHA] = 1 << 8 | 1 << 16,
};

static const unsigned channels[] = {
	[GRAY] = 1, [RGB] = 3, [PALETTE] = 1, [GRAY_ALPHA] = 2, [RGB_ALPHA] = 4,
};
_Static_assert(ARRAY_LEN(channels) == ARRAY_LEN(depths), "one for each type");

static bool read_header(struct probe *probe, struct work *work,
			struct bytes header, unsigned *colour)
{
	const uint8_t *at = header.data;
	unsigned depth = at[8];

	*colour = at[9];
	if (*colour >= ARRAY_LEN(depths) || depth > 16 ||
	    !(depths[*colour] >> depth & 1))
		return fail(work, ERR_CORRUPT_IMAGE,
			    "expected a PNG of colour type 0, 2, 3, 4 or 6 and "
			    "its bits, found type %u with %u bits; save the "
			    "picture again",
			    *colour, depth);
	if (at[10] || at[11] || at[12] > 1)
		return fail(work, ERR_CORRUPT_IMAGE,
			    "expected a PNG of compression 0, filter 0 and "
			    "interlace 0 or 1, found %u, %u and %u; save the "
			    "picture again",
			    at[10], at[11], at[12]);

	probe->pixel_bits = depth * channels[*colour];
	probe->whole = at[12];
	probe->width = be32(at);
	probe->height = be32(at + 4);
	probe->alpha = *colour == GRAY_ALPHA || *colour == RGB_ALPHA;
	probe->gray = *colour == GRAY || *colour == GRAY_ALPHA;
	if (!probe->width || !probe->height || probe->width > INT32_MAX ||
	    probe->height > INT32_MAX)
		return fail(work, ERR_CORRUPT_IMAGE,
			    "expected a PNG of 1 to %d pixels a side, found "
			    "%ux%u; save the picture again",
			    INT32_MAX, probe->width, probe->height);
	return true;
}

static void read_frames(struct probe *probe, struct bytes control)
{
	if (control.len >= 8 && be32(control.data))
		probe->frames = be32(control.data);
}

/* Counts the bytes of the file by use. */
struct shares {
	uint64_t pixels, frames, metadata, others;
};

/* `size` is that of the whole chunk. */
static void count_chunk(struct shares *shares, const struct png_chunk *chunk,
			uint64_t size)
{
	if (!png_chunk_is(chunk, "IDAT") && !png_chunk_is(chunk, "fdAT"))
		shares->metadata += size;
	else if (!chunk->data.len)
		shares->others += size;
	else if (png_chunk_is(chunk, "IDAT"))
		shares->pixels += chunk->data.len;
	else
		shares->frames += chunk->data.len;
}

/* Deflate hardly expands data. A pixel has at most 8 bytes, and a row one byte
   for its filter. */
static void count_surplus(struct probe *probe, const struct shares *shares,
			  uint64_t len)
{
	enum { PIXEL_BYTES = 10 };
	const uint64_t pixels = (uint64_t)probe->width * probe->height;
	const uint64_t others =
		shares->others +
		surplus_of_pixels(shares->pixels, pixels, PIXEL_BYTES) +
		surplus_of_pixels(shares->frames / probe->frames, pixels,
				  PIXEL_BYTES) +
		surplus_of_metadata(shares->metadata, len);

	probe->surplus = surplus_if_much(others, len);
}

/*
 * Some programs write a smaller picture over a larger one without truncating
 * the file, as the screenshot tools of Android and Windows did (CVE-2023-21036,
 * CVE-2023-28303). The end of the larger picture stays in the file, and shows
 * what was cropped off.
 */
static bool is_end_of_another(struct bytes tail)
{
	static const uint8_t signature[] = "\x89PNG\r\n\x1a\n";
	static const uint8_t end[] = "\0\0\0\0IEND\xae\x42\x60\x82";

	return tail.len >= sizeof(end) - 1 &&
	       !memcmp(tail.data + tail.len - (sizeof(end) - 1), end,
		       sizeof(end) - 1) &&
	       memcmp(tail.data, signature, sizeof(signature) - 1) != 0;
}

static void read_end(struct probe *probe, struct shares *shares,
		     struct bytes tail)
{
	if (is_end_of_another(tail))
		probe->remains = tail.len;
	else
		shares->others += tail.len;
}

bool probe_png(struct probe *probe, struct work *work, struct bytes bytes)
{
	bool has_palette = false, has_pixels = false, has_exif = false;
	size_t offset = PNG_CHUNK_FIRST, from;
	struct shares shares = { 0 };
	struct png_colour colours;
	struct png_chunk chunk;
	unsigned colour;

	if (!png_chunk_next(bytes, &offset, &chunk) ||
	    !png_chunk_is(&chunk, "IHDR") || chunk.data.len != IHDR_SIZE)
		return fail(work, ERR_CORRUPT_IMAGE,
			    "expected a PNG that begins with its header, found "
			    "%zu bytes without; save the picture again",
			    bytes.len);
	if (!read_header(probe, work, chunk.data, &colour))
		return false;
	png_colour_find(&colours, bytes);
	if (!png_colour_check(&colours, work))
		return false;

	for (from = offset; png_chunk_next(bytes, &offset, &chunk);
	     from = offset) {
		if (png_chunk_is(&chunk, "IEND")) {
			read_end(probe, &shares,
				 (struct bytes){ bytes.data + offset,
						 bytes.len - offset });
			break;
		}
		count_chunk(&shares, &chunk, offset - from);
		if (png_chunk_is(&chunk, "IDAT")) {
			has_pixels = true;
			if (colour == PALETTE && !has_palette)
				break;
		} else if (png_chunk_is(&chunk, "PLTE")) {
			has_palette = true;
		} else if (png_chunk_is(&chunk, "tRNS")) {
			probe->alpha = true;
		} else if (png_chunk_is(&chunk, "eXIf") && !has_pixels &&
			   !has_exif) {
			/* Browsers ignore it after the pixels. */
			has_exif = true;
			probe->orientation = exif_orientation(chunk.data.data,
							      chunk.data.len);
		} else if (png_chunk_is(&chunk, "acTL")) {
			read_frames(probe, chunk.data);
		}
	}
	if (!has_pixels || (colour == PALETTE && !has_palette))
		return fail(work, ERR_CORRUPT_IMAGE,
			    "expected %s in the PNG, found none in its %zu "
			    "bytes; upload the whole file",
			    has_pixels ? "a palette" : "picture data",
			    bytes.len);
	count_surplus(probe, &shares, bytes.len - probe->remains);
	return true;
}
