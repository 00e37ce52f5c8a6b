/* task.c: the kinds of jobs. */
#include "config.h"

#include "lib/service/task.h"

#include <string.h>

#include "lib/service/dispatch.h"
#include "lib/service/import.h"
#include "lib/service/leave.h"
#include "lib/service/render.h"

static const struct task tasks[] = {
	{ "fetch", import_job, render_give_up },
	{ "purge_user", leave_job, leave_give_up },
	{ "render", render_job, render_give_up },
	{ "resize", render_job, render_give_up },
	{ "webhook", dispatch_job, dispatch_give_up },
};

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
		    : fail(work, ERR_INTERNAL, "no task for jobs of %s",
			   job->kind);
}

bool task_give_up(struct work *work, const struct job *job, const char *code,
		  const char *detail)
{
	const struct task *task = task_find(job->kind);

	return (task ? task->give_up : render_give_up)(work, job, code, detail);
}
