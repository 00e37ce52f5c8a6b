/* stats.c: the table totals, and sums over the others. */
#include "config.h"

#include "lib/model/stats.h"

#include "lib/base/pool.h"
#include "lib/db/db.h"
#include "lib/db/rows.h"
#include "lib/model/worker.h"

#define STAT_OUT(s)                                                            \
	DB_OUT(db_text_to(&(s)->name), db_text_to(&(s)->label),                \
	       db_int_to(&(s)->value))

/* clang-format off */
#define COUNT_SOME(name, label, table, where)                                  \
	"SELECT '" name "', '" label "', COUNT(*) FROM (SELECT 1 AS `one`"     \
	" FROM `" table "` WHERE " where " LIMIT ?) c"
#define SECONDS_SINCE(time)                                                    \
	"COALESCE(TIMESTAMPDIFF(SECOND, " time ", UTC_TIMESTAMP(6)), 0)"
#define QUEUED(label, priority)                                                \
	COUNT_SOME("queued", label, "jobs",                                    \
		   "`state` = 'queued' AND `priority` = " priority)
#define QUEUED_SECONDS(label, priority)                                        \
	"SELECT 'queued_seconds', '" label "',"                                \
	" GREATEST(0, " SECONDS_SINCE("MIN(`run_after`)") ") FROM `jobs`"      \
	" WHERE `state` = 'queued' AND `priority` = " priority
#define IMAGES(status)                                                         \
	COUNT_SOME("images", status, "images", "`status` = '" status "'")
#define JOBS(state) COUNT_SOME("jobs", state, "jobs", "`state` = '" state "'")

static bool watch(struct rows *rows, struct work *work, struct stat_row *row)
{
	const struct db_in most = db_int(STATS_COUNT_MAX);
	const struct db_in alive = db_int(WORKER_ALIVE);

	return db_each(work,
		QUEUED("high", "0")
		" UNION ALL " QUEUED("normal", "1")
		" UNION ALL " QUEUED("low", "2")
		" UNION ALL " QUEUED_SECONDS("high", "0")
		" UNION ALL " QUEUED_SECONDS("normal", "1")
		" UNION ALL " QUEUED_SECONDS("low", "2")
		" UNION ALL SELECT 'workers', 'alive', COUNT(*) FROM `workers`"
		"   WHERE `seen_at` >= UTC_TIMESTAMP(6) - INTERVAL ? SECOND"
		" UNION ALL SELECT 'workers', 'silent', COUNT(*) FROM `workers`"
		"   WHERE `seen_at` < UTC_TIMESTAMP(6) - INTERVAL ? SECOND"
		" UNION ALL SELECT 'bytes', 'originals',"
		"   CAST(COALESCE(SUM(`used_bytes`), 0) AS SIGNED)"
		"   FROM `users`"
		" UNION ALL SELECT 'bytes', 'variants', GREATEST(0,"
		"   CAST(COALESCE(SUM(`variant_bytes`), 0) AS SIGNED))"
		"   FROM `users`"
		" UNION ALL SELECT `name`, `label`, `value` FROM `totals`",
		DB_IN(most, most, most, alive, alive), STAT_OUT(row),
		rows_keep, rows);
}

static bool survey(struct rows *rows, struct work *work, struct stat_row *row)
{
	const struct db_in most = db_int(STATS_COUNT_MAX);

	return db_each(work,
		"SELECT 'users', 'all', COUNT(*) FROM `users`"
		"   WHERE `deleted_at` IS NULL"
		" UNION ALL SELECT 'users', 'disabled', COUNT(*) FROM `users`"
		"   WHERE `disabled_at` IS NOT NULL AND `deleted_at` IS NULL"
		" UNION ALL SELECT 'users', 'administrators', COUNT(*)"
		"   FROM `users` WHERE `is_admin` = TRUE"
		" UNION ALL " IMAGES("processing")
		" UNION ALL " IMAGES("failed")
		" UNION ALL SELECT 'images', 'ready', GREATEST(0,"
		"   CAST(COALESCE(SUM(`used_images`), 0) AS SIGNED)"
		"   - (SELECT COUNT(*) FROM `images`"
		"   WHERE `status` IN ('processing', 'failed')))"
		"   FROM `users`"
		" UNION ALL " JOBS("queued")
		" UNION ALL " JOBS("running")
		" UNION ALL " JOBS("done")
		" UNION ALL " JOBS("failed")
		" UNION ALL " JOBS("cancelled")
		" UNION ALL SELECT 'oldest_seconds', 'queued', GREATEST(0,"
		"   " SECONDS_SINCE("MIN(o.`due`)") ")"
		"   FROM (SELECT MIN(`run_after`) AS `due` FROM `jobs`"
		"   WHERE `state` = 'queued' GROUP BY `priority`) o"
		" UNION ALL SELECT 'oldest_seconds', 'running',"
		"   " SECONDS_SINCE("MIN(`started_at`)") " FROM `jobs`"
		"   WHERE `state` = 'running'",
		DB_IN(most, most, most, most, most, most, most), STAT_OUT(row),
		rows_keep, rows);
}
/* clang-format on */

bool stats_watch(struct stat_row **stats, size_t *count, struct work *work)
{
	struct stat_row row;
	struct rows rows = ROWS_OF(row);

	if (!watch(&rows, work, &row))
		return false;
	*stats = rows.list;
	*count = rows.count;
	return true;
}

bool stats_survey(struct stat_row **stats, size_t *count, struct work *work)
{
	struct stat_row row;
	struct rows rows = ROWS_OF(row);

	if (!survey(&rows, work, &row) || !watch(&rows, work, &row))
		return false;
	*stats = rows.list;
	*count = rows.count;
	return true;
}

bool stats_add_results(struct work *work, enum job_kind kind,
		       enum job_state result, uint64_t n)
{
	const char *label =
		pool_printf(work->pool, "%s|%s", job_kind_name(kind),
			    job_state_name(result));

	return db_do(work, NULL,
		     "INSERT INTO `totals` (`name`, `label`, `value`)"
		     " VALUES ('results', ?, ?) ON DUPLICATE KEY UPDATE"
		     " `value` = `value` + VALUES(`value`)",
		     DB_IN(db_text(label), db_int((int64_t)n)));
}
