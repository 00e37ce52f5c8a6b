#ifndef LIB_PROCESS_PREFORK_H
#define LIB_PROCESS_PREFORK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "lib/base/util.h"

struct work;

/* A supervisor that keeps groups of children alive. It opens nothing itself.
   run() is the main function of a child, and returns the child's exit status. A
   child dies with its supervisor (PR_SET_PDEATHSIG). */
struct prefork_group {
	const char *name; /* for the log and the metrics */
	long count;
	int (*run)(void *arg, long slot);
	void *arg;
	bool is_last; /* stops after the other groups, which need it */
};

struct prefork {
	const struct prefork_group *groups;
	size_t group_count;
	long stop_timeout; /* seconds from SIGTERM to SIGKILL */

	/* Called on SIGHUP: reads the settings again and may change the groups'
	   fields. True: all children are replaced; the old ones finish their
	   current work. NULL: all children are replaced. */
	bool (*reload)(void *arg);
	void *reload_arg;
};

/*
 * Starts the children, and replaces each that ends: at once, unless children of
 * the same slot die within their first second repeatedly. Then there is a delay
 * of 100 ms, which doubles up to 1 s, and one delayed start each 100 ms.
 * SIGTERM, SIGINT and SIGQUIT stop the supervisor: it returns the program's
 * exit status after all children have ended. A SIGHUP waits until the old
 * children of the last SIGHUP have ended. Tells the init system (notify.h) that
 * the children are started, that it reloads or stops, and that it still works.
 */
int prefork_run(const struct prefork *prefork);

/* Called in a child: whether SIGTERM has come. The signal interrupts system
   calls, and comes again every 100 ms. */
bool prefork_stopping(void);

/* Called in a child: returns the pid of the ended process that had its slot
   before, or 0. */
pid_t prefork_predecessor(void);

/* Writes this process's id to a file that is removed with the work's pool. Does
   nothing if the path is empty. */
bool prefork_write_pid(struct work *work, const char *path) MUST_CHECK;

/* If root runs this and the user is not empty: becomes that user with its
   groups, irreversibly. ERR_INVALID_FIELD if the user does not exist. */
bool prefork_drop_rights(struct work *work, const char *user) MUST_CHECK;

#endif
