/* link.c: the table links. */
#include "config.h"

#include "lib/model/link.h"

#include "lib/db/db.h"

bool link_add(struct work *work, const struct link *link)
{
	return db_do(work, NULL,
		     "INSERT INTO `links` (`id`, `image_id`, `user_id`,"
		     " `variant`, `created_at`, `expires_at`)"
		     " VALUES (?, ?, ?, ?, ?, ?)",
		     DB_IN(db_uuid(link->id), db_uuid(link->image_id),
			   db_uuid(link->user_id), db_text(link->variant),
			   db_time(link->created_at),
			   db_time(link->expires_at)));
}

bool link_list(struct link **links, size_t *count, struct work *work,
	       struct uuid image_id, struct uuid before, int64_t limit)
{
	struct link row, *l = &row;

	return db_list(work, ROWS(links, count, row),
		       "SELECT `id`, `image_id`, `user_id`, `variant`,"
		       " `created_at`, `expires_at`, `revoked_at`"
		       " FROM `links` WHERE `image_id` = ?"
		       " AND (? IS NULL OR `id` < ?)"
		       " ORDER BY `id` DESC LIMIT ?",
		       DB_IN(db_uuid(image_id), db_uuid(before),
			     db_uuid(before), db_int(limit)),
		       DB_OUT(db_uuid_to(&l->id), db_uuid_to(&l->image_id),
			      db_uuid_to(&l->user_id), db_text_to(&l->variant),
			      db_time_to(&l->created_at),
			      db_time_to(&l->expires_at),
			      db_time_to(&l->revoked_at)));
}

bool link_revoke(struct work *work, struct uuid user_id, struct uuid id)
{
	return db_change(
		work, "link", id,
		"UPDATE `links` SET"
		" `revoked_at` = COALESCE(`revoked_at`, UTC_TIMESTAMP(6))"
		" WHERE `id` = ? AND `user_id` = ?",
		DB_IN(db_uuid(id), db_uuid(user_id)));
}

bool link_list_revoked(struct uuid **ids, size_t *count, struct work *work)
{
	struct uuid id;

	return db_list(work, ROWS(ids, count, id),
		       "SELECT `id` FROM `links` WHERE `revoked_at` IS NOT NULL"
		       " AND `expires_at` > UTC_TIMESTAMP(6) ORDER BY `id`",
		       DB_NO_IN, DB_OUT(db_uuid_to(&id)));
}
