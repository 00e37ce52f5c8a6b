#ifndef LIB_SERVICE_REPEAT_H
#define LIB_SERVICE_REPEAT_H

#include "lib/base/work.h"
#include "lib/model/idempotency.h"

/*
 * A request that a client may send again until it has an answer. `one` says
 * who asks, with which key, and what. Without a status after this the request
 * has to be carried out, and one of the next two called; else status, headers
 * and text are the first answer. ERR_IDEMPOTENCY_MISMATCH when the key was used
 * for something else; ERR_IDEMPOTENCY_RUNNING when the first is still at work,
 * or may be, with the rest of its lease in `retry_after`.
 *
 * What the request writes after this and its answer are one transaction, so
 * there is an answer exactly when the request was carried out.
 */
bool repeat_begin(struct idempotency *one, struct work *work) MUST_CHECK;

/* Commits what the request has written, with its answer. When it fails nothing
   was done: ERR_IDEMPOTENCY_RUNNING when the lease ended and another attempt
   has the key. */
bool repeat_commit(struct work *work, const struct idempotency *one) MUST_CHECK;

/* Undoes what the request has written, and keeps its answer if there is a
   status; without, the request may be tried again. A failure is logged only: it
   changes nothing for the client. */
void repeat_undo(struct work *work, const struct idempotency *one);

/* Removes the answers that are too old, and says how many. */
bool repeat_purge(int64_t *removed, struct work *work) MUST_CHECK;

#endif
