#ifndef TESTS_LIB_FUZZ_PAINT_H
#define TESTS_LIB_FUZZ_PAINT_H

#include "lib/picture/paint.h"

/* GraphicsMagick, which is started at the first call. */
const struct paint *fuzz_paint(void);

#endif
