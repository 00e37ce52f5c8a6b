#ifndef FCGI_ADMISSION_H
#define FCGI_ADMISSION_H

#include <stdint.h>

#include "lib/base/work.h"

/*
 * Decides which requests are admitted when more arrive than the responders of a
 * socket can answer. The wait of the last request in the socket's queue is
 * estimated from the length of the queue and the mean time that recent requests
 * took. The state is in memory that all responders of the socket share.
 */
struct admission;

/* Call this before the fork. Children that exist keep their mapping after
   admission_free(). */
struct admission *admission_new(long responders);
void admission_free(struct admission *admission);

/* The state of one responder. */
struct admission_slot {
	struct admission *shared;
	long slot;
	const char *group; /* the label in the metrics */
	struct backlog *backlog;
	int64_t wait_ms; /* estimated wait of the last request in the queue */
	bool admitted;
};

/* Call this in a child. Processes that the child forks from now on do not
   inherit the shared memory. */
void admission_open(struct admission_slot *slot, struct pool *pool,
		    struct admission *shared, int listener);

/* Fails with ERR_UNAVAILABLE if the estimated wait is longer than the setting
   queue_seconds. The refused request has waited longest, but the sooner it
   ends, the sooner the other requests are answered. */
bool admission_check_queue(struct admission_slot *slot,
			   struct work *work) MUST_CHECK;

/* Fails with ERR_RATE_LIMITED if the estimated wait is longer than a second and
   this user already occupies the share of responders that the setting
   user_share allows. On success this responder counts for the user until
   admission_end(). `user` is NULL for a request without a user; it is always
   admitted. */
bool admission_check_share(struct admission_slot *slot, struct work *work,
			   const char *user) MUST_CHECK;

/* Ends the request, which was answered `us` microseconds after it was
   accepted. */
void admission_end(struct admission_slot *slot, int64_t us);

#endif
