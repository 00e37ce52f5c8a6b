#ifndef LIB_PICTURE_PNG_PROFILE_H
#define LIB_PICTURE_PNG_PROFILE_H

#include <stdbool.h>

#include "lib/picture/png_colour.h"

struct pool;

/*
 * Make an ICC profile in the pool; length 0 if the colours are sRGB. The first
 * function returns false if cICP is absent or not supported: it must have full
 * range, RGB, and primaries and a transfer function of H.273 that an ICC
 * profile can describe.
 */
bool png_profile_of_cicp(struct bytes *profile, struct pool *pool,
			 const struct png_colour *colour, bool gray) MUST_CHECK;
void png_profile_of_gamma(struct bytes *profile, struct pool *pool,
			  const struct png_colour *colour, bool gray);

#endif
