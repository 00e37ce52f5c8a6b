#ifndef LIB_SERVICE_REQUEUE_H
#define LIB_SERVICE_REQUEUE_H

#include <stdint.h>

#include "lib/base/uuid.h"
#include "lib/base/work.h"

struct job;

/* Queues a failed or cancelled job again and sets its image, if that has
   failed, and the image's failed variants to processing. Part of a transaction.
   ERR_CONFLICT in any other state or if the image is deleted. */
bool requeue_job(struct work *work, const struct job *job) MUST_CHECK;

/* Takes a job from a worker that died: queues it again, or sets it to failed
   after as many deaths as it has attempts. The first attempt is never the last,
   because the worker may have died of another cause. ERR_CONFLICT if the job
   has changed meanwhile. */
bool requeue_lost(struct work *work, const struct job *job) MUST_CHECK;

/* Does so for all jobs whose lease has ended, and counts them. */
bool requeue_expired(int64_t *count, struct work *work) MUST_CHECK;

#endif
