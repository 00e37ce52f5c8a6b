#ifndef LIB_PICTURE_PNG_PALETTE_H
#define LIB_PICTURE_PNG_PALETTE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/picture/bitmap.h"

/* The distinct pixels of a bitmap, in order of first occurrence. */
struct png_palette {
	unsigned count;
	uint32_t pixels[256]; /* 4 bytes each, as in bitmap.h */
	uint16_t slots[1024]; /* index + 1 by hash; 0: free */
};

/* Returns false if there are more than 256, or too many have similar hashes. */
bool png_palette_find(struct png_palette *palette,
		      const struct bitmap *bitmap) MUST_CHECK;

/* Writes the indices of pixels that are in the palette. */
void png_palette_convert(uint8_t *out, const struct png_palette *palette,
			 const uint8_t *in, uint32_t count);

#endif
