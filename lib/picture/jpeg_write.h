#ifndef LIB_PICTURE_JPEG_WRITE_H
#define LIB_PICTURE_JPEG_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/picture/bitmap.h"

/*
 * Encodes a picture as a baseline JPEG of `quality` 1 to 100 with
 * libjpeg-turbo: in gray if each pixel is gray, else in YCbCr. One colour value
 * covers four pixels; from quality 90 on, and for the smallest pictures, each
 * pixel has its own. The bytes belong to the pool. ERR_TOO_LARGE if out of
 * memory, or if a side exceeds 65500 pixels.
 *
 * `planes` is one opaque bitmap; or three planes, of brightness, blue
 * difference and red difference (JFIF 1.02), if jpeg_write_halves_colours():
 * the differences have half the sides, rounded up. The BITMAP_SLACK bytes of
 * planes are overwritten.
 */
bool jpeg_write(const uint8_t **bytes, size_t *len, struct work *work,
		const struct bitmap *planes, unsigned quality) MUST_CHECK;

/* Whether one colour value covers four pixels. */
bool jpeg_write_halves_colours(uint32_t width, uint32_t height,
			       unsigned quality);

#endif
