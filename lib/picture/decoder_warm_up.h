#ifndef LIB_PICTURE_DECODER_WARM_UP_H
#define LIB_PICTURE_DECODER_WARM_UP_H

#include "lib/picture/paint.h"

/* Renders a small picture of each format, so that the decoder processes find
   coders loaded, tables filled and symbols bound. A coder that fails here is
   for a picture to report. */
void decoder_warm_up(const struct paint *paint);

#endif
