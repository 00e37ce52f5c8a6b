#ifndef LIB_MODEL_STATS_TIER_H
#define LIB_MODEL_STATS_TIER_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/work.h"

/* The table stats_tiers: the bytes of originals and variants of a tier's users
   at the end of a minute or an hour (stats_step.h). */
enum { STATS_TIERS_MAX = 8 };

struct stats_tier {
	int64_t at; /* when the step begins */
	const char *tier;
	int64_t bytes;
};

/* Writes the STATS_TIERS_MAX tiers with the most bytes, as they are now, and
   counts the images of all tiers. */
bool stats_tier_measure(int64_t *images, struct work *work,
			int64_t at) MUST_CHECK;

/* Writes what the last minute of the hour has that begins at `at`. */
bool stats_tier_roll_up(struct work *work, int64_t at) MUST_CHECK;

/* Lists the steps from `from` to before `until`, the newest first. */
bool stats_tier_list(struct stats_tier **tiers, size_t *count,
		     struct work *work, int64_t step_seconds, int64_t from,
		     int64_t until) MUST_CHECK;

/* Deletes at most `limit` rows from before `until`. */
bool stats_tier_sweep(uint64_t *removed, struct work *work,
		      int64_t step_seconds, int64_t until,
		      int64_t limit) MUST_CHECK;

#endif
