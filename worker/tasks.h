#ifndef WORKER_TASKS_H
#define WORKER_TASKS_H

#include "lib/base/work.h"
#include "lib/model/job.h"

/* What a worker does for each kind of job. On failure a run says why; whether
   another attempt makes sense follows from the kind of failure. */
struct task {
	const char *kind;
	bool (*run)(struct work *work, const struct job *job);
	bool (*give_up)(struct work *work, const struct job *job,
			const char *code, const char *detail);
};

/* NULL when no task has the kind. */
const struct task *task_find(const char *kind);

#endif
