/* user.c: the table users. */
#include "config.h"

#include "lib/model/user.h"

#include <ctype.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/db/db.h"
#include "lib/model/user_row.h"

const struct uuid user_anonymous = { { 0x01, 0x90, 0, 0, 0, 0, 0x70, 0, 0x80, 0,
				       0, 0, 0, 0, 0, 0x10 } };

bool user_is_anonymous(struct uuid id)
{
	return uuid_equal(id, user_anonymous);
}

static struct db_in flag(const bool *yes)
{
	return yes ? db_bool(*yes) : db_null();
}

bool user_find(struct user *user, struct work *work, struct uuid id)
{
	return db_find(work, "user", id,
		       "SELECT " USER_COLUMNS
		       " FROM `users` u WHERE u.`id` = ?",
		       DB_IN(db_uuid(id)), DB_OUT(USER_PLACES(user)));
}

bool user_by_name(struct user *user, struct work *work, const char *username)
{
	if (db_one(work,
		   "SELECT " USER_COLUMNS " FROM `users` u"
		   " WHERE u.`username` = ? AND u.`deleted_at` IS NULL",
		   DB_IN(db_text(username)), DB_OUT(USER_PLACES(user))))
		return true;
	if (work->err == ERR_NOT_FOUND)
		fail(work, ERR_NOT_FOUND, "no user is called \"%s\"", username);
	return false;
}

bool user_next_hash(const char **hash, struct work *work, const char *after)
{
	return db_one(
		work,
		"SELECT MIN(`password`) FROM `users` WHERE `password` > ?",
		DB_IN(db_text(after)), DB_OUT(db_text_to(hash)));
}

static bool name_is_good(const char *name)
{
	size_t len = strlen(name);

	if (!len || len > 64 || !text_is_utf8(name, len))
		return false;
	for (; *name; name++)
		if ((unsigned char)*name < 0x80 &&
		    !isalnum((unsigned char)*name) && !strchr("._@+-", *name))
			return false;
	return true;
}

static bool check_name(struct work *work, const char *name)
{
	return name_is_good(name) ||
	       fail_field(work, "username",
			  "username: 1 to 64 letters, digits and ._@+-, not "
			  "\"%s\"",
			  name);
}

/* Replaces the database's text of a conflict. */
static bool fail_write(struct work *work, const char *name)
{
	if (work->err == ERR_CONFLICT)
		fail(work, ERR_CONFLICT,
		     "the user name \"%s\" is in use: choose another", name);
	return false;
}

bool user_add(struct user *user, struct work *work)
{
	if (!check_name(work, user->username))
		return false;
	user->id = uuid_new();
	return db_do(work, NULL,
		     "INSERT INTO `users` (`id`, `username`, `email`,"
		     " `password`, `tier_id`, `is_admin`, `created_at`)"
		     " VALUES (?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(6))",
		     DB_IN(db_uuid(user->id), db_text(user->username),
			   db_text(user->email), db_text(user->password),
			   db_uuid(user->tier_id), db_bool(user->is_admin))) ||
	       fail_write(work, user->username);
}

bool user_update(struct work *work, struct uuid id, const struct user_change *c)
{
	uint64_t found;

	if (c->username && !check_name(work, c->username))
		return false;
	if (!db_do(work, &found,
		   "UPDATE `users` SET `password` = COALESCE(?, `password`),"
		   " `username` = COALESCE(?, `username`),"
		   " `tier_id` = COALESCE(?, `tier_id`),"
		   " `email` = IF(? = 1, ?, `email`),"
		   " `is_admin` = COALESCE(?, `is_admin`),"
		   " `disabled_at` = CASE ?"
		   "   WHEN 1 THEN COALESCE(`disabled_at`, UTC_TIMESTAMP(6))"
		   "   WHEN 0 THEN NULL ELSE `disabled_at` END,"
		   " `unlocks` = `unlocks` + ?"
		   " WHERE `id` = ? AND (? IS NULL OR `password` = ?)",
		   DB_IN(db_text(c->password), db_text(c->username),
			 db_uuid(c->tier_id), db_bool(c->sets_email),
			 db_text(c->email), flag(c->is_admin),
			 flag(c->disabled), db_bool(c->unlocks), db_uuid(id),
			 db_text(c->old_password), db_text(c->old_password))))
		return fail_write(work, c->username);
	if (!found && c->old_password)
		return fail(work, ERR_CONFLICT,
			    "the password of user %s has changed meanwhile: "
			    "sign in again",
			    UUID_TEXT(id));
	return found || fail(work, ERR_NOT_FOUND, "no user %s", UUID_TEXT(id));
}

bool user_lock(struct work *work, struct uuid id)
{
	struct uuid locked;

	return db_one(work,
		      "SELECT `id` FROM `users` WHERE `id` = ? FOR UPDATE",
		      DB_IN(db_uuid(id)), DB_OUT(db_uuid_to(&locked)));
}

bool user_has_administrator(bool *has, struct work *work)
{
	return db_one(work,
		      "SELECT EXISTS (SELECT 1 FROM `users`"
		      " WHERE `is_admin` = TRUE AND `disabled_at` IS NULL)",
		      DB_NO_IN, DB_OUT(db_bool_to(has)));
}

bool user_is_dispensable(struct work *work, const struct user *user)
{
	struct uuid id, *ids;
	size_t count;

	if (!db_list(work, ROWS(&ids, &count, id),
		     "SELECT `id` FROM `users` WHERE `is_admin` = TRUE"
		     " AND `disabled_at` IS NULL FOR UPDATE",
		     DB_NO_IN, DB_OUT(db_uuid_to(&id))))
		return false;
	return count != 1 || !uuid_equal(ids[0], user->id) ||
	       fail(work, ERR_CONFLICT, "%s is the last administrator",
		    user->username);
}

/* The colon is not allowed in user names, so no user can have the new name. */
bool user_mark_deleted(struct work *work, struct uuid id)
{
	return db_change(
		work, "user", id,
		"UPDATE `users` SET"
		" `username` = CONCAT('deleted:', HEX(`id`)),"
		" `email` = NULL, `password` = '!', `is_admin` = FALSE,"
		" `disabled_at` = UTC_TIMESTAMP(6),"
		" `deleted_at` = UTC_TIMESTAMP(6)"
		" WHERE `id` = ? AND `deleted_at` IS NULL",
		DB_IN(db_uuid(id)));
}

/* A running upload either waits for the user's lock or has inserted its
   image. */
bool user_drop(struct work *work, struct uuid id)
{
	bool used;

	if (!user_lock(work, id) ||
	    !db_one(work,
		    "SELECT EXISTS (SELECT 1 FROM `images` WHERE `user_id` = ?)",
		    DB_IN(db_uuid(id)), DB_OUT(db_bool_to(&used))))
		return false;
	if (used)
		return fail(work, ERR_CONFLICT, "user %s has images",
			    UUID_TEXT(id));
	return db_do(work, NULL, "DELETE FROM `users` WHERE `id` = ?",
		     DB_IN(db_uuid(id)));
}

bool user_charge(struct work *work, struct uuid id, int64_t bytes,
		 int64_t variant_bytes, int64_t quota_bytes,
		 int64_t uploads_per_day)
{
	uint64_t found;

	/* MariaDB and MySQL assign from left to right: uploads_today still sees
	   the old uploads_day. */
	if (!db_do(work, &found,
		   "UPDATE `users` SET `used_bytes` = `used_bytes` + ?,"
		   " `used_images` = `used_images` + 1,"
		   " `variant_bytes` = `variant_bytes` + ?,"
		   " `uploads_today` ="
		   "   IF(`uploads_day` = UTC_DATE(), `uploads_today`, 0) + 1,"
		   " `uploads_day` = UTC_DATE()"
		   " WHERE `id` = ? AND (? < 0 OR `used_bytes` + ? <= ?)"
		   " AND (? < 0 OR"
		   "   IF(`uploads_day` = UTC_DATE(), `uploads_today`, 0) < ?)",
		   DB_IN(db_int(bytes), db_int(variant_bytes), db_uuid(id),
			 db_int(quota_bytes), db_int(bytes),
			 db_int(quota_bytes), db_int(uploads_per_day),
			 db_int(uploads_per_day))))
		return false;
	return found ||
	       (user_lock(work, id) &&
		fail(work, ERR_QUOTA_EXCEEDED,
		     "this upload of %lld bytes would exceed the tier's "
		     "quota_bytes or uploads_per_day: delete images, "
		     "or try again after 00:00 UTC",
		     (long long)bytes));
}

bool user_charge_bytes(struct work *work, struct uuid id, int64_t bytes,
		       int64_t quota_bytes)
{
	uint64_t found;

	if (!db_do(work, &found,
		   "UPDATE `users` SET `used_bytes` = `used_bytes` + ?"
		   " WHERE `id` = ? AND (? < 0 OR `used_bytes` + ? <= ?)",
		   DB_IN(db_int(bytes), db_uuid(id), db_int(quota_bytes),
			 db_int(bytes), db_int(quota_bytes))))
		return false;
	return found || fail(work, ERR_QUOTA_EXCEEDED,
			     "these %lld bytes would exceed the tier's "
			     "quota_bytes: delete images",
			     (long long)bytes);
}

bool user_credit(struct work *work, struct uuid id, int64_t bytes,
		 int64_t variant_bytes)
{
	return db_change(
		work, "user", id,
		"UPDATE `users` SET `used_bytes` = `used_bytes` - ?,"
		" `used_images` = `used_images` - 1,"
		" `variant_bytes` = `variant_bytes` - ? WHERE `id` = ?",
		DB_IN(db_int(bytes), db_int(variant_bytes), db_uuid(id)));
}

bool user_add_variant_bytes(struct work *work, struct uuid id, int64_t bytes)
{
	return !bytes || db_change(work, "user", id,
				   "UPDATE `users` SET"
				   " `variant_bytes` = `variant_bytes` + ?"
				   " WHERE `id` = ?",
				   DB_IN(db_int(bytes), db_uuid(id)));
}

bool user_sum_variant_bytes(int64_t *bytes, struct work *work)
{
	return db_one(work,
		      "SELECT CAST(COALESCE(SUM(`variant_bytes`), 0) AS SIGNED)"
		      " FROM `users`",
		      DB_NO_IN, DB_OUT(db_int_to(bytes)));
}
