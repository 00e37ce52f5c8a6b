/* tasks.c: the kinds of jobs. */
#include "config.h"

#include "worker/tasks.h"

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
