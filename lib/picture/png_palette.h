#ifndef LIB_PICTURE_PNG_PALETTE_H
#define LIB_PICTURE_PNG_PALETTE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/picture/bitmap.h"

/* The different pixels of a bitmap, in the order in which they occur. */
struct png_palette {
	unsigned count;
	uint32_t pixels[256]; /* the 4 bytes of bitmap.h */
	uint16_t slots[1024]; /* index + 1 by hash; 0: free */
};

/* False when there are more than 256, or many have the same hash. */
bool png_palette_find(struct png_palette *palette,
		      const struct bitmap *bitmap) MUST_CHECK;

/* Their indices, of pixels that the palette has. */
void png_palette_convert(uint8_t *out, const struct png_palette *palette,
			 const uint8_t *in, uint32_t count);

#endif
