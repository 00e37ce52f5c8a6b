#ifndef LIB_PICTURE_ROW_COLOUR_H
#define LIB_PICTURE_ROW_COLOUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/picture/bitmap.h"
#include "lib/picture/profile.h"

struct pool;

/*
 * Takes a bitmap to sRGB, in place, by an ICC profile (NULL: none, which for
 * gray and RGB is sRGB's). With gray all three colours are the same; CMYK has
 * black where alpha is, and counts from 255, which is no ink. A profile that is
 * damaged or of other colours than the picture's is ignored.
 */
void row_colour_convert(struct bitmap *bitmap, enum profile_colours colours,
			const uint8_t *profile, size_t len);

/* The same for many bitmaps: preparing it takes longer than a small one. It
   belongs to the pool. */
struct row_colour;
struct row_colour *row_colour_new(struct pool *pool,
				  enum profile_colours colours,
				  const uint8_t *profile, size_t len);
void row_colour_apply(const struct row_colour *colour, struct bitmap *bitmap);

#endif
