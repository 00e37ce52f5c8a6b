#ifndef LIB_PICTURE_JPEG_DCT_H
#define LIB_PICTURE_JPEG_DCT_H

#include <stddef.h>
#include <stdint.h>

/*
 * Inverse DCT (ITU-T T.81 A.3.3) of a block's lowest `columns` x `rows`
 * coefficients, which makes so many samples of it: each 1, 2, 4 or 8.
 * Coefficients are dequantised, in natural order, from -2048 to 2048; `used` of
 * them, in zigzag order, may differ from 0. Exact to about one of 255.
 */
void jpeg_inverse_dct(uint8_t *out, size_t stride, const int16_t block[64],
		      unsigned columns, unsigned rows, unsigned used);

#endif
