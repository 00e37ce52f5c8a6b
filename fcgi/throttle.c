/* throttle.c: limits the rate of requests. */
#include "config.h"

#include "fcgi/throttle.h"

#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/service/budget.h"
#include "lib/service/login.h"

enum { WINDOW = 60 };

bool throttle_address(struct request *req)
{
	const struct bucket bucket = {
		.kind = "address",
		.subject = bucket_network(req->work->pool, req->remote_addr),
		.what = "requests of an address",
		.limit = req->work->conf->address_requests_per_minute,
		.window = WINDOW,
	};

	return !bucket.limit ||
	       bucket_pass(&req->address_limit, req->work, &bucket);
}

const char *throttle_subject(const struct request *req)
{
	const struct uuid id = req->who->user.id;
	const char *network = budget_address(req->work, id);

	return pool_printf(req->work->pool, "%s%s%s", UUID_TEXT(id),
			   network ? " " : "", network ? network : "");
}

bool throttle_user(struct request *req)
{
	struct bucket bucket = { .kind = "user",
				 .what = "requests of a user",
				 .window = WINDOW };

	if (!req->who || req->who->tier.requests_per_minute == TIER_NO_LIMIT)
		return true;
	bucket.limit = req->who->tier.requests_per_minute;
	bucket.subject = throttle_subject(req);
	return bucket_pass(&req->user_limit, req->work, &bucket);
}

static const char *join(struct pool *pool, const char *list, const char *item)
{
	return *list ? pool_printf(pool, "%s, %s", list, item) : item;
}

static long long seconds_up(int64_t ms)
{
	return (long long)(ms + 999) / 1000;
}

static void add_number(struct response *res, struct pool *pool,
		       const char *name, long long number)
{
	response_header(res, pool, name, pool_printf(pool, "%lld", number));
}

static bool is_refused(const struct request *req, const struct response *res)
{
	return res->status == 429 && req->work->err == ERR_RATE_LIMITED;
}

void throttle_headers(struct response *res, struct request *req)
{
	const struct {
		const char *name;
		const struct bucket_state *state;
	} limits[] = {
		{ "default", &req->user_limit },
		{ "address", &req->address_limit },
	};
	struct pool *pool = req->work->pool;
	const struct bucket_state *least = NULL;
	const char *policy = "", *now = "";

	if (!req->who && !is_refused(req, res))
		return;
	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		const struct bucket_state *state = limits[i].state;

		if (!state->window)
			continue;
		if (!least || state->left < least->left)
			least = state;
		policy = join(pool, policy,
			      pool_printf(pool, "\"%s\";q=%lld;w=%lld",
					  limits[i].name,
					  (long long)state->limit,
					  (long long)state->window));
		now = join(pool, now,
			   pool_printf(pool, "\"%s\";r=%lld;t=%lld",
				       limits[i].name, (long long)state->left,
				       seconds_up(state->full_ms)));
	}
	if (!least)
		return;
	response_header(res, pool, "RateLimit-Policy", policy);
	response_header(res, pool, "RateLimit", now);
	add_number(res, pool, "X-RateLimit-Limit", least->limit);
	add_number(res, pool, "X-RateLimit-Remaining", least->left);
	add_number(res, pool, "X-RateLimit-Reset", seconds_up(least->full_ms));
}
