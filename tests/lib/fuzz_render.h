#ifndef TESTS_LIB_FUZZ_RENDER_H
#define TESTS_LIB_FUZZ_RENDER_H

#include "lib/picture/render.h"

/* GraphicsMagick, which is started at the first call. */
const struct renderer *fuzz_render(void);

#endif
