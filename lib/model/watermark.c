/* watermark.c: the table watermarks. */
#include "config.h"

#include "lib/model/watermark.h"

#include "lib/db/db.h"

bool watermark_find(struct tier_watermark *watermark, struct work *work,
		    struct uuid tier_id)
{
	if (db_one(work,
		   "SELECT `png`, `position`, `opacity`, `scale`, `min_side`"
		   " FROM `watermarks`"
		   " WHERE `tier_id` = ? AND `png` IS NOT NULL",
		   DB_IN(db_uuid(tier_id)),
		   DB_OUT(db_text_to(&watermark->png),
			  db_text_to(&watermark->position),
			  db_int_to(&watermark->opacity),
			  db_int_to(&watermark->scale),
			  db_int_to(&watermark->from))))
		return true;
	if (work->err == ERR_NOT_FOUND)
		fail(work, ERR_NOT_FOUND, "the tier has no watermark");
	return false;
}

bool watermark_put(struct work *work, struct uuid tier_id,
		   const struct tier_watermark *watermark)
{
	return db_change(work, "tier", tier_id,
			 "UPDATE `tiers` SET `watermark` = ? WHERE `id` = ?",
			 DB_IN(db_int(db_now_us(work)), db_uuid(tier_id))) &&
	       db_do(work, NULL,
		     "REPLACE INTO `watermarks` (`tier_id`, `png`, `position`,"
		     " `opacity`, `scale`, `min_side`)"
		     " VALUES (?, ?, ?, ?, ?, ?)",
		     DB_IN(db_uuid(tier_id), db_text(watermark->png),
			   db_text(watermark->position),
			   db_int(watermark->opacity), db_int(watermark->scale),
			   db_int(watermark->from)));
}

bool watermark_drop(struct work *work, struct uuid tier_id)
{
	return db_change(work, "tier", tier_id,
			 "UPDATE `tiers` SET `watermark` = 0 WHERE `id` = ?",
			 DB_IN(db_uuid(tier_id))) &&
	       db_do(work, NULL,
		     "UPDATE `watermarks` SET `png` = NULL"
		     " WHERE `tier_id` = ?",
		     DB_IN(db_uuid(tier_id)));
}

bool watermark_of_user(int64_t *changed_us, struct work *work,
		       struct uuid user_id)
{
	return db_one(work,
		      "SELECT t.`watermark` FROM `users` u"
		      " JOIN `tiers` t ON t.`id` = u.`tier_id`"
		      " WHERE u.`id` = ?",
		      DB_IN(db_uuid(user_id)), DB_OUT(db_int_to(changed_us)));
}

bool watermark_is_used(bool *used, struct work *work)
{
	return db_one(work, "SELECT EXISTS (SELECT 1 FROM `watermarks`)",
		      DB_NO_IN, DB_OUT(db_bool_to(used)));
}
