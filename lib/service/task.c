/* task.c: the kinds of jobs. */
#include "config.h"

#include "lib/service/task.h"

#include <string.h>

#include "lib/base/pool.h"
#include "lib/service/fetch.h"
#include "lib/service/render_job.h"
#include "lib/service/user_delete.h"
#include "lib/service/webhook_send.h"

/* clang-format off */
static const struct task tasks[] = {
	{ "fetch",       true,  fetch_job,        render_job_give_up },
	{ "delete_user", false, user_delete_job,  job_fail },
	{ "render",      false, render_job_run,   render_job_give_up },
	{ "resize",      false, render_job_run,   render_job_give_up },
	{ "webhook",     true,  webhook_send_job, webhook_send_give_up },
};
/* clang-format on */

const struct task *task_find(const char *kind)
{
	for (size_t i = 0; i < ARRAY_LEN(tasks); i++)
		if (!strcmp(tasks[i].kind, kind))
			return &tasks[i];
	return NULL;
}

bool task_run(struct work *work, const struct job *job)
{
	const struct task *task = task_find(job->kind);

	return task ? task->run(work, job)
		    : fail(work, ERR_INTERNAL,
			   "this version does not know jobs of the kind %s",
			   job->kind);
}

bool task_give_up(struct work *work, const struct job *job, const char *code,
		  const char *detail)
{
	const struct task *task = task_find(job->kind);

	return (task ? task->give_up : render_job_give_up)(work, job, code,
							   detail);
}

const char *task_calling_kinds(struct pool *pool)
{
	const char *kinds = "";

	for (size_t i = 0; i < ARRAY_LEN(tasks); i++)
		if (tasks[i].calls)
			kinds = pool_printf(pool, "%s%s%s", kinds,
					    *kinds ? "," : "", tasks[i].kind);
	return kinds;
}
