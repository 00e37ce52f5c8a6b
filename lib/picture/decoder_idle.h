#ifndef LIB_PICTURE_DECODER_IDLE_H
#define LIB_PICTURE_DECODER_IDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "lib/base/uuid.h"

struct conf;
struct decoder_process;
struct memory_budget;

/*
 * Decoder processes that wait for the next picture of their owner, shared by
 * all children of a supervisor. There are at most `idle_decoders`, which
 * together have at most `idle_decoders_memory`; the one that waits longest ends
 * first. A process is handed out only to a client that asks for its owner.
 */
struct decoder_idle;

/* Before the supervisor forks. Raises the soft limit of open files; if the hard
   limit is too low for all, fewer can wait, which is logged. False: errno says
   why. */
bool decoder_idle_new(struct decoder_idle **idle,
		      const struct conf *conf) MUST_CHECK;

/* Processes that no child can be handed any more end. */
void decoder_idle_free(struct decoder_idle *idle);

/* In a child: what it forks from now on does not get them. */
void decoder_idle_hide(struct decoder_idle *idle);

/* The owner's process that was used last; false when there is none. */
bool decoder_idle_take(struct decoder_process *process,
		       struct decoder_idle *idle, struct uuid owner) MUST_CHECK;

/* Hands the process over, or ends it when there is no room. It is none then.
   In the budget, which may be NULL, its holder then has only what the process
   keeps, and another picture that needs that much ends the process. */
void decoder_idle_put(struct decoder_idle *idle,
		      struct decoder_process *process,
		      struct memory_budget *budget);

/* For tests: how many there are and can be, and the one that was used last. */
struct decoder_idle_state {
	long places;
	long count;
	size_t bytes; /* of all */
	pid_t pid;    /* 0: there is none */
	struct uuid owner;
	long pictures; /* that it has rendered */
};
struct decoder_idle_state decoder_idle_state(struct decoder_idle *idle);

#endif
