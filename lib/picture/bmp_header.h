#ifndef LIB_PICTURE_BMP_HEADER_H
#define LIB_PICTURE_BMP_HEADER_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/work.h"
#include "lib/picture/bytes.h"

/* The compressions that the decoder reads. The numbers are those of Windows. */
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
 * A BMP's header, of Windows or OS/2 (MS-WMF 2.2.2, "Bitmap Storage" in the
 * Windows documentation; OS/2 2.0's BITMAPINFOHEADER2), with what writers get
 * wrong already corrected. `masks` are the bits of each channel in a pixel of
 * 16, 24 or 32 bits: 0 where it has none, and for alpha also where alpha is 0
 * in every pixel. `colours` is the number of palette entries in the file, of
 * `entry_size` bytes each. Raw rows have `row_size` bytes, but the last one in
 * the file may lack its padding.
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
 * False for a header that is damaged, for pixels that are not all in the file,
 * and for a
 * coding that the decoder does not read, which the error names. Width and
 * height are at least 1. The file's size and the size of its pixels, as the
 * header says them, do not matter.
 */
bool bmp_header_read(struct bmp_header *header, struct work *work,
		     struct bytes bytes) MUST_CHECK;

/* The value of a header's colour space that says that it contains an ICC
   profile: "MBED". */
#define BMP_EMBEDDED 0x4d424544u

/* That profile, of a header that bmp_header_read() accepts; of 0 bytes when it
   has none, or one that lies outside the file. */
struct bytes bmp_embedded_profile(struct bytes file);

static inline bool bmp_is_rle(const struct bmp_header *header)
{
	return header->compression == BMP_RLE8 ||
	       header->compression == BMP_RLE4;
}

/* The row of this number in the file, of a BMP that is not RLE. Its last bytes
   of padding may lie outside the file. */
static inline const uint8_t *bmp_row(const struct bmp_header *header,
				     struct bytes bytes, uint32_t row)
{
	return bytes.data + header->pixels_at + row * header->row_size;
}

#endif
