/* repeat.c: requests that do something once, however often they come. */
#include "config.h"

#include "lib/service/repeat.h"

#include <string.h>

#include "lib/base/conf.h"
#include "lib/base/log.h"

enum { PURGE_BATCH = 1000 };

/* Longer than a request takes once its body is there. */
static int64_t lease_seconds(const struct conf *conf)
{
	return conf->db_timeout + 2 * conf->painter_seconds_request;
}

static bool running(struct work *work)
{
	return fail(work, ERR_IDEMPOTENCY_RUNNING,
		    "the first request with this key has no answer yet");
}

static bool take_over(struct work *work, const struct idempotency *found,
		      const struct idempotency *one)
{
	if (idempotency_take_over(work, found, one, lease_seconds(work->conf)))
		return true;
	return work->err == ERR_CONFLICT ? running(work) : false;
}

bool repeat_begin(struct idempotency *one, struct work *work)
{
	struct idempotency found;

	one->attempt = uuid_new();
	one->status = 0;
	if (idempotency_add(work, one, lease_seconds(work->conf)))
		return true;
	if (work->err != ERR_CONFLICT)
		return false;
	if (!idempotency_find(&found, work, one->user_id, one->key))
		return work->err == ERR_NOT_FOUND ? running(work) : false;
	if (found.is_old)
		return take_over(work, &found, one);
	if (memcmp(found.body, one->body, sizeof(one->body)))
		return fail(work, ERR_IDEMPOTENCY_MISMATCH,
			    "the key was used for another request within the "
			    "last %d hours",
			    IDEMPOTENCY_SECONDS / 3600);
	if (!found.status)
		return found.is_leased ? running(work)
				       : take_over(work, &found, one);
	*one = found;
	return true;
}

void repeat_end(struct work *work, const struct idempotency *one)
{
	struct work aside = *work;

	if (!(one->status ? idempotency_finish : idempotency_drop)(&aside, one))
		log_failure(&aside, "answer_not_kept");
}

bool repeat_purge(int64_t *removed, struct work *work)
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
