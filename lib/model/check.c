/* check.c: the statements of `pixtierctl fsck` and `pixtierctl doctor`. */
#include "config.h"

#include "lib/model/check.h"

#include <string.h>

#include "lib/db/db.h"
#include "lib/model/image.h"
#include "lib/model/variant.h"

bool check_list_originals(struct check_file **files, size_t *count,
			  struct work *work, struct uuid after, int64_t limit)
{
	struct check_file row = { .variant = VARIANT_ORIGINAL };

	return db_list(work, ROWS(files, count, row),
		       "SELECT `id`, `bytes`, `sha256` FROM `images`"
		       " WHERE `status` = 'ready' AND `id` > ?"
		       " ORDER BY `id` LIMIT ?",
		       DB_IN(db_bytes(&after, sizeof(after)), db_int(limit)),
		       DB_OUT(db_uuid_to(&row.image_id), db_int_to(&row.bytes),
			      db_fixed_to(row.sha256, sizeof(row.sha256))));
}

bool check_list_variants(struct check_file **files, size_t *count,
			 struct work *work, const struct check_file *last,
			 int64_t limit)
{
	const struct uuid *id = &last->image_id;
	struct check_file row;

	return db_list(work, ROWS(files, count, row),
		       "SELECT `image_id`, `variant`, `bytes`, `sha256`"
		       " FROM `variants` WHERE `status` = 'ready'"
		       " AND `image_id` >= ? AND (`image_id` > ?"
		       "   OR `variant` > ?)"
		       " ORDER BY `image_id`, `variant` LIMIT ?",
		       DB_IN(db_bytes(id, sizeof(*id)),
			     db_bytes(id, sizeof(*id)), db_text(last->variant),
			     db_int(limit)),
		       DB_OUT(db_uuid_to(&row.image_id),
			      db_text_to(&row.variant), db_int_to(&row.bytes),
			      db_fixed_to(row.sha256, sizeof(row.sha256))));
}

/* The file of an original never changes, so its row needs no status. */
bool check_file_is_current(bool *current, struct work *work,
			   const struct check_file *file)
{
	bool original = variant_is_original(file->variant);
	struct image image;
	struct variant variant;

	*current = false;
	if (original ? !image_find(&image, work, file->image_id)
		     : !variant_find(&variant, work, file->image_id,
				     file->variant))
		return work->err == ERR_NOT_FOUND;
	*current = (original || variant.status == VARIANT_READY) &&
		   !memcmp(original ? image.sha256 : variant.sha256,
			   file->sha256, sizeof(file->sha256));
	return true;
}

bool check_list_sums(struct check_sums **sums, size_t *count, struct work *work)
{
	struct check_sums row;

	return db_list(
		work, ROWS(sums, count, row),
		"SELECT u.`id`, u.`username`, u.`used_bytes`,"
		" u.`used_images`, u.`variant_bytes`,"
		" COALESCE(s.`bytes`, 0), COALESCE(s.`images`, 0),"
		" COALESCE(v.`bytes`, 0)"
		" FROM `users` u LEFT JOIN (SELECT `user_id`,"
		"   CAST(SUM(`bytes`) AS SIGNED) AS `bytes`,"
		"   COUNT(*) AS `images`"
		"   FROM `images` GROUP BY `user_id`) s"
		" ON s.`user_id` = u.`id`"
		" LEFT JOIN (SELECT i.`user_id`,"
		"   CAST(SUM(w.`bytes`) AS SIGNED) AS `bytes`"
		"   FROM `variants` w JOIN `images` i"
		"   ON i.`id` = w.`image_id` GROUP BY i.`user_id`) v"
		" ON v.`user_id` = u.`id`"
		" WHERE u.`used_bytes` <> COALESCE(s.`bytes`, 0)"
		" OR u.`used_images` <> COALESCE(s.`images`, 0)"
		" OR u.`variant_bytes` <> COALESCE(v.`bytes`, 0)"
		" ORDER BY u.`id`",
		DB_NO_IN,
		DB_OUT(db_uuid_to(&row.user_id), db_text_to(&row.username),
		       db_int_to(&row.used_bytes), db_int_to(&row.used_images),
		       db_int_to(&row.used_variant_bytes),
		       db_int_to(&row.bytes), db_int_to(&row.images),
		       db_int_to(&row.variant_bytes)));
}

/* Uploads and deletions change the tables images and variants first and then
   wait for the user's row. So, with the row locked, the second statement sees
   exactly the images and variants that the sums count. */
static bool repair_sums(struct work *work, void *arg)
{
	const struct uuid *id = arg;
	const char *name;

	return db_one(work,
		      "SELECT `username` FROM `users` WHERE `id` = ?"
		      " FOR UPDATE",
		      DB_IN(db_uuid(*id)), DB_OUT(db_text_to(&name))) &&
	       db_do(work, NULL,
		     "UPDATE `users` SET `used_bytes` ="
		     " (SELECT COALESCE(SUM(`bytes`), 0) FROM `images`"
		     "   WHERE `user_id` = ?),"
		     " `used_images` = (SELECT COUNT(*) FROM `images`"
		     "   WHERE `user_id` = ?),"
		     " `variant_bytes` = (SELECT COALESCE(SUM(v.`bytes`), 0)"
		     "   FROM `variants` v JOIN `images` i"
		     "   ON i.`id` = v.`image_id` WHERE i.`user_id` = ?)"
		     " WHERE `id` = ?",
		     DB_IN(db_uuid(*id), db_uuid(*id), db_uuid(*id),
			   db_uuid(*id)));
}

bool check_repair_sums(struct work *work, struct uuid user_id)
{
	return db_transaction(work, repair_sums, &user_id);
}

bool check_list_stale_jobs(struct uuid **ids, size_t *count, struct work *work,
			   int64_t lease)
{
	struct uuid id;

	return db_list(work, ROWS(ids, count, id),
		       "SELECT `id` FROM `jobs` WHERE `state` = 'running'"
		       " AND `lease_until` <"
		       "   UTC_TIMESTAMP(6) - INTERVAL ? SECOND"
		       " ORDER BY `id`",
		       DB_IN(db_int(lease)), DB_OUT(db_uuid_to(&id)));
}

bool check_list_stuck_images(struct uuid **ids, size_t *count,
			     struct work *work)
{
	struct uuid id;

	return db_list(work, ROWS(ids, count, id),
		       "SELECT i.`id` FROM `images` i"
		       " WHERE (i.`status` = 'processing'"
		       "   OR EXISTS (SELECT 1 FROM `variants` v"
		       "     WHERE v.`image_id` = i.`id`"
		       "     AND v.`status` = 'processing'))"
		       " AND NOT EXISTS (SELECT 1 FROM `jobs` j"
		       "   WHERE j.`image_id` = i.`id`"
		       "   AND j.`state` IN ('queued', 'running'))"
		       " ORDER BY i.`id`",
		       DB_NO_IN, DB_OUT(db_uuid_to(&id)));
}

bool check_list_strays(struct check_stray **strays, size_t *count,
		       struct work *work)
{
	struct check_stray row;

	return db_list(work, ROWS(strays, count, row),
		       "SELECT 'tokens', t.`id` FROM `tokens` t"
		       " LEFT JOIN `users` u ON u.`id` = t.`user_id`"
		       " WHERE u.`id` IS NULL"
		       " UNION ALL SELECT 'links', l.`id` FROM `links` l"
		       " LEFT JOIN `users` u ON u.`id` = l.`user_id`"
		       " LEFT JOIN `images` i ON i.`id` = l.`image_id`"
		       " WHERE u.`id` IS NULL OR i.`id` IS NULL"
		       " UNION ALL SELECT 'webhooks', w.`id` FROM `webhooks` w"
		       " LEFT JOIN `users` u ON u.`id` = w.`user_id`"
		       " WHERE u.`id` IS NULL"
		       " UNION ALL SELECT 'images', i.`id` FROM `images` i"
		       " LEFT JOIN `users` u ON u.`id` = i.`user_id`"
		       " WHERE u.`id` IS NULL"
		       " UNION ALL SELECT 'variants', v.`image_id`"
		       " FROM `variants` v"
		       " LEFT JOIN `images` i ON i.`id` = v.`image_id`"
		       " WHERE i.`id` IS NULL"
		       " UNION ALL SELECT 'image_ngrams', n.`image_id`"
		       " FROM `image_ngrams` n"
		       " LEFT JOIN `images` i ON i.`id` = n.`image_id`"
		       " LEFT JOIN `removed_images` r ON r.`id` = n.`image_id`"
		       " WHERE i.`id` IS NULL AND r.`id` IS NULL",
		       DB_NO_IN,
		       DB_OUT(db_text_to(&row.table), db_uuid_to(&row.id)));
}

bool check_list_stranded(struct uuid **ids, size_t *count, struct work *work)
{
	struct uuid id;

	return db_list(work, ROWS(ids, count, id),
		       "SELECT d.`id` FROM `webhook_deliveries` d"
		       " LEFT JOIN `jobs` j ON j.`id` = d.`job_id`"
		       "   AND j.`state` IN ('queued', 'running')"
		       " WHERE d.`state` = 'pending' AND j.`id` IS NULL"
		       " ORDER BY d.`id`",
		       DB_NO_IN, DB_OUT(db_uuid_to(&id)));
}

bool check_repair_stranded(uint64_t *count, struct work *work)
{
	return db_do(work, count,
		     "UPDATE `webhook_deliveries` d"
		     " LEFT JOIN `jobs` j ON j.`id` = d.`job_id`"
		     "   AND j.`state` IN ('queued', 'running')"
		     " SET d.`state` = 'failed', d.`next_at` = NULL,"
		     " d.`finished_at` = UTC_TIMESTAMP(6)"
		     " WHERE d.`state` = 'pending' AND j.`id` IS NULL",
		     DB_NO_IN);
}

bool check_list_unindexed(struct uuid **ids, size_t *count, struct work *work)
{
	struct uuid id;

	return db_list(work, ROWS(ids, count, id),
		       "SELECT i.`id` FROM `images` i"
		       " WHERE i.`kind` = 'upload' AND i.`name_indexed` = TRUE"
		       " AND CHAR_LENGTH(i.`name`) >= 3"
		       " AND NOT EXISTS (SELECT 1 FROM `image_ngrams` n"
		       "   WHERE n.`image_id` = i.`id`"
		       "   AND n.`ngram` = LEFT(i.`name`, 3))"
		       " ORDER BY i.`id`",
		       DB_NO_IN, DB_OUT(db_uuid_to(&id)));
}

bool check_repair_unindexed(struct work *work, struct uuid id)
{
	return db_do(work, NULL,
		     "UPDATE `images` SET `name_indexed` = FALSE"
		     " WHERE `id` = ?",
		     DB_IN(db_uuid(id)));
}

bool check_server(struct check_server *server, struct work *work)
{
	return db_one(work,
		      "SELECT @@max_connections, @@log_bin, UTC_TIMESTAMP(6)",
		      DB_NO_IN,
		      DB_OUT(db_int_to(&server->max_connections),
			     db_bool_to(&server->has_binlog),
			     db_time_to(&server->now)));
}
