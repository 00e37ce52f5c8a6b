#ifndef LIB_PICTURE_ENCODE_H
#define LIB_PICTURE_ENCODE_H

#include <stdbool.h>

#include <magick/api.h>

#include "lib/picture/painter.h"

/* An image without metadata as a file in `format`. The bytes are
   GraphicsMagick's: MagickFree() gives them back. */
bool encode(struct painted *painted, struct work *work, const struct conf *conf,
	    const Image *image, enum format format) MUST_CHECK;

#endif
