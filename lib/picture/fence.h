#ifndef LIB_PICTURE_FENCE_H
#define LIB_PICTURE_FENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/conf.h"

struct pool;

/* What may stand between a painter and the rest of the machine. */
enum fence_part {
	FENCE_SECCOMP = 1,  /* all system calls but a few kill */
	FENCE_RLIMITS = 2,  /* memory, CPU time, no files, no processes */
	FENCE_LANDLOCK = 4, /* no file system, on kernels that have it */
};

struct fence_limits {
	size_t memory_bytes; /* on top of what the process has mapped already */
	long seconds;        /* of CPU time */
};

/* The one descriptor that a fenced process keeps. */
enum { FENCE_SOCKET = 3 };

/*
 * For a freshly forked child, once and for good: `socket` becomes
 * FENCE_SOCKET, every other descriptor is closed, and what this machine has of
 * the parts above is put up. It may then take one descriptor by recvmsg(), map
 * it, write to its socket and end; nothing else. Returns the parts in force;
 * with SANDBOX_OFF these are the limits only. What must hold is for the caller
 * to say.
 */
unsigned fence_raise(int socket, enum conf_sandbox sandbox,
		     const struct fence_limits *limits);

/* "seccomp rlimits landlock" */
const char *fence_words(struct pool *pool, unsigned parts);

#endif
