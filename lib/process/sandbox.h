#ifndef LIB_PROCESS_SANDBOX_H
#define LIB_PROCESS_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/conf.h"
#include "lib/base/work.h"

struct filter;
struct filter_call;
struct pool;

/* The parts of the sandbox of a child process. */
enum sandbox_part {
	SANDBOX_SECCOMP = 1, /* kills the process for any other system call */
	SANDBOX_RLIMITS =
		2, /* memory, CPU time, no file writes, no processes */
	SANDBOX_LANDLOCK = 4, /* no file system, on kernels with Landlock */
};

struct sandbox_limits {
	size_t memory_bytes; /* in addition to what is mapped already */
	long seconds;        /* of CPU time */
	long descriptors;    /* RLIMIT_NOFILE; open ones stay open */
	long most_seconds;   /* up to which another process may raise `seconds`;
				0: it may not */
};

/* The sandbox of one kind of child. */
struct sandbox {
	const struct filter_call *calls; /* see filter.h */
	const char *const *files; /* the process may read these if Landlock
				     works, NULL at the end; or NULL */
	const char *ports; /* "80 443": allowed for TCP connections; or NULL */
	struct sandbox_limits limits;
};

/* The one descriptor that a sandboxed process keeps. */
enum { SANDBOX_SOCKET = 3 };

/* For a new child: moves `socket` to SANDBOX_SOCKET and closes every other
   descriptor except the first three. */
void sandbox_keep_fd(int socket);

/* Enters the sandbox, irreversibly, with the parts that this machine supports.
   Returns the parts in force; with SANDBOX_OFF only the limits. */
unsigned sandbox_enter(enum conf_sandbox mode, const struct sandbox *sandbox);

/* The same in two steps. sandbox_prepare() does what children inherit and what
   takes long; after it, this process can still fork. Then each child calls
   sandbox_enter_prepared(), which returns the parts in force. */
struct sandbox_prepared {
	const struct filter *filter; /* belongs to the pool; or NULL */
	struct sandbox_limits limits;
	unsigned parts;
};
void sandbox_prepare(struct sandbox_prepared *prepared, struct pool *pool,
		     enum conf_sandbox mode, const struct sandbox *sandbox);
unsigned sandbox_enter_prepared(const struct sandbox_prepared *prepared);

/* Fails with ERR_UNAVAILABLE if these parts are not enough for the setting.
   `who` is, for example, "the decoder process". */
bool sandbox_check(struct work *work, unsigned parts, enum conf_sandbox mode,
		   const char *who) MUST_CHECK;

/* Returns words such as "seccomp rlimits landlock". */
const char *sandbox_describe(struct pool *pool, unsigned parts);

/* Returns these words for a sandbox that a new child enters by `raise`. */
const char *sandbox_describe_child(struct pool *pool,
				   unsigned (*raise)(const void *arg),
				   const void *arg);

#endif
