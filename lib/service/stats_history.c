/* stats_history.c: the statistics over time. */
#include "config.h"

#include "lib/service/stats_history.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/json.h"
#include "lib/base/pool.h"
#include "lib/db/db.h"
#include "lib/model/stats_step.h"
#include "lib/model/stats_tier.h"
#include "lib/process/metric.h"

#define SECOND_US INT64_C(1000000)
#define MINUTE_US (SECOND_US * STATS_MINUTE)
#define HOUR_US   (SECOND_US * STATS_HOUR)

/* A minute is written some seconds after its end. */
enum { LATE_SECONDS = 120 };
enum { KEEP_MINUTES_HOURS = 26, KEEP_HOURS_DAYS = 31, SWEEP_ROWS = 2000 };

/* clang-format off */
static const char *const range_names[] = {
	[STATS_RANGE_HOUR]  = "hour",
	[STATS_RANGE_DAY]   = "day",
	[STATS_RANGE_MONTH] = "month",
};
static const struct {
	int64_t step_seconds;
	size_t points;
	bool has_hours; /* read from the hours, as far as they are written */
} ranges[] = {
	[STATS_RANGE_HOUR]  = { 60, 60, false },
	[STATS_RANGE_DAY]   = { 600, 144, false },
	[STATS_RANGE_MONTH] = { 10800, 240, true },
};

/* The series in the order of answers. */
static const struct {
	const char *name, *label;
	enum stats_value value;
} counts[] = {
	{ "requests",       NULL,     STATS_REQUESTS },
	{ "errors",         NULL,     STATS_ERRORS },
	{ "refused",        NULL,     STATS_REFUSED },
	{ "uploads",        NULL,     STATS_UPLOADS },
	{ "queue_depth",    "high",   STATS_QUEUED_HIGH },
	{ "queue_depth",    "normal", STATS_QUEUED_NORMAL },
	{ "queue_depth",    "low",    STATS_QUEUED_LOW },
	{ "oldest_seconds", NULL,     STATS_OLDEST_SECONDS },
	{ "decoder_deaths", NULL,     STATS_DECODER_DEATHS },
	{ "workers",        NULL,     STATS_WORKERS },
	{ "images",         NULL,     STATS_IMAGES },
};
static const struct {
	const char *name;
	bool is_decoder;
	int64_t per_cent;
} times[] = {
	{ "p50_ms",         false, 50 },
	{ "p99_ms",         false, 99 },
	{ "decoder_p50_ms", true,  50 },
	{ "decoder_p99_ms", true,  99 },
};
/* clang-format on */
_Static_assert(ARRAY_LEN(ranges) == STATS_RANGE__COUNT, "each has a row");
_Static_assert(ARRAY_LEN(counts) == STATS_VALUE__COUNT, "each has a series");

const struct names stats_ranges = NAMES_OF(range_names);

enum { MAX_SERIES = ARRAY_LEN(counts) + ARRAY_LEN(times) + STATS_TIERS_MAX };

/* Times in milliseconds with one decimal. */
enum { TENTH_MS_US = 100 };

static int64_t step_us(const struct stats_history *history)
{
	return SECOND_US * history->step_seconds;
}

static int64_t end_of(const struct stats_history *history)
{
	return history->start + (int64_t)history->points * step_us(history);
}

/* Returns the index of the step that has this time. */
static size_t point_of(const struct stats_history *history, int64_t at)
{
	return (size_t)((at - history->start) / step_us(history));
}

static struct stats_history history_of(struct pool *pool,
				       enum stats_range range, int64_t now)
{
	struct stats_history history = {
		.range = range,
		.step_seconds = ranges[range].step_seconds,
		.points = ranges[range].points,
	};
	const int64_t newest = now - MINUTE_US;

	history.start = newest - newest % step_us(&history) -
			((int64_t)history.points - 1) * step_us(&history);
	history.series =
		pool_alloc(pool, MAX_SERIES * sizeof(struct stats_series));
	return history;
}

static int64_t *add_series(struct stats_history *history, struct pool *pool,
			   const char *name, const char *label,
			   unsigned decimals)
{
	int64_t *values = pool_alloc(pool, history->points * sizeof(*values));

	for (size_t i = 0; i < history->points; i++)
		values[i] = STATS_UNKNOWN;
	history->series[history->series_count++] =
		(struct stats_series){ name, label, values, decimals };
	return values;
}

static void add_counts(struct stats_history *history, struct pool *pool,
		       const struct stats_step *steps)
{
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		int64_t *values = add_series(history, pool, counts[i].name,
					     counts[i].label, 0);

		for (size_t k = 0; k < history->points; k++)
			values[k] = steps[k].values[counts[i].value];
	}
}

static void add_times(struct stats_history *history, struct pool *pool,
		      const struct stats_step *steps)
{
	for (size_t i = 0; i < ARRAY_LEN(times); i++) {
		int64_t *values =
			add_series(history, pool, times[i].name, NULL, 1);

		for (size_t k = 0; k < history->points; k++) {
			const int64_t us = metric_quantile_us(
				times[i].is_decoder ? steps[k].decoder_times
						    : steps[k].request_times,
				times[i].per_cent);

			values[k] = us < 0 ? STATS_UNKNOWN : us / TENTH_MS_US;
		}
	}
}

/* Steps of one length from `from` on, merged into the points. */
static bool merge_steps(struct stats_step *steps, struct work *work,
			const struct stats_history *history,
			int64_t step_seconds, int64_t from)
{
	struct stats_step *found;
	size_t count;

	if (!stats_step_list(&found, &count, work, step_seconds, from,
			     end_of(history)))
		return false;
	for (size_t i = 0; i < count; i++)
		stats_step_merge(&steps[point_of(history, found[i].at)],
				 &found[i]);
	return true;
}

/* Returns the values of the tier; NULL if there are STATS_TIERS_MAX others. */
static int64_t *tier_values(struct stats_history *history, struct pool *pool,
			    const char *tier)
{
	size_t count = 0;

	for (size_t i = 0; i < history->series_count; i++) {
		const struct stats_series *series = &history->series[i];

		if (strcmp(series->name, "bytes"))
			continue;
		if (!strcmp(series->label, tier))
			return series->values;
		count++;
	}
	return count < STATS_TIERS_MAX
		       ? add_series(history, pool, "bytes", tier, 0)
		       : NULL;
}

/* The newest come first: a point has the last bytes of its step. */
static bool add_tiers(struct stats_history *history, struct work *work,
		      int64_t step_seconds, int64_t from)
{
	struct stats_tier *tiers;
	size_t count;

	if (!stats_tier_list(&tiers, &count, work, step_seconds, from,
			     end_of(history)))
		return false;
	for (size_t i = 0; i < count; i++) {
		const size_t point = point_of(history, tiers[i].at);
		int64_t *values =
			tier_values(history, work->pool, tiers[i].tier);

		if (values && values[point] == STATS_UNKNOWN)
			values[point] = tiers[i].bytes;
	}
	return true;
}

/* Finds from when on minutes are read. */
static bool find_minutes(int64_t *from, struct work *work,
			 const struct stats_history *history)
{
	int64_t newest;

	*from = history->start;
	if (!ranges[history->range].has_hours)
		return true;
	if (!stats_step_newest(&newest, work, STATS_HOUR))
		return false;
	if (newest + HOUR_US > *from)
		*from = newest + HOUR_US;
	return true;
}

bool stats_history_read(struct stats_history *history, struct work *work,
			enum stats_range range)
{
	struct pool *pool = work->pool;
	struct stats_history read = history_of(pool, range, db_now_us(work));
	const bool has_hours = ranges[range].has_hours;
	struct stats_step *steps =
		pool_alloc(pool, read.points * sizeof(*steps));
	int64_t from;

	for (size_t i = 0; i < read.points; i++)
		steps[i] = stats_step_empty(0);
	if (!find_minutes(&from, work, &read) ||
	    (has_hours &&
	     !merge_steps(steps, work, &read, STATS_HOUR, read.start)) ||
	    !merge_steps(steps, work, &read, STATS_MINUTE, from))
		return false;
	add_counts(&read, pool, steps);
	add_times(&read, pool, steps);
	if (!add_tiers(&read, work, STATS_MINUTE, from) ||
	    (has_hours && !add_tiers(&read, work, STATS_HOUR, read.start)))
		return false;
	*history = read;
	return true;
}

static struct json *series_json(struct pool *pool,
				const struct stats_history *history,
				const struct stats_series *series)
{
	struct json *array = json_array(pool);

	for (size_t i = 0; i < history->points; i++)
		if (series->values[i] < 0)
			json_push(array, NULL);
		else
			json_push_decimal(array, series->values[i],
					  series->decimals);
	return array;
}

struct json *stats_history_json(struct pool *pool,
				const struct stats_history *history)
{
	struct json *json = json_object(pool);
	struct json *group = NULL;
	const char *name = "";

	json_set_text(json, "range", names_get(&stats_ranges, history->range));
	json_set_int(json, "step_seconds", history->step_seconds);
	json_set_text(json, "start", clock_text(pool, history->start));
	json_set_int(json, "points", (int64_t)history->points);
	json_set(json, "bytes", json_object(pool));
	for (size_t i = 0; i < history->series_count; i++) {
		const struct stats_series *series = &history->series[i];
		struct json *values = series_json(pool, history, series);

		if (!series->label) {
			json_set(json, series->name, values);
			continue;
		}
		if (strcmp(series->name, name)) {
			group = json_object(pool);
			name = series->name;
			json_set(json, name, group);
		}
		json_set(group, series->label, values);
	}
	return json;
}

/* Writes the hour of the first of these minutes. `used` is how many belong to
   it. */
static bool roll_up_hour(size_t *used, struct work *work,
			 const struct stats_step *minutes, size_t count)
{
	const int64_t at = minutes->at - minutes->at % HOUR_US;
	struct stats_step hour = stats_step_empty(at);

	for (*used = 0; *used < count && minutes[*used].at < at + HOUR_US;
	     ++*used)
		stats_step_merge(&hour, &minutes[*used]);
	return stats_tier_roll_up(work, at) &&
	       stats_step_put(work, STATS_HOUR, &hour);
}

static bool roll_up(struct work *work, int64_t now)
{
	const int64_t ended = now - SECOND_US * LATE_SECONDS;
	struct stats_step *minutes;
	int64_t newest;
	size_t count, used;

	if (!stats_step_newest(&newest, work, STATS_HOUR) ||
	    !stats_step_list(&minutes, &count, work, STATS_MINUTE,
			     newest ? newest + HOUR_US : HOUR_US,
			     ended - ended % HOUR_US))
		return false;
	for (; count; minutes += used, count -= used)
		if (!roll_up_hour(&used, work, minutes, count))
			return false;
	return true;
}

static bool sweep(bool *is_left, struct work *work, int64_t step_seconds,
		  int64_t until)
{
	uint64_t steps, tiers;

	if (!stats_step_sweep(&steps, work, step_seconds, until, SWEEP_ROWS) ||
	    !stats_tier_sweep(&tiers, work, step_seconds, until, SWEEP_ROWS))
		return false;
	*is_left |= steps == SWEEP_ROWS || tiers == SWEEP_ROWS;
	return true;
}

bool stats_history_roll_up(bool *is_left, struct work *work)
{
	const int64_t now = db_now_us(work);

	*is_left = false;
	return roll_up(work, now) &&
	       sweep(is_left, work, STATS_MINUTE,
		     now - KEEP_MINUTES_HOURS * HOUR_US) &&
	       sweep(is_left, work, STATS_HOUR,
		     now - KEEP_HOURS_DAYS * 24 * HOUR_US);
}
