#ifndef LIB_PICTURE_COLOUR_H
#define LIB_PICTURE_COLOUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <magick/api.h>

struct pool;

/* TIFF stores a* and b* with a sign (TIFF 6.0 section 23), which GraphicsMagick
   does not see; ICC's encoding has an offset instead. Makes one of the other.
   False, with image->exception, when memory does not suffice. */
bool colour_flip_lab_signs(Image *image);

/* Takes an image of 16 bits to the tone curves of sRGB, and its embedded
   profile with it: see tone_curves.h, and below for `gray`. False, with
   image->exception, when memory does not suffice. */
bool colour_convert_curves(Image *image, struct pool *pool, bool gray);

/*
 * Takes an image from its embedded profile, or from CMYK, CIE Lab and the like,
 * to sRGB. A profile that is damaged or of other colours changes nothing:
 * `gray` says that the file has gray samples, which GraphicsMagick stores as
 * RGB. False, with image->exception, when there is no way.
 */
bool colour_convert(Image *image, bool gray, const uint8_t *srgb, size_t len);

#endif
