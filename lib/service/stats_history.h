#ifndef LIB_SERVICE_STATS_HISTORY_H
#define LIB_SERVICE_STATS_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/names.h"
#include "lib/base/work.h"

/* The statistics of the last hour, day or 30 days, in equal steps. */
enum stats_range {
	STATS_RANGE_HOUR = 1,
	STATS_RANGE_DAY,
	STATS_RANGE_MONTH,
	STATS_RANGE__COUNT
};

extern const struct names stats_ranges;

/* One value for each step, the oldest first; below 0: not measured. */
struct stats_series {
	const char *name;
	const char *label; /* NULL: the only series of this name */
	int64_t *values;   /* in units of the last decimal */
	unsigned decimals;
};

struct stats_history {
	enum stats_range range;
	int64_t step_seconds;
	int64_t start; /* of the first step, in microseconds */
	size_t points;
	struct stats_series *series; /* those of one name are adjacent */
	size_t series_count;
};

/* Reads the newest steps. The last one is that of the last minute that has
   ended: it may be incomplete. */
bool stats_history_read(struct stats_history *history, struct work *work,
			enum stats_range range) MUST_CHECK;

/* The JSON of doc/openapi.yaml. */
struct json *stats_history_json(struct pool *pool,
				const struct stats_history *history);

/* Writes the hours that have ended, and deletes minutes after 26 hours and
   hours after 31 days: at most some thousand rows; `is_left`: there are
   more. */
bool stats_history_roll_up(bool *is_left, struct work *work) MUST_CHECK;

#endif
