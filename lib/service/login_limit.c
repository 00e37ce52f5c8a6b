/* login_limit.c: limits wrong passwords and concurrent password hashes. */
#include "config.h"

#include "lib/service/login_limit.h"

#include "lib/base/clock.h"
#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/process/metric.h"
#include "lib/process/semaphore.h"

enum { KNOWN_SECONDS = 30 * 86400, SLOT_WAIT_MS = 2000 };

static const char *network_of(struct work *work)
{
	return bucket_network(work->pool, work->address ? work->address : "");
}

/* Includes the stored hash, so a new password invalidates earlier entries. */
static struct bucket known_of(struct work *work, const struct user *user)
{
	return (struct bucket){
		.kind = "login_known",
		.subject = pool_printf(work->pool, "%s\n%s\n%s",
				       UUID_TEXT(user->id), user->password,
				       network_of(work)),
		.limit = 1,
		.window = KNOWN_SECONDS,
	};
}

static bool is_known(struct work *work, const struct bucket *known)
{
	struct bucket_state state;

	return work->known_clients && !bucket_look(&state, work->known_clients,
						   known, clock_monotonic_ms());
}

/* Names are in lower case because the database compares them without case. The
   window of login_name in seconds equals its limit, so the bucket refills by
   one a second. */
void login_limit_init(struct login_limit *limit, struct work *work,
		      const char *username, const struct user *user)
{
	const struct conf *conf = work->conf;
	const char *network = network_of(work);
	const char *name = pool_printf(work->pool, "%s\n%lld",
				       text_lower(work->pool, username),
				       user ? (long long)user->unlocks : 0LL);

	*limit =
		(struct
		 login_limit){ .buckets = {
				       { "login_user",
					 pool_printf(work->pool, "%s\n%s", name,
						     network),
					 "wrong passwords for a user from an address",
					 conf->login_failures_user,
					 conf->login_window },
				       { "login_address", network,
					 "wrong passwords from an address",
					 conf->login_failures_address,
					 conf->login_window },
				       { "login_name", name,
					 "wrong passwords for a user",
					 conf->login_failures_name,
					 conf->login_failures_name },
			       } };
	if (user) {
		limit->known = known_of(work, user);
		limit->is_known = is_known(work, &limit->known);
	}
	limit->bucket_count = limit->is_known ? 1 : ARRAY_LEN(limit->buckets);
}

bool login_limit_check(struct work *work, const struct login_limit *limit)
{
	for (size_t i = 0; i < limit->bucket_count; i++)
		if (limit->buckets[i].limit &&
		    !bucket_would_pass(work, &limit->buckets[i]))
			return false;
	return true;
}

static void give_back(struct work *work, const struct login_limit *limit,
		      size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (limit->buckets[i].limit && work->buckets)
			bucket_give(work->buckets, &limit->buckets[i],
				    clock_monotonic_ms());
}

bool login_limit_count(struct work *work, const struct login_limit *limit)
{
	struct bucket_state state;

	for (size_t i = 0; i < limit->bucket_count; i++)
		if (limit->buckets[i].limit &&
		    !bucket_pass(&state, work, &limit->buckets[i])) {
			give_back(work, limit, i);
			return false;
		}
	return true;
}

void login_limit_forgive(struct work *work, const struct login_limit *limit)
{
	give_back(work, limit, limit->bucket_count);
}

/* Gives and takes the bucket again to restart its window. */
void login_limit_remember(struct work *work, const struct user *user)
{
	struct bucket_state state;
	int64_t now_ms = clock_monotonic_ms();
	struct bucket known;

	if (!work->known_clients)
		return;
	known = known_of(work, user);
	bucket_give(work->known_clients, &known, now_ms);
	/* Fails if another process took the bucket meanwhile; the effect is the
	   same. */
	(void)!bucket_take(&state, work->known_clients, &known, now_ms);
}

static bool refuse(struct work *work, const char *what, long limit)
{
	metric_add(METRIC_RATE_LIMITED, "passwords", 1);
	work->retry_after = 1;
	return fail(work, ERR_RATE_LIMITED, "at most %ld %s at once", limit,
		    what);
}

static bool take_seat(long *seat, struct work *work)
{
	long seats = work->login_seat_count;

	return semaphore_take(seat, work->login_seats, seats, 0) ||
	       refuse(work, "logins of new clients are handled", seats);
}

bool login_slot_take(struct login_slot *slot, struct work *work, bool is_known)
{
	long jobs = work->conf->password_jobs;

	*slot = (struct login_slot){ -1, -1 };
	if (!work->semaphore)
		return true;
	if (work->login_seats && !is_known && !take_seat(&slot->seat, work))
		return false;
	if (semaphore_take(&slot->slot, work->semaphore, jobs, SLOT_WAIT_MS))
		return true;
	login_slot_give(work, slot);
	return refuse(work, "passwords are checked", jobs);
}

void login_slot_give(struct work *work, const struct login_slot *slot)
{
	if (slot->slot >= 0)
		semaphore_give(work->semaphore, slot->slot);
	if (slot->seat >= 0)
		semaphore_give(work->login_seats, slot->seat);
}
