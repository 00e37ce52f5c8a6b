#ifndef LIB_PICTURE_ANIMATION_LIMITS_H
#define LIB_PICTURE_ANIMATION_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/conf.h"
#include "lib/picture/recipe.h"

/* Which animations are kept, and at what cost, without any decoder. */

enum { ANIMATION_MAX_FRAMES = 1000 };

/*
 * Whether the variant can show all frames: both formats are animated, and the
 * frames are within the limits, which are the setting max_pixels, for all
 * frames of the source and for all of the variant, ANIMATION_MAX_FRAMES, and
 * parts of the time and the memory of a worker's decoder process.
 */
bool animation_is_kept(const struct recipe *recipe, const struct probe *probe,
		       const struct conf *conf);

/* What such a variant costs; saturates. */
uint64_t animation_estimate_ms(const struct recipe *recipe,
			       const struct probe *probe);
uint64_t animation_estimate_mib(const struct recipe *recipe,
				const struct probe *probe);

#endif
