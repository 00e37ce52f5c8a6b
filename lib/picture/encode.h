#ifndef LIB_PICTURE_ENCODE_H
#define LIB_PICTURE_ENCODE_H

#include <stdbool.h>

#include <magick/api.h>

#include "lib/picture/bitmap.h"
#include "lib/picture/decoder_pool.h"

/* The bitmap as an image, which is the caller's to destroy. ERR_TOO_LARGE when
   memory does not suffice. */
bool encode_import(Image **image, struct work *work,
		   const struct bitmap *bitmap) MUST_CHECK;

/* An image without metadata as a file in `format`, in the quality (1 to 100; 0:
   the settings') where the format has any. The bytes are GraphicsMagick's:
   MagickFree() gives them back. */
bool encode(struct painted *painted, struct work *work, const struct conf *conf,
	    const Image *image, enum format format,
	    unsigned long quality) MUST_CHECK;

#endif
