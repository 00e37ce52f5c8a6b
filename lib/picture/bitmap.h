#ifndef LIB_PICTURE_BITMAP_H
#define LIB_PICTURE_BITMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/work.h"

/*
 * A picture in memory: rows from the top, each of `width` pixels of 4 bytes:
 * red, green and blue, which are multiplied by alpha / 255, and alpha. Behind
 * each row are BITMAP_SLACK bytes that may be read, for vector code.
 */
struct bitmap {
	uint32_t width, height;
	size_t stride; /* bytes from row to row */
	uint8_t *pixels;
	bool gray;  /* red, green and blue are the same everywhere */
	bool alpha; /* some alpha may be below 255 */
};

enum { BITMAP_CHANNELS = 4, BITMAP_SLACK = 32 };

/* The pixels belong to the pool and are not set. ERR_TOO_LARGE when memory
   does not suffice. */
bool bitmap_init(struct bitmap *bitmap, struct work *work, uint32_t width,
		 uint32_t height) MUST_CHECK;

/* Another one with the same pixels. */
bool bitmap_copy(struct bitmap *copy, struct work *work,
		 const struct bitmap *bitmap) MUST_CHECK;

static inline uint8_t *bitmap_row(const struct bitmap *bitmap, uint32_t y)
{
	return bitmap->pixels + bitmap->stride * y;
}

/* Turns a picture upright whose EXIF orientation is 1 to 8 (CIPA DC-008
   4.6.5.A). The result may be the same pixels. ERR_TOO_LARGE as above. */
bool bitmap_turn(struct bitmap *bitmap, struct work *work,
		 unsigned orientation) MUST_CHECK;

/* Clears `alpha` when every pixel is opaque. */
void bitmap_drop_alpha(struct bitmap *bitmap);

/* Lays the picture on white, in place. */
void bitmap_flatten(struct bitmap *bitmap);

#endif
