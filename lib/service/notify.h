#ifndef LIB_SERVICE_NOTIFY_H
#define LIB_SERVICE_NOTIFY_H

#include "lib/base/work.h"
#include "lib/model/image.h"
#include "lib/model/job.h"

/*
 * Tells a user's webhooks of events. Both are called in the transaction of
 * what they tell of, so that nothing is told that has not happened and nothing
 * is forgotten that has: each webhook that wants the event gets a delivery and
 * the job that sends it (dispatch.h). The body is
 * {"type": event, "timestamp": now, "data": the image or the job}.
 */

/* "image.ready", "image.failed", or, while its rows are still there,
   "image.deleted". Of what was sent to be resized only the job is told. */
bool notify_image(struct work *work, const char *event,
		  const struct image *image) MUST_CHECK;

/* "job.done" or "job.failed": the job's row says so already, and is read when
   there is a webhook for it. Nobody is told of jobs that send webhooks. */
bool notify_job(struct work *work, const char *event,
		const struct job *job) MUST_CHECK;

#endif
