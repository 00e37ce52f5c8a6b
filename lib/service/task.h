#ifndef LIB_SERVICE_TASK_H
#define LIB_SERVICE_TASK_H

#include "lib/base/work.h"
#include "lib/model/job.h"

/* What a worker does for each kind of job. On failure a run says why; whether
   another attempt makes sense follows from the kind of failure. */
struct task {
	const char *kind;
	bool calls; /* hosts of strangers, which may be slow */
	bool (*run)(struct work *work, const struct job *job);
	bool (*give_up)(struct work *work, const struct job *job,
			const char *code, const char *detail);
};

/* NULL when no task has the kind. */
const struct task *task_find(const char *kind);

/* ERR_INTERNAL when no task has the job's kind: another version of the program
   may know it. */
bool task_run(struct work *work, const struct job *job) MUST_CHECK;

/* Ends the job as failed, with what waits for it. ERR_CONFLICT when somebody
   else has it. */
bool task_give_up(struct work *work, const struct job *job, const char *code,
		  const char *detail) MUST_CHECK;

/* The kinds that call strangers, with a comma between. */
const char *task_calling_kinds(struct pool *pool);

#endif
