/* idempotency.c: the table idempotency. */
#include "config.h"

#include "lib/model/idempotency.h"

#include <string.h>

#include "lib/db/db.h"

static bool taken_over(struct work *work)
{
	return fail(work, ERR_CONFLICT,
		    "another attempt has taken over this Idempotency-Key");
}

static struct db_in sha256(const uint8_t sum[IDEMPOTENCY_SHA256_SIZE])
{
	return db_bytes(sum, IDEMPOTENCY_SHA256_SIZE);
}

bool idempotency_add(struct work *work, const struct idempotency *one,
		     int64_t lease_seconds)
{
	return db_do(work, NULL,
		     "INSERT INTO `idempotency` (`user_id`, `key_sha256`,"
		     " `body_sha256`, `attempt`, `created_at`, `lease_until`)"
		     " VALUES (?, ?, ?, ?, UTC_TIMESTAMP(6),"
		     " UTC_TIMESTAMP(6) + INTERVAL ? SECOND)",
		     DB_IN(db_uuid(one->user_id), sha256(one->key),
			   sha256(one->body), db_uuid(one->attempt),
			   db_int(lease_seconds)));
}

bool idempotency_find(struct idempotency *one, struct work *work,
		      struct uuid user_id,
		      const uint8_t key[IDEMPOTENCY_SHA256_SIZE])
{
	struct idempotency found = { .user_id = user_id };

	memcpy(found.key, key, sizeof(found.key));
	if (!db_one(work,
		    "SELECT `body_sha256`, `attempt`, `status`, `headers`,"
		    " `body`, IF(`lease_until` > UTC_TIMESTAMP(6),"
		    "   TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(6), `lease_until`)"
		    "     + 1, 0),"
		    " `created_at` <= UTC_TIMESTAMP(6) - INTERVAL ? SECOND"
		    " FROM `idempotency`"
		    " WHERE `user_id` = ? AND `key_sha256` = ?",
		    DB_IN(db_int(IDEMPOTENCY_SECONDS), db_uuid(user_id),
			  sha256(key)),
		    DB_OUT(db_fixed_to(found.body, sizeof(found.body)),
			   db_uuid_to(&found.attempt), db_int_to(&found.status),
			   db_text_to(&found.headers), db_text_to(&found.text),
			   db_int_to(&found.lease_left),
			   db_bool_to(&found.is_old))))
		return false;
	*one = found;
	return true;
}

bool idempotency_claim(struct work *work, const struct idempotency *one,
		       const struct idempotency *next, int64_t lease_seconds)
{
	uint64_t found;

	if (!db_do(work, &found,
		   "UPDATE `idempotency` SET `body_sha256` = ?, `attempt` = ?,"
		   " `status` = NULL, `headers` = NULL, `body` = NULL,"
		   " `created_at` = UTC_TIMESTAMP(6),"
		   " `lease_until` = UTC_TIMESTAMP(6) + INTERVAL ? SECOND"
		   " WHERE `user_id` = ? AND `key_sha256` = ? AND `attempt` = ?"
		   " AND ((`status` IS NULL"
		   "     AND `lease_until` <= UTC_TIMESTAMP(6))"
		   "   OR `created_at`"
		   "     <= UTC_TIMESTAMP(6) - INTERVAL ? SECOND)",
		   DB_IN(sha256(next->body), db_uuid(next->attempt),
			 db_int(lease_seconds), db_uuid(one->user_id),
			 sha256(one->key), db_uuid(one->attempt),
			 db_int(IDEMPOTENCY_SECONDS))))
		return false;
	return found || taken_over(work);
}

bool idempotency_finish(struct work *work, const struct idempotency *one)
{
	uint64_t found;

	if (!db_do(work, &found,
		   "UPDATE `idempotency` SET `status` = ?, `headers` = ?,"
		   " `body` = ? WHERE `user_id` = ? AND `key_sha256` = ?"
		   " AND `attempt` = ?",
		   DB_IN(db_int(one->status), db_text(one->headers),
			 db_text(one->text), db_uuid(one->user_id),
			 sha256(one->key), db_uuid(one->attempt))))
		return false;
	return found || taken_over(work);
}

bool idempotency_is_finished(bool *finished, struct work *work,
			     const struct idempotency *one)
{
	return db_one(work,
		      "SELECT `status` IS NOT NULL FROM `idempotency`"
		      " WHERE `user_id` = ? AND `key_sha256` = ?"
		      " AND `attempt` = ? FOR UPDATE",
		      DB_IN(db_uuid(one->user_id), sha256(one->key),
			    db_uuid(one->attempt)),
		      DB_OUT(db_bool_to(finished)));
}

bool idempotency_drop(struct work *work, const struct idempotency *one)
{
	return db_do(work, NULL,
		     "DELETE FROM `idempotency` WHERE `user_id` = ?"
		     " AND `key_sha256` = ? AND `attempt` = ?"
		     " AND `status` IS NULL",
		     DB_IN(db_uuid(one->user_id), sha256(one->key),
			   db_uuid(one->attempt)));
}

bool idempotency_purge(int64_t *removed, struct work *work, int64_t limit)
{
	uint64_t found;

	if (!db_do(work, &found,
		   "DELETE FROM `idempotency` WHERE `created_at`"
		   " <= UTC_TIMESTAMP(6) - INTERVAL ? SECOND LIMIT ?",
		   DB_IN(db_int(IDEMPOTENCY_SECONDS), db_int(limit))))
		return false;
	*removed = (int64_t)found;
	return true;
}
