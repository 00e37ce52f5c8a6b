#ifndef LIB_PICTURE_BMP_RLE_H
#define LIB_PICTURE_BMP_RLE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/work.h"
#include "lib/picture/bmp_header.h"

/*
 * The RLE data of a BMP (MS-WMF 3.1.6), read one row after the other in the
 * order of the file. `indices` is the row that was read last, of one byte a
 * pixel; it belongs to the work's pool.
 */
struct bmp_rle {
	const struct bmp_header *header;
	struct bytes bytes;
	uint64_t at;
	uint8_t *indices;
	uint32_t x, row;
	uint32_t rows_to_end; /* of which the current row is the first */
	bool ended, cut;
};

void bmp_rle_init(struct bmp_rle *rle, struct work *work,
		  const struct bmp_header *header, struct bytes bytes);

/* Where the data of an RLE BMP end, without reading their pixels; behind
   `most` bytes of them at the latest. */
uint64_t bmp_rle_end(const struct bmp_header *header, struct bytes bytes,
		     uint64_t most);

/* Pixels that are skipped have the index 0. False when the data end too
   early. */
bool bmp_rle_read_row(struct bmp_rle *rle, struct work *work) MUST_CHECK;

#endif
