#ifndef LIB_PICTURE_JPEG_DCT_H
#define LIB_PICTURE_JPEG_DCT_H

#include <stddef.h>
#include <stdint.h>

/*
 * Inverse DCT (ITU-T T.81 A.3.3) of the lowest `columns` x `rows` coefficients
 * of a block, to as many samples: each is 1, 2, 4 or 8. Coefficients are
 * dequantised, in natural order, from -2048 to 2048; only the first `used`, in
 * zigzag order, may differ from 0. The error is about 1 of 255.
 */
void jpeg_inverse_dct(uint8_t *out, size_t stride, const int16_t block[64],
		      unsigned columns, unsigned rows, unsigned used);

static inline uint8_t jpeg_clamp(int32_t sample)
{
	return (uint8_t)(sample < 0 ? 0 : sample > 255 ? 255 : sample);
}

#endif
