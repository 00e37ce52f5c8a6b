/* stats_tier.c: the table stats_tiers. */
#include "config.h"

#include "lib/model/stats_tier.h"

#include "lib/db/db.h"
#include "lib/model/stats_step.h"

/* Users have their tier's usage in their rows. */
struct usage {
	const char *tier;
	int64_t bytes, images;
};

static bool list_usage(struct usage **usage, size_t *count, struct work *work)
{
	struct usage row;

	return db_list(work, ROWS(usage, count, row),
		       "SELECT t.`name`, GREATEST(0, s.`bytes`), s.`images`"
		       " FROM (SELECT `tier_id`,"
		       "   CAST(SUM(`used_bytes`) + SUM(`variant_bytes`)"
		       "   AS SIGNED) AS `bytes`,"
		       "   CAST(SUM(`used_images`) AS SIGNED) AS `images`"
		       "   FROM `users` GROUP BY `tier_id`) s"
		       " JOIN `tiers` t ON t.`id` = s.`tier_id`"
		       " ORDER BY s.`bytes` DESC, t.`name`",
		       DB_NO_IN,
		       DB_OUT(db_text_to(&row.tier), db_int_to(&row.bytes),
			      db_int_to(&row.images)));
}

static bool put(struct work *work, int64_t at, const struct usage *usage)
{
	return db_do(work, NULL,
		     "INSERT INTO `stats_tiers` (`step_seconds`, `at`, `tier`,"
		     " `bytes`) VALUES (?, ?, ?, ?)"
		     " ON DUPLICATE KEY UPDATE `bytes` = VALUES(`bytes`)",
		     DB_IN(db_int(STATS_MINUTE), db_time(at),
			   db_text(usage->tier), db_int(usage->bytes)));
}

bool stats_tier_measure(int64_t *images, struct work *work, int64_t at)
{
	struct usage *usage;
	size_t count;

	if (!list_usage(&usage, &count, work))
		return false;
	*images = 0;
	for (size_t i = 0; i < count; i++) {
		*images += usage[i].images;
		if (i < STATS_TIERS_MAX && !put(work, at, &usage[i]))
			return false;
	}
	return true;
}

bool stats_tier_roll_up(struct work *work, int64_t at)
{
	const struct db_in minute = db_int(STATS_MINUTE);
	const int64_t until = at + INT64_C(1000000) * STATS_HOUR;

	return db_do(work, NULL,
		     "INSERT INTO `stats_tiers` (`step_seconds`, `at`, `tier`,"
		     " `bytes`) SELECT ?, ?, m.`tier`, m.`bytes`"
		     " FROM `stats_tiers` m WHERE m.`step_seconds` = ?"
		     " AND m.`at` = (SELECT MAX(l.`at`) FROM `stats_tiers` l"
		     "   WHERE l.`step_seconds` = ? AND l.`at` >= ?"
		     "   AND l.`at` < ?)"
		     " ON DUPLICATE KEY UPDATE `bytes` = VALUES(`bytes`)",
		     DB_IN(db_int(STATS_HOUR), db_time(at), minute, minute,
			   db_time(at), db_time(until)));
}

bool stats_tier_list(struct stats_tier **tiers, size_t *count,
		     struct work *work, int64_t step_seconds, int64_t from,
		     int64_t until)
{
	struct stats_tier row;

	return db_list(
		work, ROWS(tiers, count, row),
		"SELECT `at`, `tier`, `bytes` FROM `stats_tiers`"
		" WHERE `step_seconds` = ? AND `at` >= ? AND `at` < ?"
		" ORDER BY `at` DESC, `bytes` DESC, `tier`",
		DB_IN(db_int(step_seconds), db_time(from), db_time(until)),
		DB_OUT(db_time_to(&row.at), db_text_to(&row.tier),
		       db_int_to(&row.bytes)));
}

bool stats_tier_sweep(uint64_t *removed, struct work *work,
		      int64_t step_seconds, int64_t until, int64_t limit)
{
	return db_do(
		work, removed,
		"DELETE FROM `stats_tiers` WHERE `step_seconds` = ?"
		" AND `at` < ? ORDER BY `at`, `tier` LIMIT ?",
		DB_IN(db_int(step_seconds), db_time(until), db_int(limit)));
}
