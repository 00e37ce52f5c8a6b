/* user_delete.c: deletes a user and the user's images. */
#include "config.h"

#include "lib/service/user_delete.h"

#include "lib/base/conf.h"
#include "lib/base/log.h"
#include "lib/base/pool.h"
#include "lib/db/db.h"
#include "lib/model/token.h"
#include "lib/model/user.h"
#include "lib/model/webhook.h"
#include "lib/service/purge.h"

/* FEW: images that a request deletes itself. MANY: images that one job
   deletes. */
enum { FEW = 20, MANY = 1000 };

static bool purge_some(bool *all, struct work *work, struct uuid user_id,
		       int64_t limit)
{
	uint64_t jobs;
	int64_t count;

	if (!purge_user(&count, work, user_id, limit))
		return false;
	*all = count < limit;
	return job_drop_ended(&jobs, work, user_id, 10 * limit);
}

static bool drop(struct work *work, void *arg)
{
	const struct uuid *id = arg;

	return user_drop(work, *id);
}

/* ERR_CONFLICT is no failure: a running upload may have added another image. */
static bool drop_user(bool *gone, struct work *work, struct uuid id)
{
	*gone = db_transaction(work, drop, &id) || work->err == ERR_NOT_FOUND;
	return *gone || work->err == ERR_CONFLICT;
}

static struct job new_job(const struct work *work, struct uuid user_id)
{
	return (struct job){
		.id = uuid_new(),
		.kind = JOB_DELETE_USER,
		.user_id = user_id,
		.priority = JOB_LOW,
		.max_attempts = work->conf->job_attempts,
		.created_at = db_now_us(work),
	};
}

struct deletion {
	const struct user *user;
	struct job job;
};

static bool mark(struct work *work, void *arg)
{
	const struct deletion *deletion = arg;
	struct uuid id = deletion->user->id;

	return user_is_dispensable(work, deletion->user) &&
	       user_mark_deleted(work, id) && token_drop_all(work, id) &&
	       webhook_drop_all(work, id) && job_add(work, &deletion->job);
}

/* Leaves a failure to the job, whose row was inserted before the first image is
   deleted. */
static bool purge_few(struct work *work, const struct user *user)
{
	bool all, gone = false;

	if (user->used_images > FEW)
		return false;
	if (!purge_some(&all, work, user->id, FEW + 1) ||
	    (all && !drop_user(&gone, work, user->id)))
		log_failure(work, "purge_left_to_job");
	return gone;
}

bool user_delete(struct job *job, bool *left, struct work *work,
		 const struct actor *actor, const struct user *user)
{
	struct deletion deletion = { user, new_job(work, user->id) };
	const struct audit_entry entry = {
		"user.delete", user->username,
		pool_printf(work->pool, "%s, %lld images", UUID_TEXT(user->id),
			    (long long)user->used_images)
	};

	if (user_is_anonymous(user->id))
		return fail(work, ERR_CONFLICT,
			    "%s is built in and cannot be deleted; disable it",
			    user->username);
	if (!audit_change(work, actor, &entry, 1, mark, &deletion))
		return false;
	*left = !purge_few(work, user);
	return !*left || job_find(job, work, deletion.job.id);
}

struct relay {
	const struct job *job;
	struct job next;
};

static bool pass_on(struct work *work, void *arg)
{
	const struct relay *relay = arg;

	return job_add(work, &relay->next) && job_finish(work, relay->job);
}

/* Deleting the user's row deletes the job's row too. */
bool user_delete_job(struct work *work, const struct job *job)
{
	struct relay relay = { job, new_job(work, job->user_id) };
	bool all, gone = false;

	if (!purge_some(&all, work, job->user_id, MANY) ||
	    (all && !drop_user(&gone, work, job->user_id)))
		return false;
	return gone || db_transaction(work, pass_on, &relay);
}
