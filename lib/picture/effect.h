#ifndef LIB_PICTURE_EFFECT_H
#define LIB_PICTURE_EFFECT_H

#include <stdbool.h>

#include "lib/picture/bitmap.h"
#include "lib/picture/recipe.h"

/*
 * Changes the pixels of a resized picture as its recipe says, in this order.
 * `gray`: the brightness of JPEG (JFIF 1.02), which is 0.299 red + 0.587 green
 * + 0.114 blue. `blur`: a Gaussian blur with this standard deviation. `sharp`:
 * each pixel becomes 32/24 of itself less 1/24 of each of its 8 neighbours.
 * Outside the picture, the pixels of its edge continue. The result does not
 * depend on the machine. ERR_TOO_LARGE if out of memory.
 */
bool effect_apply(struct bitmap *bitmap, struct work *work,
		  const struct recipe *recipe) MUST_CHECK;

/* Estimates the CPU time of effect_apply() for one pixel, in ns. */
unsigned effect_ns(const struct recipe *recipe);

#endif
