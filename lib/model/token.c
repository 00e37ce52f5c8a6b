/* token.c: the table tokens. */
#include "config.h"

#include "lib/model/token.h"

#include "lib/model/tier_row.h"
#include "lib/model/user_row.h"

static const char *const kind_names[] = {
	[TOKEN_API] = "api",
	[TOKEN_SESSION] = "session",
};

static const struct names kinds = NAMES_OF(kind_names);

#define TOKEN_COLUMNS                                                          \
	"k.`id`, k.`user_id`, k.`kind`, k.`name`, k.`scopes`,"                 \
	" k.`created_at`, k.`expires_at`, k.`last_used_at`"

#define TOKEN_PLACES(k)                                                        \
	db_uuid_to(&(k)->id), db_uuid_to(&(k)->user_id),                       \
		db_name_to(&(k)->kind, &kinds), db_text_to(&(k)->name),        \
		db_text_to(&(k)->scopes), db_time_to(&(k)->created_at),        \
		db_time_to(&(k)->expires_at), db_time_to(&(k)->last_used_at)

bool token_by_hash(struct token *token, struct user *user, struct tier *tier,
		   struct work *work, const uint8_t hash[TOKEN_HASH_SIZE])
{
	return db_one(work,
		      "SELECT " TOKEN_COLUMNS ", " USER_COLUMNS
		      ", " TIER_COLUMNS
		      " FROM `tokens` k JOIN `users` u ON u.`id` = k.`user_id`"
		      " JOIN `tiers` t ON t.`id` = u.`tier_id`"
		      " WHERE k.`hash` = ? AND (k.`expires_at` IS NULL"
		      "   OR k.`expires_at` > UTC_TIMESTAMP(6))",
		      DB_IN(db_bytes(hash, TOKEN_HASH_SIZE)),
		      DB_OUT(TOKEN_PLACES(token), USER_PLACES(user),
			     TIER_PLACES(tier)));
}

bool token_add(struct token *token, struct work *work,
	       const uint8_t hash[TOKEN_HASH_SIZE], int64_t expires_in)
{
	token->id = uuid_new();
	if (!db_do(work, NULL,
		   "INSERT INTO `tokens` (`id`, `user_id`, `kind`, `name`,"
		   " `hash`, `scopes`, `created_at`, `expires_at`)"
		   " VALUES (?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(6),"
		   " IF(? = 0, NULL, UTC_TIMESTAMP(6) + INTERVAL ? SECOND))",
		   DB_IN(db_uuid(token->id), db_uuid(token->user_id),
			 db_name(token->kind, &kinds), db_text(token->name),
			 db_bytes(hash, TOKEN_HASH_SIZE),
			 db_text(token->scopes), db_int(expires_in),
			 db_int(expires_in))))
		return false;
	return db_one(work,
		      "SELECT `created_at`, `expires_at` FROM `tokens`"
		      " WHERE `id` = ?",
		      DB_IN(db_uuid(token->id)),
		      DB_OUT(db_time_to(&token->created_at),
			     db_time_to(&token->expires_at)));
}

bool token_list(struct token **tokens, size_t *count, struct work *work,
		struct uuid user_id, struct uuid before, int64_t limit)
{
	struct token row;

	return db_list(work, ROWS(tokens, count, row),
		       "SELECT " TOKEN_COLUMNS
		       " FROM `tokens` k WHERE `user_id` = ? AND `kind` = 'api'"
		       " AND (? IS NULL OR `id` < ?)"
		       " ORDER BY `id` DESC LIMIT ?",
		       DB_IN(db_uuid(user_id), db_uuid(before), db_uuid(before),
			     db_int(limit)),
		       DB_OUT(TOKEN_PLACES(&row)));
}

bool token_drop(struct work *work, struct uuid user_id, struct uuid id)
{
	return db_change(
		work, "token", id,
		"DELETE FROM `tokens` WHERE `id` = ? AND `user_id` = ?",
		DB_IN(db_uuid(id), db_uuid(user_id)));
}

bool token_drop_sessions(struct work *work, struct uuid user_id,
			 struct uuid except)
{
	return db_do(work, NULL,
		     "DELETE FROM `tokens` WHERE `user_id` = ?"
		     " AND `kind` = 'session' AND (? IS NULL OR `id` <> ?)",
		     DB_IN(db_uuid(user_id), db_uuid(except), db_uuid(except)));
}

bool token_drop_all(struct work *work, struct uuid user_id)
{
	return db_do(work, NULL, "DELETE FROM `tokens` WHERE `user_id` = ?",
		     DB_IN(db_uuid(user_id)));
}

bool token_touch(struct work *work, const struct token *token)
{
	enum { MINUTE_US = 60000000 };

	if (db_now_us(work) - token->last_used_at < MINUTE_US)
		return true;
	return db_do(work, NULL,
		     "UPDATE `tokens` SET `last_used_at` = UTC_TIMESTAMP(6)"
		     " WHERE `id` = ?",
		     DB_IN(db_uuid(token->id)));
}
