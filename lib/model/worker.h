#ifndef LIB_MODEL_WORKER_H
#define LIB_MODEL_WORKER_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/uuid.h"
#include "lib/base/work.h"
#include "lib/model/job.h"

/* A process that carries out jobs. */
struct worker {
	const char *name; /* as in the field `worker` of its jobs */
	const char *host;
	int64_t pid;
	int64_t started_at;
	int64_t seen_at;   /* its last heartbeat */
	bool alive;        /* seen in the last WORKER_ALIVE seconds */
	int64_t jobs_done; /* attempts since it started */
	int64_t jobs_failed;
	struct uuid job_id; /* the job that it runs, or nil */
	enum job_kind job_kind;
};

enum { WORKER_ALIVE = 30, WORKER_MAX = 1000 };

/* Writes the worker's name, host, process id and counts, and sets its heartbeat
   to now. */
bool worker_touch(struct work *work, const struct worker *worker) MUST_CHECK;

bool worker_drop(struct work *work, const char *name) MUST_CHECK;

/* Deletes the workers without a heartbeat for `seconds`. */
bool worker_drop_silent(struct work *work, int64_t seconds) MUST_CHECK;

/* Lists the WORKER_MAX workers that started last, newest first. */
bool worker_list(struct worker **workers, size_t *count,
		 struct work *work) MUST_CHECK;

#endif
