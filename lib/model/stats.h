#ifndef LIB_MODEL_STATS_H
#define LIB_MODEL_STATS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/work.h"

/* A number about the whole service. */
struct stat_row {
	const char *name;  /* "queued" */
	const char *label; /* "high" */
	int64_t value;
};

/*
 * What monitors watch, in time that does not grow with the tables jobs and
 * images: "queued" and "queued_seconds" (how long the oldest that is due has
 * waited) by priority, "workers" (alive, silent), "bytes" (originals;
 * variants, as of the last sweep) and "results" (kind|result).
 * Rows of one table are counted up to STATS_COUNT_MAX.
 */
enum { STATS_COUNT_MAX = 100000 };
bool stats_watch(struct stat_row **stats, size_t *count,
		 struct work *work) MUST_CHECK;

/* What administrators see: "users" (all, disabled, administrators), "images" by
   status, "jobs" by state, "oldest_seconds" of the jobs that are queued (since
   they were due) or running (since they were begun); then all of the above. */
bool stats_survey(struct stat_row **stats, size_t *count,
		  struct work *work) MUST_CHECK;

/* Adds to "results": attempts of jobs of a kind that were "done" or "failed".
 */
bool stats_add_results(struct work *work, const char *kind, const char *result,
		       uint64_t n) MUST_CHECK;

/* Measures the variants for "bytes"; takes time in proportion to their number.
 */
bool stats_measure(struct work *work) MUST_CHECK;

#endif
