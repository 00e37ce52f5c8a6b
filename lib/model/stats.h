#ifndef LIB_MODEL_STATS_H
#define LIB_MODEL_STATS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/work.h"
#include "lib/model/job.h"

/* A number about the whole service. */
struct stat_row {
	const char *name;  /* "queued" */
	const char *label; /* "high" */
	int64_t value;
};

/*
 * Metrics for monitoring, computed in time that does not grow with the tables
 * jobs, images and variants: "queued" and "queued_seconds" (how long the oldest
 * due job has waited) by priority, "workers" (alive, silent), "bytes"
 * (originals, variants) and "results" (kind|result). At most STATS_COUNT_MAX
 * rows of one table are counted.
 */
enum { STATS_COUNT_MAX = 100000 };
bool stats_watch(struct stat_row **stats, size_t *count,
		 struct work *work) MUST_CHECK;

/* Statistics for administrators: "users" (all, disabled, administrators),
   "images" by status, "jobs" by state, "oldest_seconds" of queued jobs (since
   they were due) and of running jobs (since they started), and then all of
   stats_watch(). */
bool stats_survey(struct stat_row **stats, size_t *count,
		  struct work *work) MUST_CHECK;

/* Adds `n` attempts at jobs of a kind, with the result done or failed, to
   "results". */
bool stats_add_results(struct work *work, enum job_kind kind,
		       enum job_state result, uint64_t n) MUST_CHECK;

#endif
