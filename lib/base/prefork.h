#ifndef LIB_BASE_PREFORK_H
#define LIB_BASE_PREFORK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "lib/base/util.h"

struct work;

/*
 * A supervisor that keeps groups of children alive. It opens nothing itself;
 * run() is a child's main, and its result the child's exit status. A child
 * dies with its supervisor (PR_SET_PDEATHSIG).
 */
struct prefork_group {
	const char *name; /* for the log and the metrics */
	long count;
	int (*run)(void *arg, long slot);
	void *arg;
	bool is_last; /* the others need it: stopped when they are gone */
};

struct prefork {
	const struct prefork_group *groups;
	size_t group_count;
	long stop_timeout; /* seconds from SIGTERM to SIGKILL */

	/* On SIGHUP: reads the settings anew and may change the groups'
	   fields. True: all children are replaced; the old ones finish what
	   they have in hand. NULL: replaced without asking. */
	bool (*reload)(void *arg);
	void *reload_arg;
};

/*
 * Starts the children and replaces those that end: at once, unless a child of
 * the same slot dies within its first second again. Then there is a delay of
 * 100 ms that doubles up to 1 s, and one such start each 100 ms. SIGTERM,
 * SIGINT and SIGQUIT stop it: returns the program's exit status when all
 * children are gone. A SIGHUP that comes while the last one's old children
 * still finish waits for them. Says READY=1 to $NOTIFY_SOCKET (sd_notify(3))
 * when the children are started.
 */
int prefork_run(const struct prefork *prefork);

/* In a child: SIGTERM has come. It interrupts system calls, and comes again
   every 100 ms. */
bool prefork_stopping(void);

/* In a child: the process that had its slot before and has ended, or 0. */
pid_t prefork_predecessor(void);

/* Writes this process's id into a file that is removed with the work's pool.
   An empty path: does nothing. */
bool prefork_write_pid(struct work *work, const char *path) MUST_CHECK;

/* When run by root and the user is not empty: becomes that user, with its
   groups, for good. ERR_INVALID_FIELD when there is no such user. */
bool prefork_drop_rights(struct work *work, const char *user) MUST_CHECK;

#endif
