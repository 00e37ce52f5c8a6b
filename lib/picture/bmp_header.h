#ifndef LIB_PICTURE_BMP_HEADER_H
#define LIB_PICTURE_BMP_HEADER_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/work.h"
#include "lib/picture/bytes.h"

/* The compressions that the decoder supports, with the numbers of Windows. */
enum bmp_compression {
	BMP_RAW = 0,
	BMP_RLE8 = 1,
	BMP_RLE4 = 2,
	BMP_BIT_FIELDS = 3,
	BMP_ALPHA_BIT_FIELDS = 6,
	BMP_COMPRESSION__COUNT
};

enum bmp_channel { BMP_RED, BMP_GREEN, BMP_BLUE, BMP_ALPHA, BMP_CHANNELS };

/*
 * The header of a BMP of Windows or OS/2 (MS-WMF 2.2.2, "Bitmap Storage" in the
 * Windows documentation; OS/2 2.0's BITMAPINFOHEADER2), with common errors of
 * writers corrected. `masks` are the bits of each channel in a pixel of 16, 24
 * or 32 bits: 0 for a missing channel, and for alpha also if alpha is 0 in
 * every pixel. `colours` is the number of palette entries in the file, each of
 * `entry_size` bytes. Raw rows have `row_size` bytes, but the last one in the
 * file may lack its padding.
 */
struct bmp_header {
	uint32_t width, height;
	bool top_down;
	unsigned bits;
	enum bmp_compression compression;
	uint32_t masks[BMP_CHANNELS];
	uint32_t palette_at, colours, entry_size;
	uint64_t pixels_at, row_size;
};

/*
 * Reads the header. Fails if it is damaged, if the file does not have all
 * pixels, or if the decoder does not support the coding; the error then names
 * the coding. Width and height are at least 1. The header's sizes of the file
 * and of its pixels are ignored.
 */
bool bmp_header_read(struct bmp_header *header, struct work *work,
		     struct bytes bytes) MUST_CHECK;

/* The colour space value of a header that contains an ICC profile: "MBED". */
#define BMP_EMBEDDED 0x4d424544u

/* Returns this profile from a header that bmp_header_read() accepts; 0 bytes if
   there is none or it lies outside the file. */
struct bytes bmp_embedded_profile(struct bytes file);

static inline bool bmp_is_rle(const struct bmp_header *header)
{
	return header->compression == BMP_RLE8 ||
	       header->compression == BMP_RLE4;
}

/* Returns the row with this number in the file, of a BMP that is not RLE. Its
   last padding bytes may lie outside the file. */
static inline const uint8_t *bmp_row(const struct bmp_header *header,
				     struct bytes bytes, uint32_t row)
{
	return bytes.data + header->pixels_at + row * header->row_size;
}

#endif
