#ifndef LIB_PICTURE_JPEG_WRITE_H
#define LIB_PICTURE_JPEG_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/picture/bitmap.h"

/*
 * Encodes an opaque bitmap as a baseline JPEG of `quality` 1 to 100 with
 * libjpeg-turbo: in gray if each pixel is gray, else in YCbCr. One colour value
 * covers four pixels; from quality 90 on, and for the smallest pictures, each
 * pixel has its own. The bytes belong to the pool. ERR_TOO_LARGE if out of
 * memory, or if a side exceeds 65500 pixels.
 */
bool jpeg_write(const uint8_t **bytes, size_t *len, struct work *work,
		const struct bitmap *bitmap, unsigned quality) MUST_CHECK;

#endif
