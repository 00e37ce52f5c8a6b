#ifndef LIB_PICTURE_PNG_WRITE_H
#define LIB_PICTURE_PNG_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/picture/bitmap.h"

/*
 * Encodes a bitmap as a PNG, lossless except for colours that are premultiplied
 * by alpha: with a palette if that makes the file smaller (at most 256
 * colours), else in gray if each pixel is gray, else in RGB; with alpha if the
 * bitmap has it. The bytes belong to the pool. ERR_TOO_LARGE if out of memory.
 */
bool png_write(const uint8_t **bytes, size_t *len, struct work *work,
	       const struct bitmap *bitmap) MUST_CHECK;

#endif
