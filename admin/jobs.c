/* jobs.c: pixtierctl job. */
#include "config.h"

#include "admin/command.h"
#include "admin/print.h"
#include "lib/base/clock.h"
#include "lib/base/pool.h"
#include "lib/model/job.h"
#include "lib/model/user.h"
#include "lib/service/access.h"
#include "lib/service/admin.h"

/* Without --json, a table has only the first columns. */
/* clang-format off */
#define SHORT_COLUMNS "id", "kind", "state", "priority", "attempts", \
	"image_id", "created_at", "error_code"
static const char *const short_columns[] = { SHORT_COLUMNS, NULL };
static const char *const columns[] = {
	SHORT_COLUMNS, "error_detail", "max_attempts", "user_id", "worker",
	"started_at", "finished_at", NULL
};
/* clang-format on */

static const char *id_text(struct pool *pool, struct uuid id)
{
	return uuid_is_nil(id) ? NULL : pool_strdup(pool, UUID_TEXT(id));
}

static void add_row(struct print *print, struct pool *pool,
		    const struct job *job)
{
	PRINT_ROW(print, cell_text(id_text(pool, job->id)),
		  cell_text(job_kind_name(job->kind)),
		  cell_text(job_state_name(job->state)),
		  cell_text(job_priority_name(job->priority)),
		  cell_number(job->attempts),
		  cell_text(id_text(pool, job->image_id)),
		  cell_text(clock_text(pool, job->created_at)),
		  cell_text(job->error_code), cell_text(job->error_detail),
		  cell_number(job->max_attempts),
		  cell_text(id_text(pool, job->user_id)),
		  cell_text(job->worker),
		  cell_text(clock_text(pool, job->started_at)),
		  cell_text(clock_text(pool, job->finished_at)));
}

static bool read_state(enum job_state *state, struct call *call)
{
	struct work aside = *call->work;

	return job_state_read(state, &aside, "--state",
			      call->options[OPTION_STATE]) ||
	       fail(call->work, ERR_BAD_REQUEST, "%s", aside.why);
}

static bool read_priority(int64_t *priority, struct call *call,
			  const char *text)
{
	struct work aside = *call->work;

	return job_priority_read(priority, &aside, text) ||
	       fail(call->work, ERR_BAD_REQUEST, "%s", aside.why);
}

/* `filter->priority` points to `priority`, which must live as long. */
static bool read_filter(struct job_filter *filter, int64_t *priority,
			struct call *call)
{
	const char *username = call->options[OPTION_USER];
	const char *text = call->options[OPTION_PRIORITY];
	struct user user = { 0 };

	*filter = (struct job_filter){ .kind = call->options[OPTION_KIND] };
	if ((username && !user_by_name(&user, call->work, username)) ||
	    (text && !read_priority(priority, call, text)))
		return false;
	filter->user_id = user.id;
	filter->priority = text ? priority : NULL;
	return read_state(&filter->state, call) &&
	       command_limit(&filter->limit, call);
}

bool cmd_jobs_list(struct call *call)
{
	struct print *print =
		print_table(call, call->json ? columns : short_columns);
	struct job_filter filter;
	struct job *jobs;
	int64_t priority;
	size_t count;

	if (!read_filter(&filter, &priority, call) ||
	    !job_list(&jobs, &count, call->work, &filter))
		return false;
	for (size_t i = 0; i < count; i++)
		add_row(print, call->work->pool, &jobs[i]);
	return print_end(print);
}

static bool show(struct call *call, struct uuid id)
{
	struct print *print = print_record(call, columns);
	struct job job;

	if (!job_find(&job, call->work, id))
		return false;
	add_row(print, call->work->pool, &job);
	return print_end(print);
}

bool cmd_jobs_show(struct call *call)
{
	struct uuid id;

	return access_id(&id, call->work, "job", call->args[0]) &&
	       show(call, id);
}

static bool change(struct call *call,
		   bool (*make)(struct work *work, const struct actor *actor,
				const struct job *job))
{
	const struct actor actor = command_actor(call);
	struct uuid id;
	struct job job;

	return access_id(&id, call->work, "job", call->args[0]) &&
	       job_find(&job, call->work, id) &&
	       make(call->work, &actor, &job) && show(call, id);
}

bool cmd_jobs_retry(struct call *call)
{
	return change(call, admin_retry_job);
}

bool cmd_jobs_cancel(struct call *call)
{
	return change(call, admin_cancel_job);
}

bool cmd_jobs_set_priority(struct call *call)
{
	const struct actor actor = command_actor(call);
	int64_t priority;
	struct uuid id;
	struct job job;

	return access_id(&id, call->work, "job", call->args[0]) &&
	       read_priority(&priority, call, call->args[1]) &&
	       job_find(&job, call->work, id) &&
	       admin_set_job_priority(call->work, &actor, &job, priority) &&
	       show(call, id);
}
