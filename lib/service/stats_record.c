/* stats_record.c: adds the counts of this host to the statistics. */
#include "config.h"

#include "lib/service/stats_record.h"

#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/conf.h"
#include "lib/base/log.h"
#include "lib/db/db.h"
#include "lib/model/stats.h"
#include "lib/model/stats_step.h"
#include "lib/model/stats_tier.h"
#include "lib/process/metric.h"
#include "lib/process/shared.h"

_Static_assert((int)STATS_BUCKETS == (int)METRIC_BUCKETS, "both are stored");

#define MINUTE_US (INT64_C(1000000) * STATS_MINUTE)

/* The memory that all processes of a supervisor share. */
struct record {
	_Atomic int64_t due_ms; /* of the monotonic clock; 0: not known yet */
	struct shared_lock lock;
	struct stats_step last; /* the counters that the table has; the lock
				   guards it */
};

static struct record *record;

void stats_record_init(void)
{
	if (record)
		return;
	record = shared_new(sizeof(*record));
	shared_lock_init(&record->lock);
}

void stats_record_hide(void)
{
	shared_hide(record, sizeof(*record));
}

/* Reads the counters as they are since the start. */
static void read_counters(struct stats_step *now, bool serves)
{
	int64_t *values = now->values;

	values[STATS_UPLOADS] = (int64_t)metric_sum(METRIC_UPLOADS, "");
	values[STATS_DECODER_DEATHS] =
		(int64_t)metric_sum(METRIC_DECODER_DEATHS, "");
	metric_read(now->decoder_times, METRIC_RENDER_SECONDS);
	if (!serves)
		return;
	values[STATS_REQUESTS] = (int64_t)metric_sum(METRIC_REQUESTS, "");
	values[STATS_ERRORS] = (int64_t)metric_sum(METRIC_REQUESTS, "5");
	values[STATS_REFUSED] = (int64_t)metric_sum(METRIC_REQUESTS, "4");
	metric_read(now->request_times, METRIC_REQUEST_SECONDS);
}

/* clang-format off */
static const struct {
	const char *name, *label; /* as in struct stat_row */
	enum stats_value value;
} states[] = {
	{ "queued",         "high",   STATS_QUEUED_HIGH },
	{ "queued",         "normal", STATS_QUEUED_NORMAL },
	{ "queued",         "low",    STATS_QUEUED_LOW },
	{ "queued_seconds", "high",   STATS_OLDEST_SECONDS },
	{ "queued_seconds", "normal", STATS_OLDEST_SECONDS },
	{ "queued_seconds", "low",    STATS_OLDEST_SECONDS },
	{ "workers",        "alive",  STATS_WORKERS },
};
/* clang-format on */

/* Several rows of one value: the greatest counts. */
static void set_state(struct stats_step *step, const struct stat_row *row)
{
	for (size_t i = 0; i < ARRAY_LEN(states); i++) {
		int64_t *value = &step->values[states[i].value];

		if (!strcmp(states[i].name, row->name) &&
		    !strcmp(states[i].label, row->label) && row->value > *value)
			*value = row->value;
	}
}

/* The state of the queue, the workers and the store is the same on all hosts,
   so the first that comes measures it for the minute. */
static bool measure_state(struct work *work, struct stats_step *step)
{
	struct stats_step *found;
	struct stat_row *rows;
	size_t count;

	if (!stats_step_list(&found, &count, work, STATS_MINUTE, step->at,
			     step->at + 1))
		return false;
	if (count && found->values[STATS_WORKERS] != STATS_UNKNOWN)
		return true;
	if (!stats_watch(&rows, &count, work) ||
	    !stats_tier_measure(&step->values[STATS_IMAGES], work, step->at))
		return false;
	for (size_t i = 0; i < count; i++)
		set_state(step, &rows[i]);
	return true;
}

static bool add_step(struct work *work, const struct stats_step *now)
{
	struct stats_step step = stats_step_since(now, &record->last);

	return measure_state(work, &step) &&
	       stats_step_add(work, STATS_MINUTE, &step);
}

/* The end of the interval by the database's clock, so that the minutes of all
   hosts begin together. */
static int64_t next_due_ms(int64_t interval_ms, int64_t db_ms)
{
	return clock_monotonic_ms() + interval_ms - db_ms % interval_ms;
}

static bool is_due(void)
{
	return clock_monotonic_ms() >= atomic_load(&record->due_ms);
}

/* The first call only finds out when the interval ends. */
static void run(struct work *work, int64_t interval_ms, bool serves)
{
	const bool is_first = !atomic_load(&record->due_ms);
	const int64_t db_ms = db_now_us(work) / 1000;
	const int64_t began_us = (db_ms - interval_ms) * 1000;
	struct stats_step now =
		stats_step_empty(began_us - began_us % MINUTE_US);

	atomic_store(&record->due_ms, next_due_ms(interval_ms, db_ms));
	if (is_first)
		return;
	read_counters(&now, serves);
	if (add_step(work, &now))
		record->last = now;
	else
		log_failure(work, "stats_failed");
}

void stats_record(const struct work *base, bool serves)
{
	const int64_t interval_ms = 1000 * base->conf->stats_interval;
	struct work work;

	if (!record || !interval_ms || !is_due() ||
	    !shared_lock_try(&record->lock))
		return;
	if (is_due()) {
		work = work_begin(base, "stats");
		run(&work, interval_ms, serves);
		work_end(&work);
	}
	shared_lock_give(&record->lock);
}
