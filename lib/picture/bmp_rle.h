#ifndef LIB_PICTURE_BMP_RLE_H
#define LIB_PICTURE_BMP_RLE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/work.h"
#include "lib/picture/bmp_header.h"

/* Reads the RLE data of a BMP (MS-WMF 3.1.6) row by row, in the order of the
   file. `indices` is the last row read, one byte a pixel; it belongs to the
   work's pool. */
struct bmp_rle {
	const struct bmp_header *header;
	struct bytes bytes;
	uint64_t at;
	uint8_t *indices;
	uint32_t x, row;
	uint32_t rows_to_end; /* rows to end, including the current one */
	bool ended, cut;
};

void bmp_rle_init(struct bmp_rle *rle, struct work *work,
		  const struct bmp_header *header, struct bytes bytes);

/* Returns the end of the data of an RLE BMP, without decoding pixels; reads at
   most `most` bytes. */
uint64_t bmp_rle_end(const struct bmp_header *header, struct bytes bytes,
		     uint64_t most);

/* Reads a row. Skipped pixels have index 0. Returns false if the data end too
   early. */
bool bmp_rle_read_row(struct bmp_rle *rle, struct work *work) MUST_CHECK;

#endif
