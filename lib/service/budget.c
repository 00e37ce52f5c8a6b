/* budget.c: limits the cost of each user's pending jobs. */
#include "config.h"

#include "lib/service/budget.h"

#include "lib/base/conf.h"
#include "lib/model/job.h"
#include "lib/model/user.h"
#include "lib/process/bucket.h"
#include "lib/process/metric.h"

/* RETRY_: in seconds, sent as Retry-After. */
enum { DAY_S = 86400, RETRY_FETCH = 5, RETRY_AFTER_MAX = 60 };

const char *budget_address(const struct work *work, struct uuid user_id)
{
	if (!work->address || !user_is_anonymous(user_id))
		return NULL;
	return bucket_network(work->pool, work->address);
}

/* Capped, because the number of workers and their load are unknown here. */
static int64_t retry_after(int64_t excess_ms)
{
	const int64_t seconds = (excess_ms + 999) / 1000;

	return seconds < RETRY_AFTER_MAX ? seconds : RETRY_AFTER_MAX;
}

/* Limits all addresses together: many clients that each stay within their own
   budget must not fill the queue. */
static bool check_anonymous(struct work *work, struct uuid user_id,
			    int64_t cost_ms)
{
	const int64_t limit_ms = 1000 * work->conf->anonymous_pending_seconds;
	int64_t pending_ms;

	if (!limit_ms || !user_is_anonymous(user_id))
		return true;
	if (!job_sum_pending_of_all(&pending_ms, work, user_id))
		return false;
	if (!pending_ms || pending_ms + cost_ms <= limit_ms)
		return true;
	metric_add(METRIC_RATE_LIMITED, "anonymous_cost", 1);
	work->retry_after = retry_after(pending_ms + cost_ms - limit_ms);
	return fail(work, ERR_RATE_LIMITED,
		    "jobs of unauthenticated clients that take %lld ms are "
		    "pending and this one takes %lld ms; together at most "
		    "%lld ms are allowed",
		    (long long)pending_ms, (long long)cost_ms,
		    (long long)limit_ms);
}

static bool check_tier(struct work *work, struct uuid user_id,
		       const struct tier *tier, int64_t cost_ms)
{
	const int64_t limit_ms = 1000 * tier->max_pending_seconds;
	int64_t pending_ms;

	if (tier->max_pending_seconds == TIER_NO_LIMIT)
		return true;
	if (!job_sum_pending(&pending_ms, work, user_id,
			     budget_address(work, user_id)))
		return false;
	if (!pending_ms || pending_ms + cost_ms <= limit_ms)
		return true;
	metric_add(METRIC_RATE_LIMITED, "cost", 1);
	work->retry_after = retry_after(pending_ms + cost_ms - limit_ms);
	return fail(work, ERR_RATE_LIMITED,
		    "jobs that take %lld ms are pending and this one takes "
		    "%lld ms; the tier %s allows %lld ms",
		    (long long)pending_ms, (long long)cost_ms, tier->name,
		    (long long)limit_ms);
}

bool budget_check(struct work *work, struct uuid user_id,
		  const struct tier *tier, int64_t cost_ms)
{
	return check_tier(work, user_id, tier, cost_ms) &&
	       check_anonymous(work, user_id, cost_ms);
}

static bool check_fetches(struct work *work, const struct tier *tier,
			  const struct job *job)
{
	int64_t count;

	if (tier->max_fetches == TIER_NO_LIMIT)
		return true;
	if (!job_count_waiting(&count, work, job->user_id, job->kind))
		return false;
	if (count < tier->max_fetches)
		return true;
	metric_add(METRIC_RATE_LIMITED, "fetches", 1);
	work->retry_after = RETRY_FETCH;
	return fail(work, ERR_RATE_LIMITED,
		    "%lld uploads by URL are pending, the most that the tier "
		    "%s allows: wait until one has ended",
		    (long long)count, tier->name);
}

bool budget_check_job(struct work *work, const struct tier *tier,
		      const struct job *job)
{
	return budget_check(work, job->user_id, tier, job->cost_ms) &&
	       (!job->url || check_fetches(work, tier, job));
}

bool budget_count_upload(struct work *work, struct uuid user_id,
			 const struct tier *tier)
{
	struct bucket_state state;
	const struct bucket bucket = {
		.kind = "uploads",
		.subject = budget_address(work, user_id),
		.what = "uploads of an address",
		.limit = tier->uploads_per_day,
		.window = DAY_S,
	};

	return !bucket.subject || bucket.limit == TIER_NO_LIMIT ||
	       bucket_pass(&state, work, &bucket);
}

int64_t budget_uploads_per_day(struct uuid user_id, const struct tier *tier)
{
	return user_is_anonymous(user_id) ? TIER_NO_LIMIT
					  : tier->uploads_per_day;
}
