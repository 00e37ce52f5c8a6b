#ifndef LIB_MODEL_JOB_CLAIM_H
#define LIB_MODEL_JOB_CLAIM_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/uuid.h"
#include "lib/base/work.h"

/*
 * The statements with which a worker chooses and takes a job. Candidates are
 * read without a lock; one of them is taken by a guarded update, which is safe
 * on a database cluster too. schedule.h chooses the job.
 */
struct job_claimant {
	const char *worker;
	const char *but_kinds; /* kinds to skip, comma-separated, or NULL */
	int64_t per_receiver; /* the most running jobs that call one receiver */
	int64_t lease;        /* in seconds */
};

enum { JOB_PRIORITIES = 3, JOB_WINDOW = 64 };

/* For each priority: the seconds that the oldest due job has waited; -1 if none
   is due. */
bool job_waited(int64_t seconds[JOB_PRIORITIES], struct work *work) MUST_CHECK;

struct job_candidate {
	struct uuid id;
	struct uuid fair_key; /* jobs of one priority take turns by this key */
	const char *receiver; /* NULL: the job calls none */
	bool due;
	bool allowed; /* its kind is not in but_kinds, and its receiver has
			 fewer than per_receiver running jobs */
};

/* Lists the first JOB_WINDOW queued jobs of a priority with keys above `after`
   (nil: all keys), by key and then by due time. */
bool job_list_window(struct job_candidate **candidates, size_t *count,
		     struct work *work, const struct job_claimant *claimant,
		     int64_t priority, struct uuid after) MUST_CHECK;

/* Lists the first JOB_WINDOW jobs of a key that are due and allowed. It may
   read all jobs of the key. */
bool job_list_allowed(struct job_candidate **candidates, size_t *count,
		      struct work *work, const struct job_claimant *claimant,
		      int64_t priority, struct uuid fair_key) MUST_CHECK;

/* A key with running jobs of a priority, and their number. */
struct job_running {
	struct uuid fair_key;
	int64_t count;
};
bool job_list_running(struct job_running **running, size_t *count,
		      struct work *work, int64_t priority) MUST_CHECK;

/* Takes the job for `lease` seconds and counts the attempt. `taken` is false if
   another worker took it first or if its receiver has enough running jobs; in
   the second case candidate->allowed becomes false. The caller must commit
   before the work begins. */
bool job_take(bool *taken, struct work *work,
	      const struct job_claimant *claimant,
	      struct job_candidate *candidate) MUST_CHECK;

#endif
