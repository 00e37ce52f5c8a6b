/* stats.c: the table totals, and sums over the others. */
#include "config.h"

#include "lib/model/stats.h"

#include "lib/base/pool.h"
#include "lib/db/db.h"
#include "lib/db/rows.h"
#include "lib/model/worker.h"

static bool watch(struct rows *rows, struct work *work, struct stat_row *row)
{
	return db_each(
		work,
		"SELECT 'queued', 'high', COUNT(*)"
		"   FROM (SELECT 1 AS `one` FROM `jobs`"
		"   WHERE `state` = 'queued'"
		"   AND `priority` = 0 LIMIT ?) q0"
		" UNION ALL SELECT 'queued', 'normal', COUNT(*)"
		"   FROM (SELECT 1 AS `one` FROM `jobs`"
		"   WHERE `state` = 'queued'"
		"   AND `priority` = 1 LIMIT ?) q1"
		" UNION ALL SELECT 'queued', 'low', COUNT(*)"
		"   FROM (SELECT 1 AS `one` FROM `jobs`"
		"   WHERE `state` = 'queued'"
		"   AND `priority` = 2 LIMIT ?) q2"
		" UNION ALL SELECT 'queued_seconds', 'high', GREATEST(0,"
		"   COALESCE(TIMESTAMPDIFF(SECOND, MIN(`run_after`),"
		"   UTC_TIMESTAMP(6)), 0)) FROM `jobs`"
		"   WHERE `state` = 'queued' AND `priority` = 0"
		" UNION ALL SELECT 'queued_seconds', 'normal', GREATEST(0,"
		"   COALESCE(TIMESTAMPDIFF(SECOND, MIN(`run_after`),"
		"   UTC_TIMESTAMP(6)), 0)) FROM `jobs`"
		"   WHERE `state` = 'queued' AND `priority` = 1"
		" UNION ALL SELECT 'queued_seconds', 'low', GREATEST(0,"
		"   COALESCE(TIMESTAMPDIFF(SECOND, MIN(`run_after`),"
		"   UTC_TIMESTAMP(6)), 0)) FROM `jobs`"
		"   WHERE `state` = 'queued' AND `priority` = 2"
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
		DB_IN(db_int(STATS_COUNT_MAX), db_int(STATS_COUNT_MAX),
		      db_int(STATS_COUNT_MAX), db_int(WORKER_ALIVE),
		      db_int(WORKER_ALIVE)),
		DB_OUT(db_text_to(&row->name), db_text_to(&row->label),
		       db_int_to(&row->value)),
		rows_keep, rows);
}

static bool survey(struct rows *rows, struct work *work, struct stat_row *row)
{
	return db_each(
		work,
		"SELECT 'users', 'all', COUNT(*) FROM `users`"
		"   WHERE `deleted_at` IS NULL"
		" UNION ALL SELECT 'users', 'disabled', COUNT(*) FROM `users`"
		"   WHERE `disabled_at` IS NOT NULL AND `deleted_at` IS NULL"
		" UNION ALL SELECT 'users', 'administrators', COUNT(*)"
		"   FROM `users` WHERE `is_admin` = TRUE"
		" UNION ALL SELECT 'images', 'processing', COUNT(*)"
		"   FROM (SELECT 1 AS `one` FROM `images`"
		"   WHERE `status` = 'processing' LIMIT ?) pi"
		" UNION ALL SELECT 'images', 'failed', COUNT(*)"
		"   FROM (SELECT 1 AS `one` FROM `images`"
		"   WHERE `status` = 'failed' LIMIT ?) fi"
		" UNION ALL SELECT 'images', 'ready', GREATEST(0,"
		"   CAST(COALESCE(SUM(`used_images`), 0) AS SIGNED)"
		"   - (SELECT COUNT(*) FROM `images`"
		"   WHERE `status` IN ('processing', 'failed')))"
		"   FROM `users`"
		" UNION ALL SELECT 'jobs', 'queued', COUNT(*)"
		"   FROM (SELECT 1 AS `one` FROM `jobs`"
		"   WHERE `state` = 'queued' LIMIT ?) jq"
		" UNION ALL SELECT 'jobs', 'running', COUNT(*)"
		"   FROM (SELECT 1 AS `one` FROM `jobs`"
		"   WHERE `state` = 'running' LIMIT ?) jr"
		" UNION ALL SELECT 'jobs', 'done', COUNT(*)"
		"   FROM (SELECT 1 AS `one` FROM `jobs`"
		"   WHERE `state` = 'done' LIMIT ?) jd"
		" UNION ALL SELECT 'jobs', 'failed', COUNT(*)"
		"   FROM (SELECT 1 AS `one` FROM `jobs`"
		"   WHERE `state` = 'failed' LIMIT ?) jf"
		" UNION ALL SELECT 'jobs', 'cancelled', COUNT(*)"
		"   FROM (SELECT 1 AS `one` FROM `jobs`"
		"   WHERE `state` = 'cancelled' LIMIT ?) jc"
		" UNION ALL SELECT 'oldest_seconds', 'queued', GREATEST(0,"
		"   COALESCE(TIMESTAMPDIFF(SECOND, MIN(o.`due`),"
		"   UTC_TIMESTAMP(6)), 0)) FROM (SELECT MIN(`run_after`)"
		"   AS `due` FROM `jobs` WHERE `state` = 'queued'"
		"   GROUP BY `priority`) o"
		" UNION ALL SELECT 'oldest_seconds', 'running',"
		"   COALESCE(TIMESTAMPDIFF(SECOND, MIN(`started_at`),"
		"   UTC_TIMESTAMP(6)), 0) FROM `jobs`"
		"   WHERE `state` = 'running'",
		DB_IN(db_int(STATS_COUNT_MAX), db_int(STATS_COUNT_MAX),
		      db_int(STATS_COUNT_MAX), db_int(STATS_COUNT_MAX),
		      db_int(STATS_COUNT_MAX), db_int(STATS_COUNT_MAX),
		      db_int(STATS_COUNT_MAX)),
		DB_OUT(db_text_to(&row->name), db_text_to(&row->label),
		       db_int_to(&row->value)),
		rows_keep, rows);
}

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
