#ifndef TESTS_LIB_MARIADB_H
#define TESTS_LIB_MARIADB_H

#include <stdbool.h>

struct conf;

/*
 * The private server of a test program, by tests/lib/mariadb.sh, which is found
 * by the environment variable srcdir. It ends with the program.
 */

/* The first thing in main(). When false, MariaDB is not installed and TAP's
   line that says so has been printed: return 0. */
bool mariadb_begin(void);

/* The default settings, for this server. */
void mariadb_conf(struct conf *conf);

/* An empty database `pixtier`. */
void mariadb_empty(void);

/* Stops it; starts it again on the same data, unless it runs, and waits until
   it answers. */
void mariadb_stop(void);
void mariadb_start(void);

/* SIGSTOP: it hangs. SIGCONT: it goes on. */
void mariadb_signal(int signal);

#endif
