#ifndef LIB_MODEL_JOB_H
#define LIB_MODEL_JOB_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/names.h"
#include "lib/base/uuid.h"
#include "lib/base/work.h"

/* 0 is a kind of another version. */
enum job_kind {
	JOB_FETCH = 1,
	JOB_RENDER,
	JOB_RESIZE,
	JOB_WEBHOOK,
	JOB_DELETE_USER,
	JOB_KIND__COUNT
};

enum job_state {
	JOB_QUEUED = 1,
	JOB_RUNNING,
	JOB_DONE,
	JOB_FAILED,
	JOB_CANCELLED
};

/* The numbers of the column `priority`. */
enum job_priority { JOB_HIGH, JOB_NORMAL, JOB_LOW };

extern const struct names job_kinds, job_states;

/* Returns "unknown" for a kind of another version. */
const char *job_kind_name(enum job_kind kind);

/* Return NULL for a value without a name. */
const char *job_state_name(enum job_state state);
const char *job_priority_name(int64_t priority);

/* Parses the state by which a client filters jobs; NULL is 0.
   ERR_INVALID_FIELD. */
bool job_state_read(enum job_state *state, struct work *work, const char *field,
		    const char *text) MUST_CHECK;

/* Parses the field "priority". ERR_INVALID_FIELD. */
bool job_priority_read(int64_t *priority, struct work *work,
		       const char *text) MUST_CHECK;

/* A task that a worker carries out. Times are the database's. */
struct job {
	struct uuid id;
	enum job_kind kind;
	const char *url;      /* the URL of a fetch job, else NULL */
	const char *receiver; /* the host of a webhook job; never read back */
	struct uuid user_id;
	const char *address;  /* of the client of `anonymous`; never read
				 back */
	struct uuid image_id; /* nil: the job has no image, or it was deleted */
	const char *variant;  /* the only variant to make, or NULL */
	int64_t quality;      /* of the variant, 1 to 100; 0: the setting's */
	enum job_state state;
	int64_t priority;
	int64_t cost_ms; /* estimated time in a decoder process */
	int64_t attempts, max_attempts;
	const char *worker; /* the worker that runs it */
	const char *error_code;
	const char *error_detail;
	int64_t created_at, started_at, finished_at;
};

bool job_find(struct job *job, struct work *work, struct uuid id) MUST_CHECK;

/* Finds the image's newest job. ERR_NOT_FOUND if it has none. */
bool job_of_image(struct job *job, struct work *work,
		  struct uuid image_id) MUST_CHECK;

/* Finds the image's newest failed job. ERR_NOT_FOUND. */
bool job_failed_of_image(struct job *job, struct work *work,
			 struct uuid image_id) MUST_CHECK;

/* Lists the newest first, only those with an id below `before` (nil: all).
   user_id nil: of all users. `state`, `but_kind`, `kind` and `priority` select
   jobs unless they are 0 or NULL; `kind` may be a kind of another version. */
struct job_filter {
	struct uuid user_id;
	enum job_state state;
	enum job_kind but_kind; /* the kind to leave out */
	const char *kind;
	const int64_t *priority;
	struct uuid before;
	int64_t limit;
};
bool job_list(struct job **jobs, size_t *count, struct work *work,
	      const struct job_filter *filter) MUST_CHECK;

/* Inserts a job with the caller's id and created_at, due at once. A job in the
   state JOB_DONE is stored as done, with one attempt; any other as queued. */
bool job_add(struct work *work, const struct job *job) MUST_CHECK;

/* The next five functions change the job only if the same worker still runs the
   same attempt. Otherwise they fail with ERR_CONFLICT. */
bool job_extend(struct work *work, const struct job *job,
		int64_t lease) MUST_CHECK;
bool job_finish(struct work *work, const struct job *job) MUST_CHECK;
bool job_fail(struct work *work, const struct job *job, const char *code,
	      const char *detail) MUST_CHECK;

/* Queues the job again, due in `delay` seconds, with the reason. */
bool job_put_back(struct work *work, const struct job *job, int64_t delay,
		  const char *code, const char *detail) MUST_CHECK;

/* As job_put_back(), but does not count the attempt. */
bool job_postpone(struct work *work, const struct job *job, int64_t delay,
		  const char *code, const char *detail) MUST_CHECK;

/* List running jobs, at most `limit`: those whose lease has ended, and those of
   a worker. */
bool job_list_expired(struct job **jobs, size_t *count, struct work *work,
		      int64_t limit) MUST_CHECK;
bool job_list_held(struct job **jobs, size_t *count, struct work *work,
		   const char *worker, int64_t limit) MUST_CHECK;

/* Queues a failed or cancelled job again with all its attempts. ERR_CONFLICT in
   any other state, and if the job has no image and its kind is not
   JOB_DELETE_USER. */
bool job_retry(struct work *work, struct uuid id) MUST_CHECK;

/* Cancels the job. If a worker runs it, the worker cannot store its result.
   ERR_CONFLICT if the job has ended. */
bool job_cancel(struct work *work, struct uuid id) MUST_CHECK;

/* Changes the priority. ERR_CONFLICT unless the job is queued. */
bool job_set_priority(struct work *work, struct uuid id,
		      int64_t priority) MUST_CHECK;

/* Reads the state and locks the row until the transaction ends. */
bool job_lock(enum job_state *state, struct work *work,
	      struct uuid id) MUST_CHECK;

/* Deletes the image's jobs that have ended. */
bool job_forget_ended(struct work *work, struct uuid image_id) MUST_CHECK;

/* Reports whether a job of the image is queued or running. */
bool job_is_awaited(bool *awaited, struct work *work,
		    struct uuid image_id) MUST_CHECK;

/* Counts the user's jobs of a kind that are queued or running. To add a job
   within a limit, call user_lock() first. */
bool job_count_waiting(int64_t *count, struct work *work, struct uuid user_id,
		       enum job_kind kind) MUST_CHECK;

/* Sums cost_ms over the user's fetch, render and resize jobs that are queued or
   running and have this address (NULL: none). To add a job within a limit, call
   user_lock() first. */
bool job_sum_pending(int64_t *cost_ms, struct work *work, struct uuid user_id,
		     const char *address) MUST_CHECK;

/* As job_sum_pending(), with any address. */
bool job_sum_pending_of_all(int64_t *cost_ms, struct work *work,
			    struct uuid user_id) MUST_CHECK;

/* Replaces the estimated cost. */
bool job_set_cost(struct work *work, struct uuid id,
		  int64_t cost_ms) MUST_CHECK;

/* Deletes at most `limit` of the user's jobs that have ended and counts
   them. */
bool job_drop_ended(uint64_t *count, struct work *work, struct uuid user_id,
		    int64_t limit) MUST_CHECK;

/* Cancels the image's jobs that are queued or running. */
bool job_cancel_of_image(struct work *work, struct uuid image_id) MUST_CHECK;

#endif
