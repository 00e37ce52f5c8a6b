/* task.c: the kinds of jobs. */
#include "config.h"

#include "lib/service/task.h"

#include "lib/base/pool.h"
#include "lib/service/fetch.h"
#include "lib/service/render_job.h"
#include "lib/service/user_delete.h"
#include "lib/service/webhook_send.h"

static bool run_unknown(struct work *work, const struct job *job)
{
	return fail(work, ERR_INTERNAL,
		    "this version does not know the kind of job %s",
		    UUID_TEXT(job->id));
}

/* Value 0 is a kind of another version of the program. */
/* clang-format off */
static const struct task tasks[] = {
	[0]               = { false, run_unknown,      render_job_give_up },
	[JOB_FETCH]       = { true,  fetch_job,        render_job_give_up },
	[JOB_RENDER]      = { false, render_job_run,   render_job_give_up },
	[JOB_RESIZE]      = { false, render_job_run,   render_job_give_up },
	[JOB_WEBHOOK]     = { true,  webhook_send_job, webhook_send_give_up },
	[JOB_DELETE_USER] = { false, user_delete_job,  job_fail },
};
/* clang-format on */
_Static_assert(ARRAY_LEN(tasks) == JOB_KIND__COUNT, "each kind has a task");

bool task_run(struct work *work, const struct job *job)
{
	return tasks[job->kind].run(work, job);
}

bool task_give_up(struct work *work, const struct job *job, const char *code,
		  const char *detail)
{
	return tasks[job->kind].give_up(work, job, code, detail);
}

const char *task_calling_kinds(struct pool *pool)
{
	const char *kinds = "";

	for (size_t i = 0; i < ARRAY_LEN(tasks); i++)
		if (tasks[i].calls)
			kinds = pool_printf(pool, "%s%s%s", kinds,
					    *kinds ? "," : "",
					    job_kind_name((enum job_kind)i));
	return kinds;
}
