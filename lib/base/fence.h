#ifndef LIB_BASE_FENCE_H
#define LIB_BASE_FENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/conf.h"
#include "lib/base/work.h"

struct filter;
struct filter_call;
struct pool;

/* The parts of the sandbox of a child process. */
enum fence_part {
	FENCE_SECCOMP = 1,  /* kills the process for any other system call */
	FENCE_RLIMITS = 2,  /* memory, CPU time, no file writes, no processes */
	FENCE_LANDLOCK = 4, /* no file system, on kernels with Landlock */
};

struct fence_limits {
	size_t memory_bytes; /* in addition to what is mapped already */
	long seconds;        /* of CPU time */
	long descriptors;    /* RLIMIT_NOFILE; open ones stay open */
	long most_seconds;   /* up to which another process may raise `seconds`;
				0: it may not */
};

/* The sandbox of one kind of child. */
struct fence {
	const struct filter_call *calls; /* see filter.h */
	const char *const *files; /* the process may read these if Landlock
				     works, NULL at the end; or NULL */
	const char *ports; /* "80 443": allowed for TCP connections; or NULL */
	struct fence_limits limits;
};

/* The one descriptor that a sandboxed process keeps. */
enum { FENCE_SOCKET = 3 };

/* For a new child: moves `socket` to FENCE_SOCKET and closes every other
   descriptor except the first three. */
void fence_keep(int socket);

/* Enters the sandbox, irreversibly, with the parts that this machine supports.
   Returns the parts in force; with SANDBOX_OFF only the limits. */
unsigned fence_raise(enum conf_sandbox sandbox, const struct fence *fence);

/* The same in two steps. fence_prepare() does what children inherit and what
   takes long; after it, this process can still fork. Then each child calls
   fence_enter(), which returns the parts in force. */
struct fence_prepared {
	const struct filter *filter; /* belongs to the pool; or NULL */
	struct fence_limits limits;
	unsigned parts;
};
void fence_prepare(struct fence_prepared *prepared, struct pool *pool,
		   enum conf_sandbox sandbox, const struct fence *fence);
unsigned fence_enter(const struct fence_prepared *prepared);

/* Fails with ERR_UNAVAILABLE if these parts are not enough for the setting.
   `who` is, for example, "the decoder process". */
bool fence_suffices(struct work *work, unsigned parts,
		    enum conf_sandbox sandbox, const char *who) MUST_CHECK;

/* Returns words such as "seccomp rlimits landlock". */
const char *fence_words(struct pool *pool, unsigned parts);

/* Returns these words for a sandbox that a new child enters by `raise`. */
const char *fence_try(struct pool *pool, unsigned (*raise)(const void *arg),
		      const void *arg);

#endif
