/* periodic.c: the tasks that a worker runs at intervals. */
#include "config.h"

#include "worker/periodic.h"

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/pool.h"
#include "lib/model/delivery.h"
#include "lib/model/image_search.h"
#include "lib/model/public_file.h"
#include "lib/process/prefork.h"
#include "lib/service/idempotency.h"
#include "lib/service/purge.h"
#include "lib/service/retention.h"
#include "lib/service/stats_history.h"
#include "worker/heartbeat.h"

enum {
	SWEEP_MS = PURGE_SWEEP_SECONDS * 1000,
	RETENTION_MS = 60000,
	STATS_MS = 60000,
	INDEX_MS = 5000,
	INDEX_TURN_MS = 500,
	SWEEP_ROWS = 10000
};

/* Each task returns true if work is left: then it runs again after the next
   job. */

static bool sweep_files(struct work *work)
{
	struct purge_swept swept;

	if (!purge_sweep(&swept, work))
		log_failure(work, "sweep_failed");
	else if (swept.temporary || swept.orphans || swept.unpublished)
		LOG_EVENT(LOG_LEVEL_INFO, "swept",
			  log_number("temporary", swept.temporary),
			  log_number("orphans", swept.orphans),
			  log_number("unpublished", swept.unpublished));
	return false;
}

static bool remove_dead_workers(struct work *work)
{
	if (!heartbeat_tidy(work))
		log_failure(work, "sweep_failed");
	return false;
}

static bool purge_idempotency_keys(struct work *work)
{
	int64_t removed;

	if (!idempotency_purge_old(&removed, work))
		log_failure(work, "idempotency_purge_failed");
	else if (removed)
		LOG_EVENT(LOG_LEVEL_INFO, "idempotency_purged",
			  log_number("count", removed));
	return false;
}

static bool purge_deliveries(struct work *work)
{
	uint64_t removed;

	if (!delivery_sweep(&removed, work, work->conf->webhook_keep_days,
			    SWEEP_ROWS))
		log_failure(work, "deliveries_purge_failed");
	else if (removed)
		LOG_EVENT(LOG_LEVEL_INFO, "deliveries_purged",
			  log_number("count", (int64_t)removed));
	return false;
}

static bool purge_ended_images(struct work *work)
{
	uint64_t removed;

	if (!public_file_sweep(&removed, work, work->conf->public_gone_days,
			       SWEEP_ROWS))
		log_failure(work, "ended_images_purge_failed");
	else if (removed)
		LOG_EVENT(LOG_LEVEL_INFO, "ended_images_purged",
			  log_number("count", (int64_t)removed));
	return false;
}

static bool enforce_retention(struct work *work)
{
	struct retention done = { 0 };

	if (!retention_enforce(&done, work))
		log_failure(work, "retention_failed");
	else if (done.images || done.variants)
		LOG_EVENT(LOG_LEVEL_INFO, "retention",
			  log_number("images", done.images),
			  log_number("variants", done.variants));
	return done.more;
}

static bool roll_up_stats(struct work *work)
{
	bool is_left = false;

	if (!stats_history_roll_up(&is_left, work))
		log_failure(work, "stats_failed");
	return is_left;
}

static bool index_batch(size_t *count, const struct work *base)
{
	struct work work = work_begin(base, base->id);
	const bool good = image_search_index(count, &work);

	if (!good)
		log_failure(&work, "index_names_failed");
	work_end(&work);
	return good;
}

/* Stops after INDEX_TURN_MS, so that jobs run in between: after an upgrade
   there may be a million names. */
static bool index_names(struct work *work)
{
	const int64_t end_ms = clock_monotonic_ms() + INDEX_TURN_MS;
	size_t count;

	do {
		if (!index_batch(&count, work) || !count)
			return false;
	} while (clock_monotonic_ms() < end_ms && !prefork_stopping());
	return true;
}

static const struct {
	const char *id; /* of the task's work, in the log */
	int64_t interval_ms;
	bool (*run)(struct work *work);
} tasks[] = {
	{ "retention", RETENTION_MS, enforce_retention },
	{ "index_names", INDEX_MS, index_names },
	{ "stats", STATS_MS, roll_up_stats },
	{ "sweep", SWEEP_MS, sweep_files },
	{ "workers", SWEEP_MS, remove_dead_workers },
	{ "idempotency_purge", SWEEP_MS, purge_idempotency_keys },
	{ "deliveries_purge", SWEEP_MS, purge_deliveries },
	{ "ended_images_purge", SWEEP_MS, purge_ended_images },
};

struct periodic {
	int64_t due_ms[ARRAY_LEN(tasks)];
};

struct periodic *periodic_new(struct pool *pool)
{
	return pool_alloc(pool, sizeof(struct periodic));
}

static bool run_task(size_t i, const struct work *base)
{
	struct work work = work_begin(base, tasks[i].id);
	const bool is_left = tasks[i].run(&work);

	work_end(&work);
	return is_left;
}

void periodic_run(struct periodic *periodic, const struct work *base)
{
	const int64_t now_ms = clock_monotonic_ms();

	for (size_t i = 0; i < ARRAY_LEN(tasks); i++)
		if (now_ms >= periodic->due_ms[i])
			periodic->due_ms[i] =
				now_ms +
				(run_task(i, base) ? 0 : tasks[i].interval_ms);
}
