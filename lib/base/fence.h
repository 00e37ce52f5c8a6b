#ifndef LIB_BASE_FENCE_H
#define LIB_BASE_FENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/conf.h"
#include "lib/base/work.h"

struct filter;
struct filter_call;
struct pool;

/* What may stand between a child process and the rest of the machine. */
enum fence_part {
	FENCE_SECCOMP = 1,  /* all system calls but a few kill */
	FENCE_RLIMITS = 2,  /* memory, CPU time, no files, no processes */
	FENCE_LANDLOCK = 4, /* no file system, on kernels that have it */
};

struct fence_limits {
	size_t memory_bytes; /* on top of what the process has mapped already */
	long seconds;        /* of CPU time */
	long descriptors;    /* that may be open; those that are, stay */
	long most_seconds;   /* that another process may raise `seconds` to; 0:
				it may not */
};

/* What one kind of child may do. */
struct fence {
	const struct filter_call *calls; /* filter.h */
	const char *const *files; /* that it may read where the kernel tells
				     files apart, NULL at the end; or NULL */
	const char *ports;        /* "80 443": that it may call; or NULL */
	struct fence_limits limits;
};

/* The one descriptor that a fenced process keeps. */
enum { FENCE_SOCKET = 3 };

/* For a freshly forked child: `socket` becomes FENCE_SOCKET, every other
   descriptor but the first three is closed. */
void fence_keep(int socket);

/*
 * Once and for good: what this machine has of the parts above is put up.
 * Returns the parts in force; with SANDBOX_OFF these are the limits only.
 */
unsigned fence_raise(enum conf_sandbox sandbox, const struct fence *fence);

/*
 * The same in two steps. fence_prepare() does what the children of this process
 * inherit, and all that takes long; afterwards this process can still fork.
 * Each child then calls fence_enter(), which returns the parts in force.
 */
struct fence_prepared {
	const struct filter *filter; /* lives in the pool; or NULL */
	struct fence_limits limits;
	unsigned parts;
};
void fence_prepare(struct fence_prepared *prepared, struct pool *pool,
		   enum conf_sandbox sandbox, const struct fence *fence);
unsigned fence_enter(const struct fence_prepared *prepared);

/* Whether these parts are enough for the setting; ERR_UNAVAILABLE. `who` is
   "the decoder process". */
bool fence_suffices(struct work *work, unsigned parts,
		    enum conf_sandbox sandbox, const char *who) MUST_CHECK;

/* "seccomp rlimits landlock" */
const char *fence_words(struct pool *pool, unsigned parts);

/* The same of the fence that a child of this process puts up by `raise`. */
const char *fence_try(struct pool *pool, unsigned (*raise)(const void *arg),
		      const void *arg);

#endif
