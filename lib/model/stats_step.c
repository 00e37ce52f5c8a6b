/* stats_step.c: the table stats_steps. */
#include "config.h"

#include "lib/model/stats_step.h"

#include <inttypes.h>
#include <stdlib.h>

#include "lib/base/buf.h"
#include "lib/base/pool.h"
#include "lib/db/db.h"

/* What a longer step has of its parts. */
enum rule { SUM, GREATEST, LEAST, LAST };

/* clang-format off */
static const enum rule rules[] = {
	[STATS_REQUESTS]       = SUM,
	[STATS_ERRORS]         = SUM,
	[STATS_REFUSED]        = SUM,
	[STATS_UPLOADS]        = SUM,
	[STATS_DECODER_DEATHS] = SUM,
	[STATS_QUEUED_HIGH]    = GREATEST,
	[STATS_QUEUED_NORMAL]  = GREATEST,
	[STATS_QUEUED_LOW]     = GREATEST,
	[STATS_OLDEST_SECONDS] = GREATEST,
	[STATS_WORKERS]        = LEAST,
	[STATS_IMAGES]         = LAST,
};
/* clang-format on */
_Static_assert(ARRAY_LEN(rules) == STATS_VALUE__COUNT, "each has a rule");

/* Sixteen numbers of at most 20 characters. */
enum { MAX_TIMES = 16 * 21 };

struct stats_step stats_step_empty(int64_t at)
{
	struct stats_step step = { .at = at };

	for (size_t i = 0; i < STATS_VALUE__COUNT; i++)
		step.values[i] = STATS_UNKNOWN;
	return step;
}

static int64_t merged(enum rule rule, int64_t value, int64_t later)
{
	if (value == STATS_UNKNOWN || later == STATS_UNKNOWN)
		return value == STATS_UNKNOWN ? later : value;
	switch (rule) {
	case SUM:
		return value + later;
	case GREATEST:
		return value > later ? value : later;
	case LEAST:
		return value < later ? value : later;
	case LAST:
		break;
	}
	return later;
}

void stats_step_merge(struct stats_step *step, const struct stats_step *later)
{
	for (size_t i = 0; i < STATS_VALUE__COUNT; i++)
		step->values[i] =
			merged(rules[i], step->values[i], later->values[i]);
	for (size_t i = 0; i < STATS_BUCKETS; i++) {
		step->request_times[i] += later->request_times[i];
		step->decoder_times[i] += later->decoder_times[i];
	}
}

struct stats_step stats_step_since(const struct stats_step *now,
				   const struct stats_step *before)
{
	struct stats_step step = stats_step_empty(now->at);

	for (size_t i = 0; i < STATS_VALUE__COUNT; i++)
		if (rules[i] == SUM && now->values[i] != STATS_UNKNOWN)
			step.values[i] = now->values[i] - before->values[i];
	for (size_t i = 0; i < STATS_BUCKETS; i++) {
		step.request_times[i] =
			now->request_times[i] - before->request_times[i];
		step.decoder_times[i] =
			now->decoder_times[i] - before->decoder_times[i];
	}
	return step;
}

const char *stats_step_times_text(struct pool *pool,
				  const int64_t times[STATS_BUCKETS])
{
	struct buf *text = buf_new(pool, MAX_TIMES);
	size_t count = STATS_BUCKETS;

	while (count && !times[count - 1])
		count--;
	for (size_t i = 0; i < count; i++)
		if (!buf_printf(text, "%s%" PRId64, i ? " " : "", times[i]))
			abort();
	return count ? text->data : "";
}

void stats_step_times_read(int64_t times[STATS_BUCKETS], const char *text)
{
	char *end;

	for (size_t i = 0; i < STATS_BUCKETS; i++) {
		times[i] = strtoll(text, &end, 10);
		text = end;
	}
}

/* clang-format off */
#define COLUMNS                                                                \
	"`step_seconds`, `at`, `requests`, `errors`, `refused`, `uploads`,"    \
	" `decoder_deaths`, `queued_high`, `queued_normal`, `queued_low`,"     \
	" `oldest_seconds`, `workers`, `images`, `request_times`,"             \
	" `decoder_times`"
#define PLACES "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
#define STEP_IN(work, step_seconds, step)                                      \
	DB_IN(db_int(step_seconds), db_time((step)->at),                       \
	      in(step, STATS_REQUESTS), in(step, STATS_ERRORS),                \
	      in(step, STATS_REFUSED), in(step, STATS_UPLOADS),                \
	      in(step, STATS_DECODER_DEATHS), in(step, STATS_QUEUED_HIGH),     \
	      in(step, STATS_QUEUED_NORMAL), in(step, STATS_QUEUED_LOW),       \
	      in(step, STATS_OLDEST_SECONDS), in(step, STATS_WORKERS),         \
	      in(step, STATS_IMAGES),                                          \
	      db_text(stats_step_times_text((work)->pool,                      \
					    (step)->request_times)),           \
	      db_text(stats_step_times_text((work)->pool,                      \
					    (step)->decoder_times)))
/* clang-format on */

static struct db_in in(const struct stats_step *step, enum stats_value value)
{
	return step->values[value] == STATS_UNKNOWN
		       ? db_null()
		       : db_int(step->values[value]);
}

bool stats_step_put(struct work *work, int64_t step_seconds,
		    const struct stats_step *step)
{
	return db_do(work, NULL,
		     "INSERT INTO `stats_steps` (" COLUMNS ") VALUES " PLACES
		     " ON DUPLICATE KEY UPDATE `at` = VALUES(`at`)",
		     STEP_IN(work, step_seconds, step));
}

/* A row as the database returns it. */
struct row {
	struct stats_step step;
	const char *request_times, *decoder_times;
};

static bool list_rows(struct row **rows, size_t *count, struct work *work,
		      int64_t step_seconds, int64_t from, int64_t until)
{
	struct row row = { 0 };
	int64_t *v = row.step.values;

	return db_list(
		work, ROWS(rows, count, row),
		"SELECT `at`, COALESCE(`requests`, -1), COALESCE(`errors`, -1),"
		" COALESCE(`refused`, -1), COALESCE(`uploads`, -1),"
		" COALESCE(`decoder_deaths`, -1), COALESCE(`queued_high`, -1),"
		" COALESCE(`queued_normal`, -1), COALESCE(`queued_low`, -1),"
		" COALESCE(`oldest_seconds`, -1), COALESCE(`workers`, -1),"
		" COALESCE(`images`, -1), `request_times`, `decoder_times`"
		" FROM `stats_steps` WHERE `step_seconds` = ? AND `at` >= ?"
		" AND `at` < ? ORDER BY `at`",
		DB_IN(db_int(step_seconds), db_time(from), db_time(until)),
		DB_OUT(db_time_to(&row.step.at), db_int_to(&v[STATS_REQUESTS]),
		       db_int_to(&v[STATS_ERRORS]),
		       db_int_to(&v[STATS_REFUSED]),
		       db_int_to(&v[STATS_UPLOADS]),
		       db_int_to(&v[STATS_DECODER_DEATHS]),
		       db_int_to(&v[STATS_QUEUED_HIGH]),
		       db_int_to(&v[STATS_QUEUED_NORMAL]),
		       db_int_to(&v[STATS_QUEUED_LOW]),
		       db_int_to(&v[STATS_OLDEST_SECONDS]),
		       db_int_to(&v[STATS_WORKERS]),
		       db_int_to(&v[STATS_IMAGES]),
		       db_text_to(&row.request_times),
		       db_text_to(&row.decoder_times)));
}

bool stats_step_list(struct stats_step **steps, size_t *count,
		     struct work *work, int64_t step_seconds, int64_t from,
		     int64_t until)
{
	struct row *rows;
	struct stats_step *list;

	if (!list_rows(&rows, count, work, step_seconds, from, until))
		return false;
	list = pool_alloc(work->pool, (*count + 1) * sizeof(*list));
	for (size_t i = 0; i < *count; i++) {
		list[i] = rows[i].step;
		stats_step_times_read(list[i].request_times,
				      rows[i].request_times);
		stats_step_times_read(list[i].decoder_times,
				      rows[i].decoder_times);
	}
	*steps = list;
	return true;
}

struct addition {
	int64_t step_seconds;
	const struct stats_step *step;
};

/* The first statement locks the row. */
static bool add(struct work *work, void *arg)
{
	const struct addition *addition = arg;
	const int64_t at = addition->step->at;
	const struct stats_step empty = stats_step_empty(at);
	struct stats_step *found;
	size_t count;

	if (!stats_step_put(work, addition->step_seconds, &empty) ||
	    !stats_step_list(&found, &count, work, addition->step_seconds, at,
			     at + 1))
		return false;
	if (count != 1)
		return fail(work, ERR_INTERNAL, "a row of stats_steps is gone");
	stats_step_merge(found, addition->step);
	return db_do(work, NULL,
		     "REPLACE INTO `stats_steps` (" COLUMNS ") VALUES " PLACES,
		     STEP_IN(work, addition->step_seconds, found));
}

bool stats_step_add(struct work *work, int64_t step_seconds,
		    const struct stats_step *step)
{
	struct addition addition = { step_seconds, step };

	return db_transaction(work, add, &addition);
}

bool stats_step_newest(int64_t *at, struct work *work, int64_t step_seconds)
{
	return db_one(work,
		      "SELECT MAX(`at`) FROM `stats_steps`"
		      " WHERE `step_seconds` = ?",
		      DB_IN(db_int(step_seconds)), DB_OUT(db_time_to(at)));
}

bool stats_step_sweep(uint64_t *removed, struct work *work,
		      int64_t step_seconds, int64_t until, int64_t limit)
{
	return db_do(
		work, removed,
		"DELETE FROM `stats_steps` WHERE `step_seconds` = ?"
		" AND `at` < ? ORDER BY `at` LIMIT ?",
		DB_IN(db_int(step_seconds), db_time(until), db_int(limit)));
}
