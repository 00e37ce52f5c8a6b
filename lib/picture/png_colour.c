/* png_colour.c: reads the chunks that describe a PNG's colours. */
#include "config.h"

#include "lib/picture/png_colour.h"

#include "lib/picture/png_chunk.h"

enum { CICP_SIZE = 4, SRGB_SIZE = 1, GAMA_SIZE = 4, CHRM_SIZE = 32 };

enum { TRANSFER_PQ = 16, TRANSFER_HLG = 18 };

/* CRC-32 of W3C PNG annex D, bit by bit: these chunks are short. */
static uint32_t checksum(const uint8_t *at, size_t count)
{
	uint32_t crc = UINT32_MAX;

	for (; count; count--, at++) {
		crc ^= *at;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

static void keep(struct bytes *found, const struct png_chunk *chunk,
		 const char *type, size_t size, struct bytes file)
{
	const uint8_t *end = chunk->data.data + chunk->data.len;

	if (png_chunk_is(chunk, type) && !found->len &&
	    chunk->data.len == size &&
	    bytes_hold(file, (size_t)(end - file.data), 4) &&
	    checksum(chunk->type, 4 + size) == be32(end))
		*found = chunk->data;
}

void png_colour_find(struct png_colour *colour, struct bytes file)
{
	size_t offset = PNG_CHUNK_FIRST;
	struct png_chunk chunk;

	*colour = (struct png_colour){ 0 };
	while (png_chunk_next(file, &offset, &chunk) &&
	       !png_chunk_is(&chunk, "PLTE") && !png_chunk_is(&chunk, "IDAT")) {
		keep(&colour->cicp, &chunk, "cICP", CICP_SIZE, file);
		keep(&colour->srgb, &chunk, "sRGB", SRGB_SIZE, file);
		keep(&colour->gama, &chunk, "gAMA", GAMA_SIZE, file);
		keep(&colour->chrm, &chunk, "cHRM", CHRM_SIZE, file);
	}
}

bool png_colour_check(const struct png_colour *colour, struct work *work)
{
	const uint8_t *cicp = colour->cicp.data;
	const unsigned transfer = colour->cicp.len && !cicp[CICP_MATRIX]
					  ? cicp[CICP_TRANSFER]
					  : 0;

	if (transfer != TRANSFER_PQ && transfer != TRANSFER_HLG)
		return true;
	return fail(work, ERR_UNSUPPORTED_FORMAT,
		    "expected a PNG of standard dynamic range, found a PNG in "
		    "HDR (%s); export it as SDR",
		    transfer == TRANSFER_PQ ? "PQ" : "HLG");
}
