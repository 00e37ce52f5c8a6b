/* probe_png.c: the size of a PNG, its transparency and orientation. */
#include "config.h"

#include "lib/picture/probe_formats.h"

#include <string.h>

#include "lib/picture/exif.h"

enum {
	SIGNATURE_SIZE = 8,
	CHUNK_OVERHEAD = 12, /* length, type and CRC */
	IHDR_SIZE = 13,
	GREY = 0,
	RGB = 2,
	PALETTE = 3,
	GREY_ALPHA = 4,
	RGB_ALPHA = 6
};

/* W3C PNG 11.2.1: the bit depths of each colour type, as a set of bits. */
static const uint32_t depths[] = {
	[GREY] = 1 << 1 | 1 << 2 | 1 << 4 | 1 << 8 | 1 << 16,
	[RGB] = 1 << 8 | 1 << 16,
	[PALETTE] = 1 << 1 | 1 << 2 | 1 << 4 | 1 << 8,
	[GREY_ALPHA] = 1 << 8 | 1 << 16,
	[RGB_ALPHA] = 1 << 8 | 1 << 16,
};

struct chunk {
	const uint8_t *type;
	struct bytes data; /* as far as it is there */
};

static bool is(const struct chunk *chunk, const char *type)
{
	return !memcmp(chunk->type, type, 4);
}

/* False at the end of the file, and before a length that PNG forbids. */
static bool next_chunk(struct bytes bytes, size_t *offset, struct chunk *chunk)
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
	*offset += left < size + CHUNK_OVERHEAD ? left : size + CHUNK_OVERHEAD;
	return true;
}

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

	probe->width = be32(at);
	probe->height = be32(at + 4);
	probe->alpha = *colour == GREY_ALPHA || *colour == RGB_ALPHA;
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
	bool has_palette = false, has_pixels = false;
	size_t offset = SIGNATURE_SIZE;
	struct chunk chunk;
	unsigned colour;

	if (!next_chunk(bytes, &offset, &chunk) || !is(&chunk, "IHDR") ||
	    chunk.data.len != IHDR_SIZE)
		return fail(work, ERR_CORRUPT_IMAGE,
			    "a PNG that does not begin with its header");
	if (!read_header(probe, work, chunk.data, &colour))
		return false;

	while (next_chunk(bytes, &offset, &chunk) && !is(&chunk, "IEND")) {
		if (is(&chunk, "IDAT")) {
			has_pixels = true;
			if (colour == PALETTE && !has_palette)
				break;
		} else if (is(&chunk, "PLTE")) {
			has_palette = true;
		} else if (is(&chunk, "tRNS")) {
			probe->alpha = true;
		} else if (is(&chunk, "eXIf")) {
			probe->orientation = exif_orientation(chunk.data.data,
							      chunk.data.len);
		} else if (is(&chunk, "acTL")) {
			read_frames(probe, chunk.data);
		}
	}
	if (!has_pixels || (colour == PALETTE && !has_palette))
		return fail(work, ERR_CORRUPT_IMAGE, "a PNG without %s",
			    has_pixels ? "its palette" : "picture data");
	return true;
}
