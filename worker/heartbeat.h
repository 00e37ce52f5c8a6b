#ifndef WORKER_HEARTBEAT_H
#define WORKER_HEARTBEAT_H

#include <stdbool.h>

#include "lib/base/work.h"
#include "lib/model/job.h"

/* The row of a worker in the table workers, and its counts of jobs. Both are
   written every few seconds, so that an idle worker makes few queries. */
struct heartbeat;

struct heartbeat *heartbeat_new(struct pool *pool, const char *name);

/* Counts an attempt of a job. */
void heartbeat_count(struct heartbeat *heartbeat, enum job_kind kind,
		     bool good);

/* Writes the row if it is due. An error is logged, and the counts are kept for
   the next time. `base` is copied into the work of the queries. */
void heartbeat_beat(struct heartbeat *heartbeat, const struct work *base);

/* Writes the last counts and deletes the row. */
void heartbeat_stop(struct heartbeat *heartbeat, const struct work *base);

/* Deletes the rows of workers that died long ago and updates the statistics of
   variants. One worker calls this for all. */
bool heartbeat_tidy(struct work *work) MUST_CHECK;

#endif
