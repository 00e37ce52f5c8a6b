#ifndef LIB_MODEL_DELIVERY_H
#define LIB_MODEL_DELIVERY_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/uuid.h"
#include "lib/base/work.h"

/* One message to one webhook. Its id is the message's. */
struct delivery {
	struct uuid id;
	struct uuid webhook_id;
	struct uuid job_id;  /* what sends it */
	const char *event;   /* "image.ready" */
	const char *payload; /* the body, as it is signed */
	const char *state;   /* "pending", "delivered" or "failed" */
	int64_t attempts;    /* all */
	int64_t tries;       /* those of this job */
	int64_t created_at;
	int64_t next_at; /* when the job is due; 0: it is not pending */
	int64_t finished_at;
};

/* One attempt at it. */
struct attempt {
	struct uuid delivery_id;
	int64_t attempt; /* from 1 */
	int64_t at;
	int64_t status;    /* HTTP's; 0: no answer */
	int64_t ms;        /* how long it took */
	const char *error; /* why there was none, or NULL */
};

enum { DELIVERY_MAX_ATTEMPTS = 20 /* that are kept */ };

/* The job's, with where it goes and whether that webhook is disabled. */
struct delivery_target {
	struct delivery delivery;
	const char *url;
	bool disabled;
};
bool delivery_of_job(struct delivery_target *target, struct work *work,
		     struct uuid job_id) MUST_CHECK;

/* ERR_NOT_FOUND also when it is another webhook's. No payload. */
bool delivery_find(struct delivery *delivery, struct work *work,
		   struct uuid webhook_id, struct uuid id) MUST_CHECK;

/* Newest first, before `before` (nil: all). No payloads. */
bool delivery_list(struct delivery **deliveries, size_t *count,
		   struct work *work, struct uuid webhook_id,
		   struct uuid before, int64_t limit) MUST_CHECK;

/* The attempts at deliveries of a webhook with ids from `low` to `high`, by
   delivery, then by number. */
bool delivery_list_attempts(struct attempt **attempts, size_t *count,
			    struct work *work, struct uuid webhook_id,
			    struct uuid low, struct uuid high) MUST_CHECK;

/* Pending, with the ids that the caller made. */
bool delivery_add(struct work *work,
		  const struct delivery *delivery) MUST_CHECK;

/* Counts an attempt and keeps it; the oldest beyond DELIVERY_MAX_ATTEMPTS
   go. */
bool delivery_log(struct work *work, const struct attempt *attempt) MUST_CHECK;

/* It stays pending, due again in `delay` seconds. */
bool delivery_defer(struct work *work, struct uuid id,
		    int64_t delay) MUST_CHECK;

/* To "delivered" or "failed". */
bool delivery_end(struct work *work, struct uuid id,
		  const char *state) MUST_CHECK;

/* Pending again, with another job. ERR_CONFLICT when it is pending. */
bool delivery_reopen(struct work *work, struct uuid id,
		     struct uuid job_id) MUST_CHECK;

/* Cancels the jobs of a webhook's pending deliveries. */
bool delivery_cancel_jobs(struct work *work, struct uuid webhook_id) MUST_CHECK;

/* The jobs of a webhook's pending deliveries go to this receiver from now
   on. */
bool delivery_readdress(struct work *work, struct uuid webhook_id,
			const char *receiver) MUST_CHECK;

/* Removes up to `limit` that ended more than `days` ago, and as many jobs that
   have sent something. */
bool delivery_sweep(uint64_t *removed, struct work *work, int64_t days,
		    int64_t limit) MUST_CHECK;

#endif
