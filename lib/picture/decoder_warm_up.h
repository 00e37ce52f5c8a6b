#ifndef LIB_PICTURE_DECODER_WARM_UP_H
#define LIB_PICTURE_DECODER_WARM_UP_H

#include "lib/picture/render.h"

/* Renders a small picture of each format, so that decoder processes have all
   coders loaded, tables filled and symbols bound. Ignores failures: a picture
   reports them later. */
void decoder_warm_up(const struct renderer *renderer);

#endif
