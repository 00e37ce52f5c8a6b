#ifndef FCGI_ADMISSION_H
#define FCGI_ADMISSION_H

#include <stdint.h>

#include "lib/base/work.h"

/*
 * Which requests are let in while more come than the responders of a socket can
 * answer. How long the last one in the socket's queue will wait follows from
 * the queue's length and from how long requests took lately. What all
 * responders of the socket must know is in memory that they share.
 */
struct admission;

/* Before the fork. Children that exist keep what is freed. */
struct admission *admission_new(long responders);
void admission_free(struct admission *admission);

/* One responder's part. */
struct admission_slot {
	struct admission *shared;
	long slot;
	const char *group; /* the label of the metrics */
	struct backlog *backlog;
	int64_t wait_ms; /* of the last in the queue, estimated */
	bool admitted;
};

/* In a child: what it forks from now on does not get the shared memory. */
void admission_open(struct admission_slot *slot, struct pool *pool,
		    struct admission *shared, int listener);

/* Fails with ERR_UNAVAILABLE if requests would wait for longer than the setting
   queue_seconds: this is the one that has waited longest, but the sooner it
   ends the sooner are the others answered. */
bool admission_check_queue(struct admission_slot *slot,
			   struct work *work) MUST_CHECK;

/* Fails with ERR_RATE_LIMITED if requests would wait for longer than a second
   while responders work for this user as many as the setting user_share
   allows. Otherwise this one works for the user until admission_end(). NULL: a
   request that needs no user, which is let in. */
bool admission_check_share(struct admission_slot *slot, struct work *work,
			   const char *user) MUST_CHECK;

/* The request has been answered, `us` after it was accepted. */
void admission_end(struct admission_slot *slot, int64_t us);

#endif
