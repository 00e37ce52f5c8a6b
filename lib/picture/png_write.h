#ifndef LIB_PICTURE_PNG_WRITE_H
#define LIB_PICTURE_PNG_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/picture/bitmap.h"

/*
 * Encodes a bitmap as a PNG, without loss but for colours that are
 * multiplied by alpha: with a palette where up to 256 colours make that
 * smaller, else in gray if each pixel is gray, else in RGB, and with alpha if
 * the bitmap has it. The bytes belong to the pool. ERR_TOO_LARGE when memory
 * does not suffice.
 */
bool png_write(const uint8_t **bytes, size_t *len, struct work *work,
	       const struct bitmap *bitmap) MUST_CHECK;

#endif
