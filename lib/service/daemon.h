#ifndef LIB_SERVICE_DAEMON_H
#define LIB_SERVICE_DAEMON_H

#include "lib/base/conf.h"
#include "lib/picture/decoder_server.h"
#include "lib/process/prefork.h"

/*
 * The main function of pixtier-fcgi and of pixtier-worker: a supervisor with a
 * decoder server and groups of children (prefork.h).
 */

enum { DAEMON_MAX_GROUPS = 3 };

struct daemon;

/* What differs between the programs. */
struct daemon_kind {
	const char *name;  /* of the program */
	const char *usage; /* the text of --help */
	struct decoder_limits (*limits)(const struct conf *conf);

	/* Opens what the start needs, such as sockets; may be NULL. The log is
	   not open yet. */
	bool (*open)(struct daemon *daemon, struct work *work);

	/* Checks what the children need, with their rights; may be NULL. */
	bool (*check)(struct work *work);

	/* Creates the memory that all children share, once. */
	void (*share)(struct daemon *daemon);

	/* Fills groups[] from the settings, at the start and after each
	   reload. groups[0] is not its concern: it is the decoder server.
	   Returns the number of all groups, which a reload must not change. */
	size_t (*fill_groups)(struct daemon *daemon);
};

/* Begins the program's own struct. A reload replaces `conf`. */
struct daemon {
	const struct daemon_kind *kind;
	const char *config_file; /* NULL: there is none */
	struct pool *pool;       /* of the settings */
	struct conf conf;
	struct decoder_server decoder_server;
	struct prefork_group groups[DAEMON_MAX_GROUPS];
};

/* Reads the options and the settings and runs until SIGTERM. `daemon` is zero
   but for its kind. Returns the exit status of the program. */
int daemon_main(struct daemon *daemon, int argc, char **argv);

#endif
