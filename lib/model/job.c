/* job.c: the table jobs, which is the queue. */
#include "config.h"

#include "lib/model/job.h"

#include <string.h>

#include "lib/base/crypt.h"
#include "lib/db/db.h"

enum { ANONYMOUS_KEYS = 16 };

/* clang-format off */
static const char *const kind_names[] = {
	[JOB_FETCH]       = "fetch",
	[JOB_RENDER]      = "render",
	[JOB_RESIZE]      = "resize",
	[JOB_WEBHOOK]     = "webhook",
	[JOB_DELETE_USER] = "delete_user",
};
_Static_assert(ARRAY_LEN(kind_names) == JOB_KIND__COUNT, "each has a name");

static const char *const state_names[] = {
	[JOB_QUEUED]    = "queued",
	[JOB_RUNNING]   = "running",
	[JOB_DONE]      = "done",
	[JOB_FAILED]    = "failed",
	[JOB_CANCELLED] = "cancelled",
};

static const char *const priority_names[] = {
	[JOB_HIGH]   = "high",
	[JOB_NORMAL] = "normal",
	[JOB_LOW]    = "low",
};
/* clang-format on */

const struct names job_kinds = { .list = kind_names,
				 .count = ARRAY_LEN(kind_names),
				 .is_open = true };
const struct names job_states = NAMES_OF(state_names);
static const struct names priorities = NAMES_OF(priority_names);

const char *job_kind_name(enum job_kind kind)
{
	return kind ? names_get(&job_kinds, kind) : "unknown";
}

const char *job_state_name(enum job_state state)
{
	return names_get(&job_states, state);
}

const char *job_priority_name(int64_t priority)
{
	return names_get(&priorities, (size_t)priority);
}

bool job_state_read(enum job_state *state, struct work *work, const char *field,
		    const char *text)
{
	unsigned value;

	if (!names_read(&value, work, &job_states, field, text))
		return false;
	*state = (enum job_state)value;
	return true;
}

bool job_priority_read(int64_t *priority, struct work *work, const char *text)
{
	unsigned value;

	if (!names_read(&value, work, &priorities, "priority", text))
		return false;
	*priority = value;
	return true;
}

#define JOB_COLUMNS                                                            \
	"`id`, `kind`, `url`, `user_id`, `image_id`, `variant`, `quality`,"    \
	" `state`, `priority`, `cost_ms`, `attempts`, `max_attempts`,"         \
	" `worker`, `error_code`, `error_detail`, `created_at`,"               \
	" `started_at`, `finished_at`"

#define JOB_OUT(j)                                                             \
	DB_OUT(db_uuid_to(&(j)->id), db_name_to(&(j)->kind, &job_kinds),       \
	       db_text_to(&(j)->url), db_uuid_to(&(j)->user_id),               \
	       db_uuid_to(&(j)->image_id), db_text_to(&(j)->variant),          \
	       db_int_to(&(j)->quality), db_name_to(&(j)->state, &job_states), \
	       db_int_to(&(j)->priority), db_int_to(&(j)->cost_ms),            \
	       db_int_to(&(j)->attempts), db_int_to(&(j)->max_attempts),       \
	       db_text_to(&(j)->worker), db_text_to(&(j)->error_code),         \
	       db_text_to(&(j)->error_detail), db_time_to(&(j)->created_at),   \
	       db_time_to(&(j)->started_at), db_time_to(&(j)->finished_at))

bool job_find(struct job *job, struct work *work, struct uuid id)
{
	return db_find(work, "job", id,
		       "SELECT " JOB_COLUMNS " FROM `jobs` WHERE `id` = ?",
		       DB_IN(db_uuid(id)), JOB_OUT(job));
}

bool job_of_image(struct job *job, struct work *work, struct uuid image_id)
{
	if (db_one(work,
		   "SELECT " JOB_COLUMNS " FROM `jobs`"
		   " WHERE `image_id` = ? ORDER BY `id` DESC LIMIT 1",
		   DB_IN(db_uuid(image_id)), JOB_OUT(job)))
		return true;
	if (work->err == ERR_NOT_FOUND)
		fail(work, ERR_NOT_FOUND, "image %s has no job",
		     UUID_TEXT(image_id));
	return false;
}

bool job_failed_of_image(struct job *job, struct work *work,
			 struct uuid image_id)
{
	return db_one(work,
		      "SELECT " JOB_COLUMNS " FROM `jobs` FORCE INDEX (`image`)"
		      " WHERE `image_id` = ? AND `state` = 'failed'"
		      " ORDER BY `id` DESC LIMIT 1",
		      DB_IN(db_uuid(image_id)), JOB_OUT(job));
}

static struct db_in priority_in(const struct job_filter *f)
{
	return f->priority ? db_int(*f->priority) : db_null();
}

#define JOB_PAGE                                                               \
	" AND (? IS NULL OR `kind` <> ?) AND (? IS NULL OR `kind` = ?)"        \
	" AND (? IS NULL OR `priority` = ?)"                                   \
	" AND (? IS NULL OR `id` < ?) ORDER BY `id` DESC LIMIT ?"

#define JOB_PAGE_IN(f)                                                         \
	db_name((f)->but_kind, &job_kinds),                                    \
		db_name((f)->but_kind, &job_kinds), db_text((f)->kind),        \
		db_text((f)->kind), priority_in(f), priority_in(f),            \
		db_uuid((f)->before), db_uuid((f)->before), db_int((f)->limit)

static bool list_of_all(struct job **jobs, size_t *count, struct work *work,
			const struct job_filter *f)
{
	const struct db_in state = db_name(f->state, &job_states);
	struct job row;

	return db_list(work, ROWS(jobs, count, row),
		       "SELECT " JOB_COLUMNS " FROM `jobs`"
		       " WHERE (? IS NULL OR `state` = ?)" JOB_PAGE,
		       DB_IN(state, state, JOB_PAGE_IN(f)), JOB_OUT(&row));
}

/* FORCE INDEX, because the server may otherwise read the jobs of all users. */
static bool list_of_user(struct job **jobs, size_t *count, struct work *work,
			 const struct job_filter *f)
{
	struct job row;

	return db_list(work, ROWS(jobs, count, row),
		       "SELECT " JOB_COLUMNS " FROM `jobs` FORCE INDEX (`user`)"
		       " WHERE `user_id` = ?" JOB_PAGE,
		       DB_IN(db_uuid(f->user_id), JOB_PAGE_IN(f)),
		       JOB_OUT(&row));
}

static bool list_in_state(struct job **jobs, size_t *count, struct work *work,
			  const struct job_filter *f)
{
	struct job row;

	return db_list(work, ROWS(jobs, count, row),
		       "SELECT " JOB_COLUMNS " FROM `jobs`"
		       " FORCE INDEX (`user_state`)"
		       " WHERE `user_id` = ? AND `state` = ?" JOB_PAGE,
		       DB_IN(db_uuid(f->user_id),
			     db_name(f->state, &job_states), JOB_PAGE_IN(f)),
		       JOB_OUT(&row));
}

bool job_list(struct job **jobs, size_t *count, struct work *work,
	      const struct job_filter *f)
{
	return (uuid_is_nil(f->user_id) ? list_of_all
		: f->state              ? list_in_state
					: list_of_user)(jobs, count, work, f);
}

/* Unauthenticated clients share the user `anonymous`. Each network address maps
   to one of ANONYMOUS_KEYS keys. With one key for each address, a named user
   would wait for a job of every address. */
static struct uuid fair_key_of(const struct job *job)
{
	struct uuid key = job->user_id;
	uint8_t sum[CRYPT_SHA256_SIZE];

	if (!job->address)
		return key;
	crypt_sha256(sum, job->address, strlen(job->address));
	key.bytes[0] ^= (uint8_t)(1 + sum[0] % ANONYMOUS_KEYS);
	return key;
}

bool job_add(struct work *work, const struct job *job)
{
	const bool done = job->state == JOB_DONE;

	return db_do(work, NULL,
		     "INSERT INTO `jobs` (`id`, `kind`, `url`, `receiver`,"
		     " `user_id`, `fair_key`, `address`, `image_id`, `variant`,"
		     " `quality`, `state`, `priority`, `cost_ms`, `attempts`,"
		     " `max_attempts`, `run_after`, `created_at`, `started_at`,"
		     " `finished_at`)"
		     " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
		     " UTC_TIMESTAMP(6), ?,"
		     " IF(? = 1, UTC_TIMESTAMP(6), NULL),"
		     " IF(? = 1, UTC_TIMESTAMP(6), NULL))",
		     DB_IN(db_uuid(job->id), db_name(job->kind, &job_kinds),
			   db_text(job->url), db_text(job->receiver),
			   db_uuid(job->user_id), db_uuid(fair_key_of(job)),
			   db_text(job->address), db_uuid(job->image_id),
			   db_text(job->variant),
			   job->quality ? db_int(job->quality) : db_null(),
			   db_name(done ? JOB_DONE : JOB_QUEUED, &job_states),
			   db_int(job->priority), db_int(job->cost_ms),
			   db_int(done), db_int(job->max_attempts),
			   db_time(job->created_at), db_bool(done),
			   db_bool(done)));
}

static bool still_ours(struct work *work, const struct job *job, uint64_t found)
{
	return found || fail(work, ERR_CONFLICT,
			     "job %s was cancelled or given to another worker",
			     UUID_TEXT(job->id));
}

bool job_extend(struct work *work, const struct job *job, int64_t lease)
{
	uint64_t found;

	return db_do(work, &found,
		     "UPDATE `jobs` SET"
		     " `lease_until` = UTC_TIMESTAMP(6) + INTERVAL ? SECOND"
		     " WHERE `id` = ? AND `state` = 'running'"
		     " AND `worker` = ? AND `attempts` = ?",
		     DB_IN(db_int(lease), db_uuid(job->id),
			   db_text(job->worker), db_int(job->attempts))) &&
	       still_ours(work, job, found);
}

static bool end(struct work *work, const struct job *job, enum job_state state,
		const char *code, const char *detail)
{
	uint64_t found;

	return db_do(work, &found,
		     "UPDATE `jobs` SET `state` = ?, `lease_until` = NULL,"
		     " `error_code` = ?, `error_detail` = ?,"
		     " `finished_at` = UTC_TIMESTAMP(6)"
		     " WHERE `id` = ? AND `state` = 'running'"
		     " AND `worker` = ? AND `attempts` = ?",
		     DB_IN(db_name(state, &job_states), db_text(code),
			   db_text(detail), db_uuid(job->id),
			   db_text(job->worker), db_int(job->attempts))) &&
	       still_ours(work, job, found);
}

bool job_finish(struct work *work, const struct job *job)
{
	return end(work, job, JOB_DONE, NULL, NULL);
}

bool job_fail(struct work *work, const struct job *job, const char *code,
	      const char *detail)
{
	return end(work, job, JOB_FAILED, code, detail);
}

static bool queue_again(struct work *work, const struct job *job,
			int64_t attempts, int64_t delay, const char *code,
			const char *detail)
{
	uint64_t found;

	return db_do(work, &found,
		     "UPDATE `jobs` SET `state` = 'queued', `worker` = NULL,"
		     " `lease_until` = NULL, `error_code` = ?,"
		     " `error_detail` = ?, `attempts` = ?,"
		     " `run_after` = UTC_TIMESTAMP(6) + INTERVAL ? SECOND"
		     " WHERE `id` = ? AND `state` = 'running'"
		     " AND `worker` = ? AND `attempts` = ?",
		     DB_IN(db_text(code), db_text(detail), db_int(attempts),
			   db_int(delay), db_uuid(job->id),
			   db_text(job->worker), db_int(job->attempts))) &&
	       still_ours(work, job, found);
}

bool job_put_back(struct work *work, const struct job *job, int64_t delay,
		  const char *code, const char *detail)
{
	return queue_again(work, job, job->attempts, delay, code, detail);
}

bool job_postpone(struct work *work, const struct job *job, int64_t delay,
		  const char *code, const char *detail)
{
	return queue_again(work, job, job->attempts - 1, delay, code, detail);
}

/* Lists the worker's running jobs; if `worker` is NULL, those whose lease has
   ended. */
static bool list_running(struct job **jobs, size_t *count, struct work *work,
			 const char *worker, int64_t limit)
{
	struct job row;

	return db_list(work, ROWS(jobs, count, row),
		       "SELECT " JOB_COLUMNS " FROM `jobs`"
		       " WHERE `state` = 'running' AND (`worker` = ? OR"
		       " (? IS NULL AND `lease_until` < UTC_TIMESTAMP(6)))"
		       " LIMIT ?",
		       DB_IN(db_text(worker), db_text(worker), db_int(limit)),
		       JOB_OUT(&row));
}

bool job_list_expired(struct job **jobs, size_t *count, struct work *work,
		      int64_t limit)
{
	return list_running(jobs, count, work, NULL, limit);
}

bool job_list_held(struct job **jobs, size_t *count, struct work *work,
		   const char *worker, int64_t limit)
{
	return list_running(jobs, count, work, worker, limit);
}

bool job_retry(struct work *work, struct uuid id)
{
	uint64_t found;

	if (!db_do(work, &found,
		   "UPDATE `jobs` SET `state` = 'queued', `attempts` = 0,"
		   " `worker` = NULL, `run_after` = UTC_TIMESTAMP(6),"
		   " `finished_at` = NULL"
		   " WHERE `id` = ? AND `state` IN ('failed', 'cancelled')"
		   " AND (`image_id` IS NOT NULL OR `kind` = 'delete_user')",
		   DB_IN(db_uuid(id))))
		return false;
	return found || fail(work, ERR_CONFLICT,
			     "job %s must be failed or cancelled, and its "
			     "image must exist",
			     UUID_TEXT(id));
}

bool job_cancel(struct work *work, struct uuid id)
{
	uint64_t found;

	if (!db_do(work, &found,
		   "UPDATE `jobs` SET `state` = 'cancelled',"
		   " `lease_until` = NULL, `finished_at` = UTC_TIMESTAMP(6)"
		   " WHERE `id` = ? AND `state` IN ('queued', 'running')",
		   DB_IN(db_uuid(id))))
		return false;
	return found || fail(work, ERR_CONFLICT, "job %s has ended already",
			     UUID_TEXT(id));
}

bool job_set_priority(struct work *work, struct uuid id, int64_t priority)
{
	uint64_t found;

	if (!db_do(work, &found,
		   "UPDATE `jobs` SET `priority` = ?"
		   " WHERE `id` = ? AND `state` = 'queued'",
		   DB_IN(db_int(priority), db_uuid(id))))
		return false;
	return found || fail(work, ERR_CONFLICT,
			     "job %s is not queued: only a job that waits has "
			     "a priority to change",
			     UUID_TEXT(id));
}

bool job_lock(enum job_state *state, struct work *work, struct uuid id)
{
	return db_one(
		work, "SELECT `state` FROM `jobs` WHERE `id` = ? FOR UPDATE",
		DB_IN(db_uuid(id)), DB_OUT(db_name_to(state, &job_states)));
}

bool job_forget_ended(struct work *work, struct uuid image_id)
{
	return db_do(work, NULL,
		     "DELETE FROM `jobs` WHERE `image_id` = ?"
		     " AND `state` IN ('done', 'failed', 'cancelled')",
		     DB_IN(db_uuid(image_id)));
}

bool job_is_awaited(bool *awaited, struct work *work, struct uuid image_id)
{
	return db_one(work,
		      "SELECT COUNT(*) FROM `jobs` WHERE `image_id` = ?"
		      " AND `state` IN ('queued', 'running')",
		      DB_IN(db_uuid(image_id)), DB_OUT(db_bool_to(awaited)));
}

bool job_count_waiting(int64_t *count, struct work *work, struct uuid user_id,
		       enum job_kind kind)
{
	return db_one(work,
		      "SELECT COUNT(*) FROM `jobs` WHERE `user_id` = ?"
		      " AND `kind` = ? AND `state` IN ('queued', 'running')",
		      DB_IN(db_uuid(user_id), db_name(kind, &job_kinds)),
		      DB_OUT(db_int_to(count)));
}

/* In the index `pending` all columns but the last have one value here, so the
   server reads only the rows that it sums. */
bool job_sum_pending(int64_t *cost_ms, struct work *work, struct uuid user_id,
		     const char *address)
{
	return db_one(work,
		      "SELECT CAST(COALESCE(SUM(`cost_ms`), 0) AS SIGNED)"
		      " FROM `jobs` FORCE INDEX (`pending`)"
		      " WHERE `user_id` = ?"
		      " AND `state` IN ('queued', 'running')"
		      " AND `kind` IN ('fetch', 'render', 'resize')"
		      " AND `address` <=> ?",
		      DB_IN(db_uuid(user_id), db_text(address)),
		      DB_OUT(db_int_to(cost_ms)));
}

bool job_sum_pending_of_all(int64_t *cost_ms, struct work *work,
			    struct uuid user_id)
{
	return db_one(work,
		      "SELECT CAST(COALESCE(SUM(`cost_ms`), 0) AS SIGNED)"
		      " FROM `jobs` FORCE INDEX (`pending`)"
		      " WHERE `user_id` = ?"
		      " AND `state` IN ('queued', 'running')"
		      " AND `kind` IN ('fetch', 'render', 'resize')",
		      DB_IN(db_uuid(user_id)), DB_OUT(db_int_to(cost_ms)));
}

bool job_set_cost(struct work *work, struct uuid id, int64_t cost_ms)
{
	return db_do(work, NULL,
		     "UPDATE `jobs` SET `cost_ms` = ? WHERE `id` = ?",
		     DB_IN(db_int(cost_ms), db_uuid(id)));
}

bool job_drop_ended(uint64_t *count, struct work *work, struct uuid user_id,
		    int64_t limit)
{
	return db_do(work, count,
		     "DELETE FROM `jobs` WHERE `user_id` = ?"
		     " AND `state` IN ('done', 'failed', 'cancelled') LIMIT ?",
		     DB_IN(db_uuid(user_id), db_int(limit)));
}

bool job_cancel_of_image(struct work *work, struct uuid image_id)
{
	return db_do(work, NULL,
		     "UPDATE `jobs` SET `state` = 'cancelled',"
		     " `lease_until` = NULL, `finished_at` = UTC_TIMESTAMP(6)"
		     " WHERE `image_id` = ?"
		     " AND `state` IN ('queued', 'running')",
		     DB_IN(db_uuid(image_id)));
}
