/* heartbeat.c: the heartbeat of a worker and its counts of jobs. */
#include "config.h"

#include "worker/heartbeat.h"

#include <stdlib.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/pool.h"
#include "lib/model/stats.h"
#include "lib/model/worker.h"

/* Idle workers write their row rarely (IDLE_MS plus up to JITTER_MS), because
   each already polls the queue nearly five times a second. New counts are
   written within COUNTED_MS. */
enum { IDLE_MS = 8000, JITTER_MS = 4000, COUNTED_MS = 2000 };
enum { FORGET_SECONDS = 3600 };

/* The attempts of one kind of jobs since the last write. */
struct tally {
	uint64_t done, failed;
};

struct heartbeat {
	struct worker row;
	struct tally tallies[JOB_KIND__COUNT];
	int64_t beat_at_ms;
};

struct heartbeat *heartbeat_new(struct pool *pool, const char *name)
{
	struct heartbeat *heartbeat = pool_alloc(pool, sizeof(*heartbeat));
	char host[64] = "";

	gethostname(host, sizeof(host) - 1);
	heartbeat->row.name = name;
	heartbeat->row.host = pool_strdup(pool, host);
	heartbeat->row.pid = getpid();
	return heartbeat;
}

void heartbeat_count(struct heartbeat *heartbeat, enum job_kind kind, bool good)
{
	struct tally *tally = &heartbeat->tallies[kind];
	int64_t soon_ms = clock_monotonic_ms() + COUNTED_MS;

	if (good) {
		tally->done++;
		heartbeat->row.jobs_done++;
	} else {
		tally->failed++;
		heartbeat->row.jobs_failed++;
	}
	if (heartbeat->beat_at_ms > soon_ms)
		heartbeat->beat_at_ms = soon_ms;
}

static bool write_result(struct work *work, enum job_kind kind,
			 enum job_state result, uint64_t *n)
{
	if (*n && !stats_add_results(work, kind, result, *n))
		return false;
	*n = 0;
	return true;
}

static bool write_all(struct heartbeat *heartbeat, struct work *work)
{
	for (enum job_kind kind = 0; kind < JOB_KIND__COUNT; kind++) {
		struct tally *tally = &heartbeat->tallies[kind];

		if (!write_result(work, kind, JOB_DONE, &tally->done) ||
		    !write_result(work, kind, JOB_FAILED, &tally->failed))
			return false;
	}
	return worker_touch(work, &heartbeat->row);
}

static void write_row(struct heartbeat *heartbeat, const struct work *base,
		      bool stops)
{
	struct work work = work_begin(base, "heartbeat");

	if (!write_all(heartbeat, &work) ||
	    (stops && !worker_drop(&work, heartbeat->row.name)))
		log_failure(&work, "heartbeat_failed");
	work_end(&work);
}

void heartbeat_beat(struct heartbeat *heartbeat, const struct work *base)
{
	int64_t now_ms = clock_monotonic_ms();

	if (now_ms < heartbeat->beat_at_ms)
		return;
	heartbeat->beat_at_ms = now_ms + IDLE_MS + random() % JITTER_MS;
	write_row(heartbeat, base, false);
}

void heartbeat_stop(struct heartbeat *heartbeat, const struct work *base)
{
	write_row(heartbeat, base, true);
}

bool heartbeat_tidy(struct work *work)
{
	return worker_drop_silent(work, FORGET_SECONDS);
}
