#ifndef LIB_MODEL_JOB_CLAIM_H
#define LIB_MODEL_JOB_CLAIM_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/uuid.h"
#include "lib/base/work.h"

/*
 * What a worker reads to choose a job, and how it takes one: candidates are
 * read without a lock and one of them is taken by a guarded update, which is
 * safe on a cluster too. schedule.h chooses.
 */
struct job_claimant {
	const char *worker;
	const char
		*but_kinds; /* with a comma between: left to others; or NULL */
	int64_t per_receiver; /* jobs that call one receiver at once, at most */
	int64_t lease;        /* seconds */
};

enum { JOB_PRIORITIES = 3, JOB_WINDOW = 64 };

/* Of each priority, how many seconds the oldest job that is due has waited; -1:
   none is due. */
bool job_waited(int64_t seconds[JOB_PRIORITIES], struct work *work) MUST_CHECK;

struct job_candidate {
	struct uuid id;
	struct uuid fair_key; /* jobs of a priority take turns by it */
	const char *receiver; /* NULL: it calls none */
	bool due;
	bool allowed; /* of a kind that the claimant takes, and not one too many
			 for its receiver */
};

/* The first JOB_WINDOW queued jobs of a priority after a key (nil: all keys),
   by key and then by the time they are due. */
bool job_list_window(struct job_candidate **candidates, size_t *count,
		     struct work *work, const struct job_claimant *claimant,
		     int64_t priority, struct uuid after) MUST_CHECK;

/* The first JOB_WINDOW jobs of a key that are due and allowed. It may read all
   that the key has. */
bool job_list_allowed(struct job_candidate **candidates, size_t *count,
		      struct work *work, const struct job_claimant *claimant,
		      int64_t priority, struct uuid fair_key) MUST_CHECK;

/* The keys that have running jobs of a priority, and how many. */
struct job_running {
	struct uuid fair_key;
	int64_t count;
};
bool job_list_running(struct job_running **running, size_t *count,
		      struct work *work, int64_t priority) MUST_CHECK;

/* Takes the job for `lease` seconds and counts the attempt, unless somebody
   else was first or its receiver has enough jobs: `taken` says, and in the
   second case the candidate is no longer allowed. Committed before the work
   begins. */
bool job_take(bool *taken, struct work *work,
	      const struct job_claimant *claimant,
	      struct job_candidate *candidate) MUST_CHECK;

#endif
