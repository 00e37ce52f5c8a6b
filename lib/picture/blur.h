#ifndef LIB_PICTURE_BLUR_H
#define LIB_PICTURE_BLUR_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/picture/bitmap.h"

/*
 * Blurs the picture with a Gaussian of standard deviation `sigma`, 1 to
 * RECIPE_MAX_BLUR times 3 pixels. Approximates it by three extended box filters
 * each way (Gwosdek, Grewenig, Bruhn, Weickert: Theoretical foundations of
 * Gaussian convolution by extended box filtering, 2011), so the time does not
 * depend on sigma. ERR_TOO_LARGE if out of memory.
 */
bool blur(struct bitmap *bitmap, struct work *work, uint32_t sigma) MUST_CHECK;

#endif
