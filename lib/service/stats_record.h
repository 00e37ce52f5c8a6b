#ifndef LIB_SERVICE_STATS_RECORD_H
#define LIB_SERVICE_STATS_RECORD_H

#include <stdbool.h>

#include "lib/base/work.h"

/*
 * Adds what the processes of this supervisor counted (metric.h) to the row of
 * the minute in stats_steps, each stats_interval seconds. Counters begin at
 * zero with each start; only what was counted since the last time is added.
 */

/* Must be called before the fork. */
void stats_record_init(void);

/* Called in a child: its own children do not inherit the memory. */
void stats_record_hide(void);

/*
 * Returns at once unless it is due and no other process does it. Outside a
 * transaction. `base` is copied into the work of the queries; an error is
 * logged, and the counts are added the next time. `serves`: the supervisor
 * has responders, so its counts of requests are measurements.
 */
void stats_record(const struct work *base, bool serves);

#endif
