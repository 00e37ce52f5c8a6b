#ifndef LIB_PICTURE_ROW_COLOUR_H
#define LIB_PICTURE_ROW_COLOUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/picture/bitmap.h"
#include "lib/picture/profile.h"

struct pool;

/*
 * Converts a bitmap to sRGB, in place, by an ICC profile (NULL: none; gray and
 * RGB are then sRGB). With gray, all three colours are equal. CMYK has black in
 * place of alpha, and 255 means no ink. Ignores a profile that is damaged or
 * does not match `colours`.
 */
void row_colour_convert(struct bitmap *bitmap, enum profile_colours colours,
			const uint8_t *profile, size_t len);

/* The same for many bitmaps, because the preparation takes longer than the
   conversion of a small one. Belongs to the pool. */
struct row_colour;
struct row_colour *row_colour_new(struct pool *pool,
				  enum profile_colours colours,
				  const uint8_t *profile, size_t len);
/* Whether nothing needs to be converted. */
bool row_colour_is_none(const struct row_colour *colour);
void row_colour_apply(const struct row_colour *colour, struct bitmap *bitmap);

#endif
