#ifndef LIB_SERVICE_RENDER_JOB_H
#define LIB_SERVICE_RENDER_JOB_H

#include <stdbool.h>

#include "lib/base/work.h"
#include "lib/model/job.h"
#include "lib/picture/probe.h"

/*
 * Carries out a job: makes the image's variants that are still processing, and
 * ends the job and the image in one transaction. If the image cannot be
 * rendered, fails; the caller then calls render_job_give_up().
 */
bool render_job_run(struct work *work, const struct job *job) MUST_CHECK;

/* Estimates the CPU time of the job, in ms, for an image with this header;
   `animated` as in struct render. */
bool render_job_estimate(unsigned *cost_ms, struct work *work,
			 const struct job *job, const struct probe *probe,
			 bool animated) MUST_CHECK;

/* Cancels a job that is queued or running, and sets its image to failed if it
   was processing. The worker that runs the job deletes the variants it has
   made. ERR_CONFLICT if the job has ended. */
bool render_job_cancel(struct work *work, const struct job *job) MUST_CHECK;

/* As render_job_cancel(), in the caller's transaction. */
bool render_job_cancel_within(struct work *work,
			      const struct job *job) MUST_CHECK;

/* Sets a job to failed, and its image too if it was processing. */
bool render_job_give_up(struct work *work, const struct job *job,
			const char *code, const char *detail) MUST_CHECK;

#endif
