#ifndef LIB_SERVICE_SCHEDULE_H
#define LIB_SERVICE_SCHEDULE_H

#include <stdbool.h>

#include "lib/base/work.h"
#include "lib/model/job.h"
#include "lib/model/job_claim.h"

/*
 * Which job a worker takes next. While jobs of several priorities are due,
 * high, normal and low ones get shares of 16 : 4 : 1; the share of one whose
 * oldest job has waited a minute doubles, and again after five minutes. Within
 * a priority users take turns: first those with the fewest running jobs, then
 * the next in a circle. A turn is one job, or a few that are done in no time.
 *
 * What is queued is read once for all jobs that are taken within
 * SCHEDULE_LOOK_MS, so a claim of a short job is hardly more than its update.
 * Nothing is kept from others meanwhile: each job is taken by itself.
 */
struct schedule;

enum { SCHEDULE_LOOK_MS = 50 };

struct schedule *schedule_new(struct pool *pool);

/* Takes one job that is due, if there is one (job_claim.h). */
bool schedule_claim(struct job *job, bool *found, struct work *work,
		    struct schedule *schedule,
		    const struct job_claimant *claimant) MUST_CHECK;

#endif
