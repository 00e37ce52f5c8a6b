/* public_file.c: public addresses: the tables public_variants and
   ended_images. */
#include "config.h"

#include "lib/model/public_file.h"

#include "lib/db/db.h"
#include "lib/model/variant.h"

bool public_file_find(struct public_file *file, struct work *work)
{
	const struct db_in id = db_uuid(file->image_id);
	const struct db_in variant = db_text(file->variant);
	const struct db_in sum = db_bytes(file->sum, sizeof(file->sum));
	const struct db_in format = db_text(file->format);
	const struct db_in original =
		db_bool(variant_is_original(file->variant));

	return db_one(work,
		      "SELECT COALESCE(i.`public`, FALSE),"
		      " i.`published_at` IS NOT NULL OR e.`id` IS NOT NULL,"
		      " COALESCE(IF(?, i.`public_original`"
		      "   AND LEFT(i.`sha256`, 4) = ? AND i.`format` = ?,"
		      "   LEFT(v.`sha256`, 4) = ? AND v.`format` = ?"
		      "   OR p.`sum` IS NOT NULL), FALSE),"
		      " IF(?, TRUE, COALESCE(v.`status` = 'ready', FALSE)),"
		      " COALESCE(i.`name`, '')"
		      " FROM (SELECT 1 AS `one`) q"
		      " LEFT JOIN `images` i ON i.`id` = ?"
		      " LEFT JOIN `variants` v"
		      "   ON v.`image_id` = ? AND v.`variant` = ?"
		      " LEFT JOIN `public_variants` p ON p.`image_id` = ?"
		      "   AND p.`variant` = ? AND p.`sum` = ?"
		      "   AND p.`format` = ?"
		      " LEFT JOIN `ended_images` e ON e.`id` = ?",
		      DB_IN(original, sum, format, sum, format, original, id,
			    id, variant, id, variant, sum, format, id),
		      DB_OUT(db_bool_to(&file->is_public),
			     db_bool_to(&file->was_public),
			     db_bool_to(&file->is_known),
			     db_bool_to(&file->is_ready),
			     db_text_to(&file->name)));
}

bool public_file_lock(struct public_file *file, struct work *work)
{
	struct uuid locked;

	if (!db_one(work,
		    "SELECT `id` FROM `images` WHERE `id` = ?"
		    " LOCK IN SHARE MODE",
		    DB_IN(db_uuid(file->image_id)),
		    DB_OUT(db_uuid_to(&locked))) &&
	    work->err != ERR_NOT_FOUND)
		return false;
	return public_file_find(file, work);
}

bool public_file_list(struct public_file **files, size_t *count,
		      struct work *work, struct uuid image_id)
{
	struct public_file row = { .image_id = image_id };

	return db_list(work, ROWS(files, count, row),
		       "SELECT `variant`, `sum`, `format`"
		       " FROM `public_variants` WHERE `image_id` = ?",
		       DB_IN(db_uuid(image_id)),
		       DB_OUT(db_text_to(&row.variant),
			      db_fixed_to(row.sum, sizeof(row.sum)),
			      db_text_to(&row.format)));
}

bool public_file_list_variants(const char ***names, size_t *count,
			       struct work *work, struct uuid image_id)
{
	const char *row;

	return db_list(work, ROWS(names, count, row),
		       "SELECT `variant` FROM `variants` WHERE `image_id` = ?"
		       " UNION SELECT `variant` FROM `public_variants`"
		       " WHERE `image_id` = ?",
		       DB_IN(db_uuid(image_id), db_uuid(image_id)),
		       DB_OUT(db_text_to(&row)));
}

bool public_file_keep(struct work *work, struct uuid image_id,
		      const char *variant)
{
	return db_do(work, NULL,
		     "INSERT IGNORE INTO `public_variants`"
		     " (`image_id`, `variant`, `sum`, `format`)"
		     " SELECT v.`image_id`, v.`variant`, LEFT(v.`sha256`, 4),"
		     " v.`format` FROM `variants` v JOIN `images` i"
		     " ON i.`id` = v.`image_id` AND i.`public` = TRUE"
		     " JOIN `users` u ON u.`id` = i.`user_id`"
		     " JOIN `tiers` t ON t.`id` = u.`tier_id`"
		     " AND t.`watermark` = v.`watermark`"
		     " WHERE v.`image_id` = ? AND v.`variant` = ?"
		     " AND v.`status` = 'dropped' AND v.`sha256` IS NOT NULL",
		     DB_IN(db_uuid(image_id), db_text(variant)));
}

bool public_file_end(struct work *work, struct uuid image_id,
		     const char *variant)
{
	return db_do(work, NULL,
		     "DELETE FROM `public_variants`"
		     " WHERE `image_id` = ? AND `variant` = ?",
		     DB_IN(db_uuid(image_id), db_text(variant)));
}

bool public_file_end_image(struct work *work, struct uuid image_id)
{
	return db_do(work, NULL,
		     "DELETE FROM `public_variants` WHERE `image_id` = ?",
		     DB_IN(db_uuid(image_id)));
}

bool public_file_end_all(struct work *work, struct uuid tier_id,
			 struct uuid user_id)
{
	return db_do(work, NULL,
		     "DELETE p FROM `public_variants` p"
		     " JOIN `images` i ON i.`id` = p.`image_id`"
		     " JOIN `users` u ON u.`id` = i.`user_id`"
		     " WHERE u.`tier_id` = ? OR u.`id` = ?",
		     DB_IN(db_uuid(tier_id), db_uuid(user_id)));
}

bool public_file_list_images(struct uuid **ids, size_t *count,
			     struct work *work, struct uuid tier_id,
			     struct uuid user_id, struct uuid after,
			     int64_t limit)
{
	struct uuid row;

	return db_list(work, ROWS(ids, count, row),
		       "SELECT i.`id` FROM `images` i"
		       " JOIN `users` u ON u.`id` = i.`user_id`"
		       " WHERE i.`id` > ? AND i.`public` = TRUE"
		       " AND (u.`tier_id` = ? OR u.`id` = ?)"
		       " ORDER BY i.`id` LIMIT ?",
		       DB_IN(db_bytes(&after, sizeof(after)), db_uuid(tier_id),
			     db_uuid(user_id), db_int(limit)),
		       DB_OUT(db_uuid_to(&row)));
}

bool public_file_sweep(uint64_t *count, struct work *work, int64_t days,
		       int64_t limit)
{
	return db_do(work, count,
		     "DELETE FROM `ended_images`"
		     " WHERE `ended_at` < UTC_TIMESTAMP(6) - INTERVAL ? DAY"
		     " ORDER BY `ended_at` LIMIT ?",
		     DB_IN(db_int(days), db_int(limit)));
}
