#ifndef LIB_PICTURE_ROW_COLOUR_H
#define LIB_PICTURE_ROW_COLOUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/picture/bitmap.h"

/* What the 4 bytes of a pixel are before they become those of bitmap.h: with
   gray all three are the same; CMYK counts from 255, which is no ink. */
enum row_colours { ROW_GRAY, ROW_RGB, ROW_CMYK };

/*
 * Takes a bitmap whose pixels are such to sRGB, in place, by an ICC profile
 * (NULL: none, which for gray and RGB is sRGB's). A profile that is damaged or
 * of other colours than the picture's is ignored.
 */
void row_colour_convert(struct bitmap *bitmap, enum row_colours colours,
			const uint8_t *profile, size_t len);

#endif
