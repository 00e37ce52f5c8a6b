#ifndef LIB_PICTURE_TONE_CURVES_H
#define LIB_PICTURE_TONE_CURVES_H

#include <stddef.h>
#include <stdint.h>

#include "lib/picture/bytes.h"
#include "lib/picture/profile.h"

struct pool;

/* Converts samples of 16 bits from the tone curves of their ICC profile to
   those of sRGB. This comes before the reduction to 8 bits, because samples
   proportional to light have many dark colours in one step of 8 bits. */
struct tone_curves;

/*
 * Prepares the conversion, and replaces the profile by one of the same colours
 * with the curves of sRGB; gray then needs none (length 0). Returns NULL and
 * keeps the profile if it does not match the colours, does not consist of
 * curves and a matrix, or has the curves of sRGB. The result and the profile
 * belong to the pool.
 */
const struct tone_curves *tone_curves_new(struct bytes *profile,
					  struct pool *pool,
					  enum profile_colours colours);

/* Pixels are red, green, blue and alpha, which does not change; gray has three
   equal colours. */
void tone_curves_apply(const struct tone_curves *curves, uint16_t *pixels,
		       size_t count);

#endif
