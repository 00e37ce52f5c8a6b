/* snapshot.c: the statements of `pixtierctl backup` and `pixtierctl restore`.
 */
#include "config.h"

#include "lib/model/snapshot.h"

#include "lib/db/db.h"
#include "lib/model/check.h"
#include "lib/model/variant.h"

const char *const snapshot_tables[] = {
	"tiers",
	"tier_sizes",
	"watermarks",
	"users",
	"tokens",
	"images",
	"image_ngrams",
	"image_tags",
	"removed_images",
	"variants",
	"public_variants",
	"ended_images",
	"jobs",
	"links",
	"idempotency",
	"webhooks",
	"webhook_deliveries",
	"webhook_attempts",
	"totals",
	"stats_steps",
	"stats_tiers",
	"audit",
	"schema_migrations",
};
const size_t snapshot_table_count = ARRAY_LEN(snapshot_tables);

const char *const snapshot_process_tables[] = { "workers", "schema_lock" };
const size_t snapshot_process_table_count = ARRAY_LEN(snapshot_process_tables);

bool snapshot_list_originals(struct check_file **files, size_t *count,
			     struct work *work, const struct check_file *last,
			     int64_t limit)
{
	struct check_file row = { .variant = VARIANT_ORIGINAL };

	return db_list(work, ROWS(files, count, row),
		       "SELECT `id`, `bytes`, `sha256` FROM `images`"
		       " WHERE `sha256` IS NOT NULL AND `id` > ?"
		       " ORDER BY `id` LIMIT ?",
		       DB_IN(db_bytes(&last->image_id, sizeof(last->image_id)),
			     db_int(limit)),
		       DB_OUT(db_uuid_to(&row.image_id), db_int_to(&row.bytes),
			      db_fixed_to(row.sha256, sizeof(row.sha256))));
}

bool snapshot_count_tables(int64_t *count, struct work *work)
{
	return db_one(work,
		      "SELECT COUNT(*) FROM `information_schema`.`tables`"
		      " WHERE `table_schema` = DATABASE()",
		      DB_NO_IN, DB_OUT(db_int_to(count)));
}

bool snapshot_requeue_running(uint64_t *count, struct work *work)
{
	return db_do(work, count,
		     "UPDATE `jobs` SET `state` = 'queued', `worker` = NULL,"
		     " `lease_until` = NULL, `run_after` = UTC_TIMESTAMP(6),"
		     " `attempts` = IF(`attempts` > 0, `attempts` - 1, 0)"
		     " WHERE `state` = 'running'",
		     DB_NO_IN);
}
