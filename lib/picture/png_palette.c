/* png_palette.c: finds the colours of a picture with few colours. */
#include "config.h"

#include "lib/picture/png_palette.h"

#include <string.h>

#include "lib/base/util.h"

/* A picture can have colours chosen for equal hashes: then no palette is
   used. */
enum { MAX_STEPS = 32 };

/* Finds the slot that has the pixel, or the free slot for it; false if the
   search takes too many steps. */
static bool find(unsigned *slot, const struct png_palette *palette,
		 uint32_t pixel)
{
	const unsigned slots = ARRAY_LEN(palette->slots);
	const unsigned first = pixel * 2654435761u >> 16;

	for (unsigned i = 0; i < MAX_STEPS; i++) {
		*slot = (first + i) % slots;
		if (!palette->slots[*slot] ||
		    palette->pixels[palette->slots[*slot] - 1] == pixel)
			return true;
	}
	return false;
}

static bool add(struct png_palette *palette, uint32_t pixel)
{
	unsigned slot;

	if (!find(&slot, palette, pixel))
		return false;
	if (palette->slots[slot])
		return true;
	if (palette->count == ARRAY_LEN(palette->pixels))
		return false;
	palette->pixels[palette->count++] = pixel;
	palette->slots[slot] = (uint16_t)palette->count;
	return true;
}

bool png_palette_find(struct png_palette *palette, const struct bitmap *bitmap)
{
	uint32_t last, pixel;

	*palette = (struct png_palette){ 0 };
	memcpy(&last, bitmap->pixels, sizeof(last));
	if (!add(palette, last))
		return false;
	for (uint32_t y = 0; y < bitmap->height; y++) {
		const uint8_t *at = bitmap_row(bitmap, y);

		for (uint32_t x = 0; x < bitmap->width; x++, at += 4) {
			memcpy(&pixel, at, sizeof(pixel));
			if (pixel != last && !add(palette, pixel))
				return false;
			last = pixel;
		}
	}
	return true;
}

void png_palette_convert(uint8_t *out, const struct png_palette *palette,
			 const uint8_t *in, uint32_t count)
{
	for (; count; count--, in += 4) {
		unsigned slot = 0;
		uint32_t pixel;

		memcpy(&pixel, in, sizeof(pixel));
		(void)find(&slot, palette, pixel);
		*out++ = (uint8_t)(palette->slots[slot] - 1);
	}
}
