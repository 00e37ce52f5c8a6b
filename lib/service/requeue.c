/* requeue.c: queues failed, cancelled and lost jobs again. */
#include "config.h"

#include "lib/service/requeue.h"

#include "lib/model/image.h"
#include "lib/model/job.h"
#include "lib/model/variant.h"
#include "lib/service/task.h"

enum { BATCH = 100, LEAST_ATTEMPTS = 2 };

bool requeue_job(struct work *work, const struct job *job)
{
	return job_retry(work, job->id) && image_reopen(work, job->image_id) &&
	       variant_reopen_failed(work, job->image_id);
}

bool requeue_lost(struct work *work, const struct job *job)
{
	static const char reason[] = "the worker died or lost the database";
	const char *code = err_code(ERR_INTERNAL);

	if (job->attempts < job->max_attempts || job->attempts < LEAST_ATTEMPTS)
		return job_put_back(work, job, 0, code, reason);
	return task_give_up(work, job, code, reason);
}

/* ERR_CONFLICT: another worker has changed the job meanwhile. */
bool requeue_expired(int64_t *count, struct work *work)
{
	struct job *jobs;
	size_t found;
	int64_t given = 0;

	do {
		if (!job_list_expired(&jobs, &found, work, BATCH))
			return false;
		for (size_t i = 0; i < found; i++)
			if (requeue_lost(work, &jobs[i]))
				given++;
			else if (work->err != ERR_CONFLICT)
				return false;
	} while (found == BATCH);
	*count = given;
	return true;
}
