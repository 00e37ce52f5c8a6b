#ifndef LIB_SERVICE_IDEMPOTENCY_H
#define LIB_SERVICE_IDEMPOTENCY_H

#include "lib/base/work.h"
#include "lib/model/idempotency.h"

/*
 * Requests that a client may repeat until it gets a response. `one` has the
 * user, the key and the hash of the request. If idempotency_begin() returns
 * without a status, the caller carries out the request and calls
 * idempotency_commit() or idempotency_rollback(); else status, headers and text
 * are the first response. ERR_IDEMPOTENCY_MISMATCH if the key was used for
 * another request. ERR_IDEMPOTENCY_RUNNING if the first attempt runs or may
 * run, with the rest of its lease in `retry_after`.
 *
 * The writes of the request and its response are one transaction, so there is a
 * response exactly if the request took effect.
 */
bool idempotency_begin(struct idempotency *one, struct work *work) MUST_CHECK;

/* Commits the writes of the request and its response. On failure nothing was
   written; ERR_IDEMPOTENCY_RUNNING if the lease ended and another attempt has
   the key. */
bool idempotency_commit(struct work *work,
			const struct idempotency *one) MUST_CHECK;

/* Rolls back the writes of the request. Stores the response if there is a
   status; without one, the client may try the request again. A failure is only
   logged: it changes nothing for the client. */
void idempotency_rollback(struct work *work, const struct idempotency *one);

/* Deletes the responses that are too old and counts them. */
bool idempotency_purge_old(int64_t *removed, struct work *work) MUST_CHECK;

#endif
