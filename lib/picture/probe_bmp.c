/* probe_bmp.c: reads the size of a BMP. */
#include "config.h"

#include "lib/picture/bmp_header.h"
#include "lib/picture/bmp_rle.h"
#include "lib/picture/probe_formats.h"
#include "lib/picture/surplus.h"

/* No encoder needs more bytes for a pixel: two for a run of one pixel, two for
   the end of a row. */
enum { RLE_PIXEL_BYTES = 4 };

static uint64_t pixels_len(const struct bmp_header *header, struct bytes bytes)
{
	const uint64_t most =
		(uint64_t)header->width * header->height * RLE_PIXEL_BYTES;

	if (!bmp_is_rle(header))
		return header->row_size * header->height;
	return bmp_rle_end(header, bytes, most) - header->pixels_at;
}

static uint64_t surplus(const struct bmp_header *header, struct bytes bytes)
{
	const uint64_t known = header->palette_at +
			       (uint64_t)header->colours * header->entry_size +
			       pixels_len(header, bytes) +
			       bmp_embedded_profile(bytes).len;

	if (known >= bytes.len)
		return 0;
	return surplus_if_much(bytes.len - known, bytes.len);
}

bool probe_bmp(struct probe *probe, struct work *work, struct bytes bytes)
{
	struct bmp_header header;

	if (!bmp_header_read(&header, work, bytes))
		return false;
	probe->width = header.width;
	probe->height = header.height;
	probe->alpha = header.masks[BMP_ALPHA];
	probe->surplus = surplus(&header, bytes);
	return true;
}
