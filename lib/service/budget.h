#ifndef LIB_SERVICE_BUDGET_H
#define LIB_SERVICE_BUDGET_H

#include <stdint.h>

#include "lib/base/uuid.h"
#include "lib/base/work.h"
#include "lib/model/tier.h"

struct job;

/*
 * Limits the estimated cost of each user's jobs that are queued or running. All
 * unauthenticated clients share the user `anonymous`, so each of their
 * addresses has its own budget, and all of them together have another one.
 */

/* Returns the address whose budget a job of this user uses: for `anonymous` the
   client's address (for IPv6 its /64), for other users NULL. */
const char *budget_address(const struct work *work, struct uuid user_id);

/*
 * Fails with ERR_RATE_LIMITED if another job of `cost_ms` would exceed the
 * tier's max_pending_seconds or, for `anonymous`, the setting
 * anonymous_pending_seconds. A job always passes if no other job is pending.
 * The check is exact in a transaction that begins with user_lock() or
 * user_charge().
 */
bool budget_check(struct work *work, struct uuid user_id,
		  const struct tier *tier, int64_t cost_ms) MUST_CHECK;

/* As budget_check() for a job that is about to be added. A fetch job also fails
   with ERR_RATE_LIMITED if max_fetches of the tier are pending. */
bool budget_check_job(struct work *work, const struct tier *tier,
		      const struct job *job) MUST_CHECK;

/*
 * Counts an upload of `anonymous` for the client's address, up to the tier's
 * uploads_per_day. ERR_RATE_LIMITED. user_charge() counts the uploads of other
 * users, up to budget_uploads_per_day().
 */
bool budget_count_upload(struct work *work, struct uuid user_id,
			 const struct tier *tier) MUST_CHECK;
int64_t budget_uploads_per_day(struct uuid user_id, const struct tier *tier);

#endif
