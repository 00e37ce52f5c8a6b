#ifndef LIB_MODEL_JOB_H
#define LIB_MODEL_JOB_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/uuid.h"
#include "lib/base/work.h"

/* Work that is done later by a worker. Times are the database's. */
struct job {
	struct uuid id;
	const char *
		kind; /* "render", "resize", "fetch", "webhook", "purge_user" */
	const char *url;      /* what a fetch job gets, else NULL */
	const char *receiver; /* the host that a webhook job calls; not read */
	struct uuid user_id;
	const char *address;  /* of the built-in user's client; not read */
	struct uuid image_id; /* nil: none, or deleted */
	const char *variant;  /* the one result, or NULL */
	int64_t quality;      /* of it, 1 to 100; 0: the setting's */
	const char *state; /* "queued" "running" "done" "failed" "cancelled" */
	int64_t priority;  /* 0 high, 1 normal, 2 low */
	int64_t cost_ms;   /* of a decoder process, estimated */
	int64_t attempts, max_attempts;
	const char *worker; /* who has it, while it is running */
	const char *error_code;
	const char *error_detail;
	int64_t created_at, started_at, finished_at;
};

bool job_find(struct job *job, struct work *work, struct uuid id) MUST_CHECK;

/* The image's newest; ERR_NOT_FOUND when it never had one. */
bool job_of_image(struct job *job, struct work *work,
		  struct uuid image_id) MUST_CHECK;

/* The image's newest that failed; ERR_NOT_FOUND. */
bool job_failed_of_image(struct job *job, struct work *work,
			 struct uuid image_id) MUST_CHECK;

/* Newest first, before `before` (nil: all); nil user: everybody's; `state` and
   `kind` narrow it unless NULL. */
struct job_filter {
	struct uuid user_id;
	const char *state;
	const char *but_kind; /* is left out, unless NULL */
	const char *kind;
	struct uuid before;
	int64_t limit;
};
bool job_list(struct job **jobs, size_t *count, struct work *work,
	      const struct job_filter *filter) MUST_CHECK;

/* Queues it, due at once, with the id and created_at that the caller made; one
   that is "done" is only noted, as one attempt. */
bool job_add(struct work *work, const struct job *job) MUST_CHECK;

/* All three are guarded by who has the job and by the attempt: ERR_CONFLICT
   when it has been given to somebody else meanwhile. */
bool job_extend(struct work *work, const struct job *job,
		int64_t lease) MUST_CHECK;
bool job_finish(struct work *work, const struct job *job) MUST_CHECK;
bool job_fail(struct work *work, const struct job *job, const char *code,
	      const char *detail) MUST_CHECK;

/* Puts it back into the queue, due in `delay` seconds, saying why. */
bool job_put_back(struct work *work, const struct job *job, int64_t delay,
		  const char *code, const char *detail) MUST_CHECK;

/* The same, as if it had not been taken. */
bool job_postpone(struct work *work, const struct job *job, int64_t delay,
		  const char *code, const char *detail) MUST_CHECK;

/* Running jobs whose lease has ended, and those that a worker has; at most
   `limit`. */
bool job_list_expired(struct job **jobs, size_t *count, struct work *work,
		      int64_t limit) MUST_CHECK;
bool job_list_held(struct job **jobs, size_t *count, struct work *work,
		   const char *worker, int64_t limit) MUST_CHECK;

/* A failed or cancelled job is queued anew with all its attempts;
   ERR_CONFLICT in any other state, and when the image it is for is gone. */
bool job_retry(struct work *work, struct uuid id) MUST_CHECK;

/* Whoever runs it will not be able to finish it. ERR_CONFLICT when it has
   ended. */
bool job_cancel(struct work *work, struct uuid id) MUST_CHECK;

/* In a transaction: the state, which nobody else changes until its end. */
bool job_lock(const char **state, struct work *work, struct uuid id) MUST_CHECK;

/* The jobs of an image that have ended are forgotten. */
bool job_forget_ended(struct work *work, struct uuid image_id) MUST_CHECK;

/* Whether a job of the image is queued or running. */
bool job_is_awaited(bool *awaited, struct work *work,
		    struct uuid image_id) MUST_CHECK;

/* The user's jobs of a kind that are queued or running. Who adds one to them
   beside others begins with user_lock(). */
bool job_count_waiting(int64_t *count, struct work *work, struct uuid user_id,
		       const char *kind) MUST_CHECK;

/* The sum of cost_ms over the user's jobs that are queued or running, of those
   with this address (NULL: without one). The same holds for who adds one. */
bool job_sum_pending(int64_t *cost_ms, struct work *work, struct uuid user_id,
		     const char *address) MUST_CHECK;

/* The same with all addresses. */
bool job_sum_pending_of_all(int64_t *cost_ms, struct work *work,
			    struct uuid user_id) MUST_CHECK;

/* What the job costs is known better now. */
bool job_set_cost(struct work *work, struct uuid id,
		  int64_t cost_ms) MUST_CHECK;

/* A user's jobs that have ended, at most `limit`; how many. */
bool job_drop_ended(uint64_t *count, struct work *work, struct uuid user_id,
		    int64_t limit) MUST_CHECK;

/* Queued jobs of an image that is about to go. */
bool job_cancel_of_image(struct work *work, struct uuid image_id) MUST_CHECK;

#endif
