#ifndef LIB_MODEL_DELIVERY_H
#define LIB_MODEL_DELIVERY_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/uuid.h"
#include "lib/base/work.h"

enum delivery_state {
	DELIVERY_PENDING = 1,
	DELIVERY_DELIVERED,
	DELIVERY_FAILED
};

const char *delivery_state_name(enum delivery_state state);

/* One message to one webhook. The delivery's id is also the message's id. */
struct delivery {
	struct uuid id;
	struct uuid webhook_id;
	struct uuid job_id;  /* the job that sends it */
	const char *event;   /* "image.ready" */
	const char *payload; /* the request body, exactly as it is signed */
	enum delivery_state state;
	int64_t attempts; /* of all jobs */
	int64_t tries;    /* of the current job */
	int64_t created_at;
	int64_t next_at; /* when the job is due; 0: not pending */
	int64_t finished_at;
};

/* One attempt to send a delivery. */
struct attempt {
	struct uuid delivery_id;
	int64_t attempt; /* from 1 */
	int64_t at;
	int64_t status;    /* HTTP status; 0: no response */
	int64_t ms;        /* duration */
	const char *error; /* the reason if there was no response, else NULL */
};

enum { DELIVERY_MAX_ATTEMPTS = 20 /* kept for each delivery */ };

/* The delivery of a job, with its webhook's URL and state. */
struct delivery_target {
	struct delivery delivery;
	const char *url;
	bool disabled;
};
bool delivery_of_job(struct delivery_target *target, struct work *work,
		     struct uuid job_id) MUST_CHECK;

/* ERR_NOT_FOUND also if the delivery belongs to another webhook. Does not fill
   `payload`. */
bool delivery_find(struct delivery *delivery, struct work *work,
		   struct uuid webhook_id, struct uuid id) MUST_CHECK;

/* Lists the newest first, only those with an id below `before` (nil: all). Does
   not fill `payload`. */
bool delivery_list(struct delivery **deliveries, size_t *count,
		   struct work *work, struct uuid webhook_id,
		   struct uuid before, int64_t limit) MUST_CHECK;

/* Lists the attempts at those deliveries of the webhook that have ids from
   `low` to `high`, by delivery and then by number. */
bool delivery_list_attempts(struct attempt **attempts, size_t *count,
			    struct work *work, struct uuid webhook_id,
			    struct uuid low, struct uuid high) MUST_CHECK;

/* Inserts a pending delivery with the caller's ids. */
bool delivery_add(struct work *work,
		  const struct delivery *delivery) MUST_CHECK;

/* Counts and stores an attempt. Removes the oldest attempts beyond
   DELIVERY_MAX_ATTEMPTS. */
bool delivery_log(struct work *work, const struct attempt *attempt) MUST_CHECK;

/* Makes a pending delivery due again in `delay` seconds. */
bool delivery_defer(struct work *work, struct uuid id,
		    int64_t delay) MUST_CHECK;

/* Sets the state to delivered or failed. */
bool delivery_end(struct work *work, struct uuid id,
		  enum delivery_state state) MUST_CHECK;

/* Sets the state back to pending, with a new job. ERR_CONFLICT if the
   delivery is pending. */
bool delivery_reopen(struct work *work, struct uuid id,
		     struct uuid job_id) MUST_CHECK;

/* Cancels the jobs of the webhook's pending deliveries. */
bool delivery_cancel_jobs(struct work *work, struct uuid webhook_id) MUST_CHECK;

/* Changes the receiver of the jobs of the webhook's pending deliveries. */
bool delivery_readdress(struct work *work, struct uuid webhook_id,
			const char *receiver) MUST_CHECK;

/* Removes up to `limit` deliveries that ended more than `days` days ago, and up
   to `limit` webhook jobs that ended as long ago. */
bool delivery_sweep(uint64_t *removed, struct work *work, int64_t days,
		    int64_t limit) MUST_CHECK;

#endif
