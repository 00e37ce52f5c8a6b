#ifndef LIB_PICTURE_COLOUR_H
#define LIB_PICTURE_COLOUR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <magick/api.h>

struct pool;

/* TIFF stores a* and b* with a sign (TIFF 6.0 section 23), which GraphicsMagick
   ignores; the ICC encoding has an offset instead. Converts one to the other.
   False, with image->exception, if out of memory. */
bool colour_flip_lab_signs(Image *image);

/* Converts an image of 16 bits and its embedded profile to the tone curves of
   sRGB: see tone_curves.h, and below for `gray`. False, with image->exception,
   if out of memory. */
bool colour_convert_curves(Image *image, struct pool *pool, bool gray);

/*
 * Converts an image from its embedded profile, or from CMYK, CIE Lab and
 * similar, to sRGB. Ignores a profile that is damaged or does not match the
 * samples: `gray` means that the file has gray samples, which GraphicsMagick
 * stores as RGB. False, with image->exception, if the conversion fails.
 */
bool colour_convert(Image *image, bool gray, const uint8_t *srgb, size_t len);

#endif
