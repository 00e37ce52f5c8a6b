#ifndef LIB_PICTURE_ANIMATION_LIMITS_H
#define LIB_PICTURE_ANIMATION_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/conf.h"
#include "lib/picture/recipe.h"

/* Decides which animations are kept, and estimates their cost, without a
   decoder. */

enum { ANIMATION_MAX_FRAMES = 1000 };

/*
 * Whether the variant can show all frames: both formats support animation, and
 * the frames are within the limits. These are the setting max_pixels, for all
 * frames of the source and of the variant together, ANIMATION_MAX_FRAMES, and
 * shares of the time and the memory of a worker's decoder process.
 */
bool animation_is_kept(const struct recipe *recipe, const struct probe *probe,
		       const struct conf *conf);

/* Estimated cost of such a variant; saturates. */
uint64_t animation_estimate_ms(const struct recipe *recipe,
			       const struct probe *probe);
uint64_t animation_estimate_mib(const struct recipe *recipe,
				const struct probe *probe);

#endif
