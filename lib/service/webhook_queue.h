#ifndef LIB_SERVICE_WEBHOOK_QUEUE_H
#define LIB_SERVICE_WEBHOOK_QUEUE_H

#include "lib/base/work.h"
#include "lib/model/image.h"
#include "lib/model/job.h"

/*
 * Queues events for a user's webhooks. The caller calls both functions in the
 * transaction of the change that they report, so an event is queued exactly if
 * the change is committed. Each enabled webhook with the event gets a delivery
 * and the job that sends it (webhook_send.h). The body is {"type": event,
 * "timestamp": now, "data": the image or the job}.
 */

/* `event` is "image.ready", "image.failed" or, before the change,
   "image.private" or "image.deleted". Does nothing for the image of a resize:
   only its job has events. */
bool webhook_queue_image(struct work *work, const char *event,
			 const struct image *image) MUST_CHECK;

/* `event` is "job.done" or "job.failed". The job's row already has that state;
   it is read only if a webhook has the event. Does nothing for jobs that send
   webhooks. */
bool webhook_queue_job(struct work *work, const char *event,
		       const struct job *job) MUST_CHECK;

#endif
