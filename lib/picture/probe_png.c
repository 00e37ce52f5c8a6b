/* probe_png.c: the size of a PNG, its transparency and orientation. */
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

/* W3C PNG 11.2.1: the bit depths of each colour type, as a set of bits. */
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
			    "a PNG of colour type %u with %u bits", *colour,
			    depth);
	if (at[10] || at[11] || at[12] > 1)
		return fail(work, ERR_CORRUPT_IMAGE,
			    "a PNG of compression %u, filter %u, interlace %u",
			    at[10], at[11], at[12]);

	probe->pixel_bits = depth * channels[*colour];
	probe->whole = at[12];
	probe->width = be32(at);
	probe->height = be32(at + 4);
	probe->alpha = *colour == GRAY_ALPHA || *colour == RGB_ALPHA;
	probe->gray = *colour == GRAY || *colour == GRAY_ALPHA;
	if (!probe->width || !probe->height || probe->width > INT32_MAX ||
	    probe->height > INT32_MAX)
		return fail(work, ERR_CORRUPT_IMAGE, "a PNG of %ux%u pixels",
			    probe->width, probe->height);
	return true;
}

static void read_frames(struct probe *probe, struct bytes control)
{
	if (control.len >= 8 && be32(control.data))
		probe->frames = be32(control.data);
}

bool probe_png(struct probe *probe, struct work *work, struct bytes bytes)
{
	bool has_palette = false, has_pixels = false, has_exif = false;
	size_t offset = PNG_CHUNK_FIRST;
	struct png_colour colours;
	struct png_chunk chunk;
	unsigned colour;

	if (!png_chunk_next(bytes, &offset, &chunk) ||
	    !png_chunk_is(&chunk, "IHDR") || chunk.data.len != IHDR_SIZE)
		return fail(work, ERR_CORRUPT_IMAGE,
			    "a PNG that does not begin with its header");
	if (!read_header(probe, work, chunk.data, &colour))
		return false;
	png_colour_find(&colours, bytes);
	if (!png_colour_check(&colours, work))
		return false;

	while (png_chunk_next(bytes, &offset, &chunk)) {
		if (png_chunk_is(&chunk, "IEND")) {
			probe->surplus =
				surplus_if_much(bytes.len - offset, bytes.len);
			break;
		}
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
			/* Behind the pixels browsers ignore it. */
			has_exif = true;
			probe->orientation = exif_orientation(chunk.data.data,
							      chunk.data.len);
		} else if (png_chunk_is(&chunk, "acTL")) {
			read_frames(probe, chunk.data);
		}
	}
	if (!has_pixels || (colour == PALETTE && !has_palette))
		return fail(work, ERR_CORRUPT_IMAGE, "a PNG without %s",
			    has_pixels ? "its palette" : "picture data");
	return true;
}
