/* admission.c: admits or refuses requests under overload. */
#include "config.h"

#include "fcgi/admission.h"

#include <stdatomic.h>

#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/process/backlog.h"
#include "lib/process/metric.h"
#include "lib/process/shared.h"

/* Up to this estimated wait a user may use all responders: a busy service has
   such waits anyway. */
enum { SHORT_WAIT_MS = 1000 };

/* A new time has the weight 1/MEAN_WEIGHT in the mean. */
enum { MEAN_WEIGHT = 16 };

struct admission {
	size_t size; /* bytes of this mapping */
	long responders;
	_Atomic int64_t mean_us; /* mean time of a request; 0: not known */
	/* For each responder, the hash of the user that it works for; 0: no
	   user. If a responder dies, its successor clears the entry. */
	_Atomic uint64_t users[];
};

struct admission *admission_new(long responders)
{
	const size_t size =
		sizeof(struct admission) +
		(size_t)responders * sizeof(((struct admission *)0)->users[0]);
	struct admission *admission = shared_new(size);

	admission->size = size;
	admission->responders = responders;
	return admission;
}

void admission_free(struct admission *admission)
{
	shared_free(admission, admission->size);
}

void admission_open(struct admission_slot *slot, struct pool *pool,
		    struct admission *shared, int listener)
{
	slot->shared = shared;
	slot->backlog = backlog_open(pool, listener);
	atomic_store(&shared->users[slot->slot], 0);
	shared_hide(shared, shared->size);
}

/* The estimated wait of the last request in the queue, in milliseconds. */
static int64_t estimate_wait(const struct admission_slot *slot)
{
	const struct admission *shared = slot->shared;
	const long waiting = backlog_length(slot->backlog);

	metric_set(METRIC_WAITING, slot->group, (uint64_t)waiting);
	return waiting * atomic_load(&shared->mean_us) / shared->responders /
	       1000;
}

bool admission_check_queue(struct admission_slot *slot, struct work *work)
{
	slot->admitted = false;
	slot->wait_ms = estimate_wait(slot);
	if (slot->wait_ms <= 1000 * work->conf->queue_seconds)
		return true;
	metric_add(METRIC_DROPPED, "queue", 1);
	work->retry_after = slot->wait_ms / 1000;
	return fail(work, ERR_UNAVAILABLE,
		    "the queue is too long: the service cannot answer it "
		    "within %ld seconds; retry later",
		    work->conf->queue_seconds);
}

/* FNV-1a. Never 0, which means "no user". */
static uint64_t hash_of(const char *user)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (; *user; user++)
		hash = (hash ^ (unsigned char)*user) * 0x100000001b3;
	return hash ? hash : 1;
}

/* The number of other responders that work for the user. */
static long count_others(const struct admission_slot *slot, uint64_t hash)
{
	const struct admission *shared = slot->shared;
	long count = 0;

	for (long i = 0; i < shared->responders; i++)
		count += i != slot->slot &&
			 atomic_load(&shared->users[i]) == hash;
	return count;
}

static bool is_within_share(const struct admission_slot *slot,
			    const struct conf *conf, uint64_t hash)
{
	const long most = slot->shared->responders * conf->user_share / 100;

	return !hash || slot->wait_ms <= SHORT_WAIT_MS ||
	       count_others(slot, hash) < (most ? most : 1);
}

/* Count this responder before the others: of two simultaneous requests both may
   be refused, but never both admitted beyond the share. */
bool admission_check_share(struct admission_slot *slot, struct work *work,
			   const char *user)
{
	_Atomic uint64_t *own = &slot->shared->users[slot->slot];
	const uint64_t hash = user ? hash_of(user) : 0;

	atomic_store(own, hash);
	slot->admitted = is_within_share(slot, work->conf, hash);
	if (slot->admitted)
		return true;
	atomic_store(own, 0);
	metric_add(METRIC_RATE_LIMITED, "share", 1);
	work->retry_after = (slot->wait_ms + 999) / 1000;
	return fail(work, ERR_RATE_LIMITED,
		    "the service is busy and %ld percent of the responders "
		    "already work for this user; wait for their answers "
		    "before you send more",
		    work->conf->user_share);
}

/* Leave refused requests out of the mean: they take almost no time. */
void admission_end(struct admission_slot *slot, int64_t us)
{
	struct admission *shared = slot->shared;
	int64_t mean_us = atomic_load(&shared->mean_us);

	atomic_store(&shared->users[slot->slot], 0);
	if (!slot->admitted)
		return;
	slot->admitted = false;
	mean_us = mean_us ? mean_us + (us - mean_us) / MEAN_WEIGHT : us;
	atomic_store(&shared->mean_us, mean_us > 0 ? mean_us : 1);
}
