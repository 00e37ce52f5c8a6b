#ifndef LIB_MODEL_STATS_STEP_H
#define LIB_MODEL_STATS_STEP_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/work.h"

/* The table stats_steps: what all hosts measured in one minute or one hour. */
enum { STATS_MINUTE = 60, STATS_HOUR = 3600 };

/* The values of a step, with the names of their columns. */
enum stats_value {
	STATS_REQUESTS,
	STATS_ERRORS,
	STATS_REFUSED,
	STATS_UPLOADS,
	STATS_DECODER_DEATHS,
	STATS_QUEUED_HIGH,
	STATS_QUEUED_NORMAL,
	STATS_QUEUED_LOW,
	STATS_OLDEST_SECONDS,
	STATS_WORKERS,
	STATS_IMAGES,
	STATS_VALUE__COUNT
};

/* A value that was not measured. */
enum { STATS_UNKNOWN = -1 };

/* The buckets of a histogram, as METRIC_BUCKETS. */
enum { STATS_BUCKETS = 16 };

struct stats_step {
	int64_t at; /* when the step begins, in microseconds */
	int64_t values[STATS_VALUE__COUNT];
	int64_t request_times[STATS_BUCKETS];
	int64_t decoder_times[STATS_BUCKETS];
};

/* Returns a step without any measurement. */
struct stats_step stats_step_empty(int64_t at);

/* Merges a later part of the same time, or of another host: counts are summed.
   The queue has the greatest number and age, workers are the fewest, and images
   those of the later part. */
void stats_step_merge(struct stats_step *step, const struct stats_step *later);

/* Returns what was counted between two readings of the same counters; values
   that are not counts are unknown. */
struct stats_step stats_step_since(const struct stats_step *now,
				   const struct stats_step *before);

/* The text of a histogram in its column. */
const char *stats_step_times_text(struct pool *pool,
				  const int64_t times[STATS_BUCKETS]);
void stats_step_times_read(int64_t times[STATS_BUCKETS], const char *text);

/* Merges into the row. If the database's answer is lost, the row may have the
   counts twice. */
bool stats_step_add(struct work *work, int64_t step_seconds,
		    const struct stats_step *step) MUST_CHECK;

/* Writes the row unless there is one. */
bool stats_step_put(struct work *work, int64_t step_seconds,
		    const struct stats_step *step) MUST_CHECK;

/* Lists the steps from `from` to before `until`, the oldest first. */
bool stats_step_list(struct stats_step **steps, size_t *count,
		     struct work *work, int64_t step_seconds, int64_t from,
		     int64_t until) MUST_CHECK;

/* Finds when the newest step begins; 0: there is none. */
bool stats_step_newest(int64_t *at, struct work *work,
		       int64_t step_seconds) MUST_CHECK;

/* Deletes at most `limit` steps from before `until`. */
bool stats_step_sweep(uint64_t *removed, struct work *work,
		      int64_t step_seconds, int64_t until,
		      int64_t limit) MUST_CHECK;

#endif
