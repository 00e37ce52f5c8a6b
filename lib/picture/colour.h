#ifndef LIB_PICTURE_COLOUR_H
#define LIB_PICTURE_COLOUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <magick/api.h>

struct pool;

/* The ICC profile of sRGB, which lives as long as the pool. */
const uint8_t *colour_srgb(struct pool *pool, size_t *len);

/*
 * Takes an image from its embedded profile, or from CMYK, CIE Lab and the like,
 * to sRGB. A profile that is broken or not the image's kind changes nothing.
 * False, with image->exception, when there is no way.
 */
bool colour_convert(Image *image, const uint8_t *srgb, size_t len);

#endif
