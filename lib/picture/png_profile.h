#ifndef LIB_PICTURE_PNG_PROFILE_H
#define LIB_PICTURE_PNG_PROFILE_H

#include <stdbool.h>

#include "lib/picture/png_colour.h"

struct pool;

/*
 * An ICC profile, of the pool; of length 0 when the colours are those of sRGB.
 * The first is false when cICP is absent, or is not what a PNG may have: full
 * range, RGB, and primaries and a transfer function of H.273 that have a
 * profile.
 */
bool png_profile_of_cicp(struct bytes *profile, struct pool *pool,
			 const struct png_colour *colour, bool gray) MUST_CHECK;
void png_profile_of_gamma(struct bytes *profile, struct pool *pool,
			  const struct png_colour *colour, bool gray);

#endif
