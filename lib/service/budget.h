#ifndef LIB_SERVICE_BUDGET_H
#define LIB_SERVICE_BUDGET_H

#include <stdint.h>

#include "lib/base/uuid.h"
#include "lib/base/work.h"
#include "lib/model/tier.h"

/*
 * How much work users may have pending: the estimated cost of their jobs that
 * are queued or running. All clients without an account share the built-in
 * user, so each of their addresses has a budget of its own, and all of them
 * together have another one.
 */

/* The address that a job of this user counts for: of the built-in user the
   client's (of IPv6, its /64), of other users NULL. */
const char *budget_address(const struct work *work, struct uuid user_id);

/*
 * Fails with ERR_RATE_LIMITED if another job of `cost_ms` would exceed the
 * tier's max_pending_seconds or, of the built-in user, the setting
 * anonymous_pending_seconds. A job passes in any case while no other is
 * pending. Exact in a transaction that begins with user_lock().
 */
bool budget_check(struct work *work, struct uuid user_id,
		  const struct tier *tier, int64_t cost_ms) MUST_CHECK;

/*
 * Counts an upload of the built-in user for the client's address, by the tier's
 * uploads_per_day; ERR_RATE_LIMITED. Those of other users are counted by
 * user_charge(), with the limit that budget_uploads_per_day() returns.
 */
bool budget_count_upload(struct work *work, struct uuid user_id,
			 const struct tier *tier) MUST_CHECK;
int64_t budget_uploads_per_day(struct uuid user_id, const struct tier *tier);

#endif
