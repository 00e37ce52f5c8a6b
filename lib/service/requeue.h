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

/* Gives back the jobs of workers that died: to the queue, or as failed when
   their attempts are used up. How many. */
bool requeue_expired(int64_t *count, struct work *work) MUST_CHECK;

#endif
