#ifndef WORKER_ROLL_H
#define WORKER_ROLL_H

#include <stdbool.h>

#include "lib/base/work.h"

/* The row of a worker in the table workers, and its counts of jobs. Both are
   written every few seconds, so that an idle worker makes few queries. */
struct roll;

struct roll *roll_new(struct pool *pool, const char *name);

/* Counts an attempt of a job. `kind` must be a constant string. */
void roll_count(struct roll *roll, const char *kind, bool good);

/* Writes the row if it is due. An error is logged, and the counts are kept for
   the next time. `base` is copied into the work of the queries. */
void roll_call(struct roll *roll, const struct work *base);

/* Writes the last counts and deletes the row. */
void roll_leave(struct roll *roll, const struct work *base);

/* Deletes the rows of workers that died long ago and updates the statistics of
   variants. One worker calls this for all. */
bool roll_tidy(struct work *work) MUST_CHECK;

#endif
