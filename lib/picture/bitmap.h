#ifndef LIB_PICTURE_BITMAP_H
#define LIB_PICTURE_BITMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/work.h"

/* A picture in memory: rows from the top, each of `width` pixels of 4 bytes:
   red, green and blue, premultiplied by alpha / 255, and alpha. Or one plane of
   a picture, with 1 byte for each sample. After each row there are BITMAP_SLACK
   bytes that vector code may read. */
struct bitmap {
	uint32_t width, height;
	unsigned channels; /* bytes of a pixel: 4, or 1 in a plane */
	size_t stride;     /* bytes from one row to the next */
	uint8_t *pixels;
	bool gray;  /* red, green and blue are equal in all pixels */
	bool alpha; /* some alpha may be below 255 */
};

enum { BITMAP_CHANNELS = 4, BITMAP_SLACK = 32 };

/* The pixels belong to the pool and are not initialized. ERR_TOO_LARGE if out
   of memory. */
bool bitmap_init(struct bitmap *bitmap, struct work *work, uint32_t width,
		 uint32_t height) MUST_CHECK;

/* The same for one plane. */
bool bitmap_init_plane(struct bitmap *plane, struct work *work, uint32_t width,
		       uint32_t height) MUST_CHECK;

/* Copies the bitmap and its pixels. */
bool bitmap_copy(struct bitmap *copy, struct work *work,
		 const struct bitmap *bitmap) MUST_CHECK;

static inline uint8_t *bitmap_row(const struct bitmap *bitmap, uint32_t y)
{
	return bitmap->pixels + bitmap->stride * y;
}

/* Rotates or mirrors a picture or a plane upright by its EXIF orientation, 1 to
   8 (CIPA DC-008 4.6.5.A). May keep the same pixels. ERR_TOO_LARGE if out of
   memory. */
bool bitmap_turn(struct bitmap *bitmap, struct work *work,
		 unsigned orientation) MUST_CHECK;

/* Clears `alpha` if every pixel is opaque. */
void bitmap_drop_alpha(struct bitmap *bitmap);

/* Blends the picture with white, in place. */
void bitmap_flatten(struct bitmap *bitmap);

/* Whether all pixels are gray. Looks at them unless `gray` says so. */
bool bitmap_is_gray(const struct bitmap *bitmap);

/* Returns colour * alpha / 255, rounded; both are 0 to 255. */
static inline uint8_t bitmap_product(unsigned colour, unsigned alpha)
{
	return (uint8_t)((colour * alpha + 127) / 255);
}

#endif
