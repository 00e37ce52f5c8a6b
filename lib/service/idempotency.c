/* idempotency.c: requests with an Idempotency-Key take effect once. */
#include "config.h"

#include "lib/service/idempotency.h"

#include <string.h>

#include "lib/base/conf.h"
#include "lib/base/log.h"
#include "lib/db/db.h"

enum { PURGE_BATCH = 1000 };

/* Longer than a request runs after its body has arrived. */
static int64_t lease_seconds(const struct conf *conf)
{
	return conf->db_timeout + 2 * conf->decoder_seconds_request;
}

/* `lease_left`: seconds until another attempt may take over. */
static bool running(struct work *work, int64_t lease_left)
{
	work->retry_after = lease_left;
	return fail(work, ERR_IDEMPOTENCY_RUNNING,
		    "the first request with this Idempotency-Key still runs: "
		    "try again later");
}

static bool claim_key(struct work *work, const struct idempotency *found,
		      const struct idempotency *one)
{
	if (idempotency_claim(work, found, one, lease_seconds(work->conf)))
		return true;
	return work->err == ERR_CONFLICT &&
	       running(work, lease_seconds(work->conf));
}

/* Takes the key for this attempt, or finds the stored response. */
static bool take(struct idempotency *one, struct work *work)
{
	struct idempotency found;

	one->attempt = uuid_new();
	one->status = 0;
	if (idempotency_add(work, one, lease_seconds(work->conf)))
		return true;
	if (work->err != ERR_CONFLICT)
		return false;
	if (!idempotency_find(&found, work, one->user_id, one->key))
		return work->err == ERR_NOT_FOUND && running(work, 0);
	if (found.is_old)
		return claim_key(work, &found, one);
	if (memcmp(found.body, one->body, sizeof(one->body)))
		return fail(work, ERR_IDEMPOTENCY_MISMATCH,
			    "the Idempotency-Key was used for another request "
			    "within the last %d hours: use a new key",
			    IDEMPOTENCY_SECONDS / 3600);
	if (!found.status)
		return found.lease_left ? running(work, found.lease_left)
					: claim_key(work, &found, one);
	*one = found;
	return true;
}

bool idempotency_begin(struct idempotency *one, struct work *work)
{
	if (!take(one, work))
		return false;
	if (!one->status)
		db_begin(work);
	return true;
}

/* The COMMIT may have taken effect although its response was lost. If this
   cannot be determined, the lease stays, and the next attempt decides. */
static bool was_committed(struct work *work, const struct idempotency *one)
{
	struct work aside = *work;
	bool finished = false;

	if (idempotency_is_finished(&finished, &aside, one) && !finished &&
	    !idempotency_drop(&aside, one))
		log_failure(&aside, "answer_not_kept");
	return finished;
}

bool idempotency_commit(struct work *work, const struct idempotency *one)
{
	if (idempotency_finish(work, one))
		return db_commit(work) || was_committed(work, one);
	db_rollback(work);
	if (work->err == ERR_CONFLICT)
		return running(work, lease_seconds(work->conf));
	return was_committed(work, one);
}

void idempotency_rollback(struct work *work, const struct idempotency *one)
{
	struct work aside = *work;

	db_rollback(&aside);
	if (!(one->status ? idempotency_finish : idempotency_drop)(&aside,
								   one) &&
	    aside.err != ERR_CONFLICT)
		log_failure(&aside, "answer_not_kept");
}

bool idempotency_purge_old(int64_t *removed, struct work *work)
{
	int64_t batch;

	*removed = 0;
	do {
		if (!idempotency_purge(&batch, work, PURGE_BATCH))
			return false;
		*removed += batch;
	} while (batch == PURGE_BATCH);
	return true;
}
