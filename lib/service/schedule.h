#ifndef LIB_SERVICE_SCHEDULE_H
#define LIB_SERVICE_SCHEDULE_H

#include <stdbool.h>

#include "lib/base/work.h"
#include "lib/model/job.h"
#include "lib/model/job_claim.h"

/*
 * Chooses the next job of a worker. While jobs of several priorities are due,
 * high, normal and low ones get shares of 16 : 4 : 1. The share of a priority
 * doubles when its oldest job has waited a minute, and doubles again after five
 * minutes. Within a priority users take turns: first those with the fewest
 * running jobs, then the next in a circle. A turn is one job, or a few if they
 * are very short.
 *
 * One read of the queue serves all jobs that are taken within SCHEDULE_LOOK_MS,
 * so claiming a short job costs little more than its update. The read reserves
 * nothing: each job is taken by its own update.
 */
struct schedule;

enum { SCHEDULE_LOOK_MS = 50 };

struct schedule *schedule_new(struct pool *pool);

/* Takes one due job, if there is one (job_claim.h). */
bool schedule_claim(struct job *job, bool *found, struct work *work,
		    struct schedule *schedule,
		    const struct job_claimant *claimant) MUST_CHECK;

#endif
