#ifndef LIB_SERVICE_REQUEUE_H
#define LIB_SERVICE_REQUEUE_H

#include <stdint.h>

#include "lib/base/uuid.h"
#include "lib/base/work.h"

struct job;

/* Queues a failed or cancelled job anew; its image, if that has failed, and
   the image's failed variants are processing again. A part of a transaction.
   ERR_CONFLICT in any other state or when the image is gone. */
bool requeue_job(struct work *work, const struct job *job) MUST_CHECK;

/* Takes a job from a worker that died: it is queued again, or has failed for
   good when it has cost as many workers as it has attempts; one worker may
   have died of something else, so the first attempt is never the last.
   ERR_CONFLICT when somebody else was first. */
bool requeue_lost(struct work *work, const struct job *job) MUST_CHECK;

/* All whose lease has ended; how many. */
bool requeue_expired(int64_t *count, struct work *work) MUST_CHECK;

#endif
