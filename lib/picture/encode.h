#ifndef LIB_PICTURE_ENCODE_H
#define LIB_PICTURE_ENCODE_H

#include <stdbool.h>

#include <magick/api.h>

#include "lib/picture/bitmap.h"
#include "lib/picture/decoder_pool.h"

/* Converts the bitmap to an image. The caller destroys it. ERR_TOO_LARGE if out
   of memory. */
bool encode_import(Image **image, struct work *work,
		   const struct bitmap *bitmap) MUST_CHECK;

/* Encodes an image without metadata in `format`. `quality` is 1 to 100; 0: that
   of the settings; ignored by formats without quality. MagickFree() frees the
   bytes. */
bool encode(struct rendition *rendition, struct work *work,
	    const struct conf *conf, const Image *image, enum format format,
	    unsigned long quality) MUST_CHECK;

#endif
