/* webhook.c: the table webhooks. */
#include "config.h"

#include "lib/model/webhook.h"

#include "lib/base/pool.h"
#include "lib/db/db.h"

#define WEBHOOK_COLUMNS                                                        \
	"`id`, `user_id`, `url`, `receiver`, `events`, `created_at`,"          \
	" `disabled_at`"

#define WEBHOOK_OUT(w)                                                         \
	DB_OUT(db_uuid_to(&(w)->id), db_uuid_to(&(w)->user_id),                \
	       db_text_to(&(w)->url), db_text_to(&(w)->receiver),              \
	       db_text_to(&(w)->events), db_time_to(&(w)->created_at),         \
	       db_time_to(&(w)->disabled_at))

bool webhook_find(struct webhook *webhook, struct work *work,
		  struct uuid user_id, struct uuid id)
{
	return db_find(work, "webhook", id,
		       "SELECT " WEBHOOK_COLUMNS " FROM `webhooks`"
		       " WHERE `id` = ? AND `user_id` = ?",
		       DB_IN(db_uuid(id), db_uuid(user_id)),
		       WEBHOOK_OUT(webhook));
}

bool webhook_list(struct webhook **webhooks, size_t *count, struct work *work,
		  struct uuid user_id, struct uuid before, int64_t limit)
{
	struct webhook row;

	return db_list(work, ROWS(webhooks, count, row),
		       "SELECT " WEBHOOK_COLUMNS
		       " FROM `webhooks` WHERE `user_id` = ?"
		       " AND (? IS NULL OR `id` < ?)"
		       " ORDER BY `id` DESC LIMIT ?",
		       DB_IN(db_uuid(user_id), db_uuid(before), db_uuid(before),
			     db_int(limit)),
		       WEBHOOK_OUT(&row));
}

bool webhook_list_subscribed(struct webhook **webhooks, size_t *count,
			     struct work *work, struct uuid user_id,
			     const char *event)
{
	struct webhook row = { 0 }, *w = &row;

	return db_list(work, ROWS(webhooks, count, row),
		       "SELECT `id`, `receiver` FROM `webhooks`"
		       " WHERE `user_id` = ?"
		       " AND `disabled_at` IS NULL"
		       " AND FIND_IN_SET(?, REPLACE(`events`, ' ', ','))"
		       " ORDER BY `id`",
		       DB_IN(db_uuid(user_id), db_text(event)),
		       DB_OUT(db_uuid_to(&w->id), db_text_to(&w->receiver)));
}

static bool check_count(struct work *work, struct uuid user_id)
{
	int64_t count;

	if (!db_one(work, "SELECT COUNT(*) FROM `webhooks` WHERE `user_id` = ?",
		    DB_IN(db_uuid(user_id)), DB_OUT(db_int_to(&count))))
		return false;
	return count <= WEBHOOK_MAX ||
	       fail(work, ERR_QUOTA_EXCEEDED,
		    "a user has at most %d webhooks: delete one first",
		    WEBHOOK_MAX);
}

bool webhook_add(struct work *work, const struct webhook *w,
		 const struct webhook_secret *secret)
{
	if (!db_do(work, NULL,
		   "INSERT INTO `webhooks` (`id`, `user_id`, `url`,"
		   " `receiver`, `events`, `secret`, `created_at`)"
		   " VALUES (?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(6))",
		   DB_IN(db_uuid(w->id), db_uuid(w->user_id), db_text(w->url),
			 db_text(w->receiver), db_text(w->events),
			 db_bytes(secret->bytes, (size_t)secret->len))))
		return work->err == ERR_CONFLICT;
	return check_count(work, w->user_id);
}

bool webhook_drop_all(struct work *work, struct uuid user_id)
{
	return db_do(work, NULL, "DELETE FROM `webhooks` WHERE `user_id` = ?",
		     DB_IN(db_uuid(user_id)));
}

bool webhook_update(struct work *work, const struct webhook *w,
		    const struct webhook_secret *secret)
{
	return db_change(
		work, "webhook", w->id,
		"UPDATE `webhooks` SET `url` = ?, `receiver` = ?,"
		" `events` = ?, `disabled_at` = ?,"
		" `secret` = COALESCE(?, `secret`)"
		" WHERE `id` = ?",
		DB_IN(db_text(w->url), db_text(w->receiver), db_text(w->events),
		      db_time(w->disabled_at),
		      secret ? db_bytes(secret->bytes, (size_t)secret->len)
			     : db_null(),
		      db_uuid(w->id)));
}

bool webhook_read_secret(struct webhook_secret *secret, struct work *work,
			 struct uuid id)
{
	const char *bytes;
	int64_t len;

	if (!db_one(work,
		    "SELECT `secret`, LENGTH(`secret`) FROM `webhooks`"
		    " WHERE `id` = ?",
		    DB_IN(db_uuid(id)),
		    DB_OUT(db_text_to(&bytes), db_int_to(&len))))
		return false;
	*secret = (struct webhook_secret){ bytes, len };
	return true;
}

bool webhook_disable(struct work *work, struct uuid id)
{
	return db_do(work, NULL,
		     "UPDATE `webhooks` SET `disabled_at` ="
		     " COALESCE(`disabled_at`, UTC_TIMESTAMP(6))"
		     " WHERE `id` = ?",
		     DB_IN(db_uuid(id)));
}

bool webhook_drop(struct work *work, struct uuid id)
{
	return db_change(work, "webhook", id,
			 "DELETE FROM `webhooks` WHERE `id` = ?",
			 DB_IN(db_uuid(id)));
}
