#ifndef LIB_SERVICE_RENDER_JOB_H
#define LIB_SERVICE_RENDER_JOB_H

#include <stdbool.h>

#include "lib/base/work.h"
#include "lib/model/job.h"
#include "lib/picture/probe.h"

/*
 * Carries out a job: makes the image's variants that are still processing and
 * ends the job and the image in one transaction. A picture that cannot be
 * rendered fails with the image marked so, the job ended.
 */
bool render_job_run(struct work *work, const struct job *job) MUST_CHECK;

/* What the job will cost, in ms of CPU time, with a picture of that kind;
   `animated` as in struct render. */
bool render_job_estimate(unsigned *cost_ms, struct work *work,
			 const struct job *job, const struct probe *probe,
			 bool animated) MUST_CHECK;

/* Ends a job that is queued or running, and its image if it has been waiting
   for it; the worker that runs it throws away the variants it has made.
   ERR_CONFLICT when the job has ended already. */
bool render_job_cancel(struct work *work, const struct job *job) MUST_CHECK;

/* Ends a job as failed, and its image if it has been waiting for it. */
bool render_job_give_up(struct work *work, const struct job *job,
			const char *code, const char *detail) MUST_CHECK;

#endif
