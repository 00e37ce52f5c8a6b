#ifndef LIB_SERVICE_TASK_H
#define LIB_SERVICE_TASK_H

#include "lib/base/work.h"
#include "lib/model/job.h"

/* How a worker carries out each kind of job. run() fails with a reason;
   err_is_transient() decides whether another attempt follows. */
struct task {
	bool calls; /* other hosts, which may be slow */
	bool (*run)(struct work *work, const struct job *job);
	bool (*give_up)(struct work *work, const struct job *job,
			const char *code, const char *detail);
};

/* ERR_INTERNAL if the job's kind is one of another version of the program. */
bool task_run(struct work *work, const struct job *job) MUST_CHECK;

/* Sets the job and its image or delivery to failed. ERR_CONFLICT if another
   worker has the job. */
bool task_give_up(struct work *work, const struct job *job, const char *code,
		  const char *detail) MUST_CHECK;

/* Returns the kinds that call other hosts, comma-separated. */
const char *task_calling_kinds(struct pool *pool);

#endif
