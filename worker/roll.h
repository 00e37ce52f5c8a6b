#ifndef WORKER_ROLL_H
#define WORKER_ROLL_H

#include <stdbool.h>

#include "lib/base/work.h"

/* A worker's row among the workers, and what it has to count: written every
   few seconds, so that it costs an idle worker hardly a query. */
struct roll;

struct roll *roll_new(struct pool *pool, const char *name);

/* An attempt of a job has ended. `kind` lives as long as the program. */
void roll_count(struct roll *roll, const char *kind, bool good);

/* Writes it when that is due; what cannot be written is logged, and counted
   the next time. `base` is what the work begins with. */
void roll_call(struct roll *roll, const struct work *base);

/* Writes the last counts and takes the row away. */
void roll_leave(struct roll *roll, const struct work *base);

/* What one worker does for all now and then: removes the rows of those that
   died long ago, and measures the variants. */
bool roll_tidy(struct work *work) MUST_CHECK;

#endif
