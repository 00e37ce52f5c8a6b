/* delivery.c: the tables webhook_deliveries and webhook_attempts. */
#include "config.h"

#include "lib/model/delivery.h"

#include "lib/base/pool.h"
#include "lib/db/db.h"

/* clang-format off */
static const char *const state_names[] = {
	[DELIVERY_PENDING]   = "pending",
	[DELIVERY_DELIVERED] = "delivered",
	[DELIVERY_FAILED]    = "failed",
};
/* clang-format on */

static const struct names states = NAMES_OF(state_names);

const char *delivery_state_name(enum delivery_state state)
{
	return names_get(&states, state);
}

/* Without the payload, which may be long. */
#define DELIVERY_COLUMNS                                                       \
	"d.`id`, d.`webhook_id`, d.`job_id`, d.`event`, d.`state`,"            \
	" d.`attempts`, d.`tries`, d.`created_at`, d.`next_at`,"               \
	" d.`finished_at`"

#define DELIVERY_PLACES(d)                                                     \
	db_uuid_to(&(d)->id), db_uuid_to(&(d)->webhook_id),                    \
		db_uuid_to(&(d)->job_id), db_text_to(&(d)->event),             \
		db_name_to(&(d)->state, &states), db_int_to(&(d)->attempts),   \
		db_int_to(&(d)->tries), db_time_to(&(d)->created_at),          \
		db_time_to(&(d)->next_at), db_time_to(&(d)->finished_at)

bool delivery_of_job(struct delivery_target *target, struct work *work,
		     struct uuid job_id)
{
	return db_one(work,
		      "SELECT " DELIVERY_COLUMNS ", d.`payload`, w.`url`,"
		      " w.`disabled_at` IS NOT NULL"
		      " FROM `webhook_deliveries` d"
		      " JOIN `webhooks` w ON w.`id` = d.`webhook_id`"
		      " WHERE d.`job_id` = ?",
		      DB_IN(db_uuid(job_id)),
		      DB_OUT(DELIVERY_PLACES(&target->delivery),
			     db_text_to(&target->delivery.payload),
			     db_text_to(&target->url),
			     db_bool_to(&target->disabled)));
}

bool delivery_find(struct delivery *delivery, struct work *work,
		   struct uuid webhook_id, struct uuid id)
{
	return db_find(work, "delivery", id,
		       "SELECT " DELIVERY_COLUMNS " FROM `webhook_deliveries` d"
		       " WHERE d.`id` = ? AND d.`webhook_id` = ?",
		       DB_IN(db_uuid(id), db_uuid(webhook_id)),
		       DB_OUT(DELIVERY_PLACES(delivery)));
}

bool delivery_list(struct delivery **deliveries, size_t *count,
		   struct work *work, struct uuid webhook_id,
		   struct uuid before, int64_t limit)
{
	struct delivery row = { 0 };

	return db_list(work, ROWS(deliveries, count, row),
		       "SELECT " DELIVERY_COLUMNS " FROM `webhook_deliveries` d"
		       " WHERE d.`webhook_id` = ? AND (? IS NULL OR d.`id` < ?)"
		       " ORDER BY d.`id` DESC LIMIT ?",
		       DB_IN(db_uuid(webhook_id), db_uuid(before),
			     db_uuid(before), db_int(limit)),
		       DB_OUT(DELIVERY_PLACES(&row)));
}

bool delivery_list_attempts(struct attempt **attempts, size_t *count,
			    struct work *work, struct uuid webhook_id,
			    struct uuid low, struct uuid high)
{
	struct attempt row, *a = &row;

	return db_list(
		work, ROWS(attempts, count, row),
		"SELECT a.`delivery_id`, a.`attempt`, a.`at`, a.`status`,"
		" a.`ms`, a.`error` FROM `webhook_attempts` a"
		" JOIN `webhook_deliveries` d ON d.`id` = a.`delivery_id`"
		" WHERE d.`webhook_id` = ? AND d.`id` BETWEEN ? AND ?"
		" ORDER BY a.`delivery_id`, a.`attempt`",
		DB_IN(db_uuid(webhook_id), db_uuid(low), db_uuid(high)),
		DB_OUT(db_uuid_to(&a->delivery_id), db_int_to(&a->attempt),
		       db_time_to(&a->at), db_int_to(&a->status),
		       db_int_to(&a->ms), db_text_to(&a->error)));
}

bool delivery_add(struct work *work, const struct delivery *d)
{
	return db_do(work, NULL,
		     "INSERT INTO `webhook_deliveries` (`id`, `webhook_id`,"
		     " `job_id`, `event`, `payload`, `state`, `created_at`,"
		     " `next_at`) VALUES (?, ?, ?, ?, ?, 'pending',"
		     " UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))",
		     DB_IN(db_uuid(d->id), db_uuid(d->webhook_id),
			   db_uuid(d->job_id), db_text(d->event),
			   db_text(d->payload)));
}

bool delivery_log(struct work *work, const struct attempt *a)
{
	return db_do(work, NULL,
		     "INSERT INTO `webhook_attempts` (`delivery_id`,"
		     " `attempt`, `at`, `status`, `ms`, `error`)"
		     " VALUES (?, ?, UTC_TIMESTAMP(6), NULLIF(?, 0), ?, ?)",
		     DB_IN(db_uuid(a->delivery_id), db_int(a->attempt),
			   db_int(a->status), db_int(a->ms),
			   db_text(a->error))) &&
	       db_do(work, NULL,
		     "DELETE FROM `webhook_attempts` WHERE `delivery_id` = ?"
		     " AND `attempt` <= ?",
		     DB_IN(db_uuid(a->delivery_id),
			   db_int(a->attempt - DELIVERY_MAX_ATTEMPTS))) &&
	       db_do(work, NULL,
		     "UPDATE `webhook_deliveries` SET `attempts` = ?,"
		     " `tries` = `tries` + 1 WHERE `id` = ?",
		     DB_IN(db_int(a->attempt), db_uuid(a->delivery_id)));
}

bool delivery_defer(struct work *work, struct uuid id, int64_t delay)
{
	return db_do(work, NULL,
		     "UPDATE `webhook_deliveries` SET"
		     " `next_at` = UTC_TIMESTAMP(6) + INTERVAL ? SECOND"
		     " WHERE `id` = ? AND `state` = 'pending'",
		     DB_IN(db_int(delay), db_uuid(id)));
}

bool delivery_end(struct work *work, struct uuid id, enum delivery_state state)
{
	return db_do(work, NULL,
		     "UPDATE `webhook_deliveries` SET `state` = ?,"
		     " `next_at` = NULL, `finished_at` = UTC_TIMESTAMP(6)"
		     " WHERE `id` = ?",
		     DB_IN(db_name(state, &states), db_uuid(id)));
}

bool delivery_reopen(struct work *work, struct uuid id, struct uuid job_id)
{
	uint64_t found;

	if (!db_do(work, &found,
		   "UPDATE `webhook_deliveries` SET `state` = 'pending',"
		   " `job_id` = ?, `tries` = 0,"
		   " `next_at` = UTC_TIMESTAMP(6), `finished_at` = NULL"
		   " WHERE `id` = ? AND `state` <> 'pending'",
		   DB_IN(db_uuid(job_id), db_uuid(id))))
		return false;
	return found || fail(work, ERR_CONFLICT,
			     "delivery %s is pending: a job will send it",
			     UUID_TEXT(id));
}

bool delivery_cancel_jobs(struct work *work, struct uuid webhook_id)
{
	return db_do(work, NULL,
		     "UPDATE `jobs` SET `state` = 'cancelled',"
		     " `lease_until` = NULL, `finished_at` = UTC_TIMESTAMP(6)"
		     " WHERE `state` IN ('queued', 'running')"
		     " AND `id` IN (SELECT `job_id` FROM `webhook_deliveries`"
		     "   WHERE `webhook_id` = ? AND `state` = 'pending')",
		     DB_IN(db_uuid(webhook_id)));
}

bool delivery_readdress(struct work *work, struct uuid webhook_id,
			const char *receiver)
{
	return db_do(work, NULL,
		     "UPDATE `jobs` SET `receiver` = ?"
		     " WHERE `state` IN ('queued', 'running')"
		     " AND `id` IN (SELECT `job_id` FROM `webhook_deliveries`"
		     "   WHERE `webhook_id` = ? AND `state` = 'pending')",
		     DB_IN(db_text(receiver), db_uuid(webhook_id)));
}

bool delivery_sweep(uint64_t *removed, struct work *work, int64_t days,
		    int64_t limit)
{
	return db_do(work, removed,
		     "DELETE FROM `webhook_deliveries` WHERE `finished_at` <"
		     " UTC_TIMESTAMP(6) - INTERVAL ? DAY LIMIT ?",
		     DB_IN(db_int(days), db_int(limit))) &&
	       db_do(work, NULL,
		     "DELETE FROM `jobs` WHERE `kind` = 'webhook'"
		     " AND `state` IN ('done', 'failed', 'cancelled')"
		     " AND `finished_at` <"
		     "   UTC_TIMESTAMP(6) - INTERVAL ? DAY LIMIT ?",
		     DB_IN(db_int(days), db_int(limit)));
}
