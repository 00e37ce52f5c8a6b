#ifndef WORKER_PERIODIC_H
#define WORKER_PERIODIC_H

#include "lib/base/work.h"

/* The tasks that one worker of each supervisor runs at intervals: they remove
   what has expired. */
struct periodic;

/* All tasks are due. */
struct periodic *periodic_new(struct pool *pool);

/* Runs the tasks that are due, each in a copy of `base` with a pool of its
   own. A task that fails logs it and runs again after its interval. */
void periodic_run(struct periodic *periodic, const struct work *base);

#endif
