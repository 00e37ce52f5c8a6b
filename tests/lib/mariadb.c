/* mariadb.c: the private database server of a test program. */
#include "config.h"

#include "tests/lib/mariadb.h"

#include <mysql.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/conf.h"
#include "lib/base/util.h"
#include "tests/lib/wait.h"

enum { NOT_INSTALLED = 77 };

static struct {
	pid_t owner, pid;
	char dir[64];
	char socket[80];
} server;

static void NORETURN bail_out(const char *why)
{
	printf("Bail out! %s\n", why);
	exit(1);
}

static pid_t spawn(const char *const *args)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(STDERR_FILENO, STDOUT_FILENO); /* stdout is TAP's */
	execvp(args[0], (char *const *)args);
	_exit(127);
}

static bool answers(void)
{
	MYSQL *mysql = mysql_init(NULL);
	bool good = mysql_real_connect(mysql, NULL, "pixtier", NULL, "pixtier",
				       0, server.socket, 0) != NULL;

	mysql_close(mysql);
	return good;
}

/* False: it is not installed. */
static bool start(void)
{
	const char *srcdir = getenv("srcdir");
	const int64_t end_ms = wait_end_ms();
	char script[1024];
	int status;

	snprintf(script, sizeof(script), "%s/tests/lib/mariadb.sh",
		 srcdir ? srcdir : ".");
	server.pid = spawn((const char *const[]){ "sh", script, "serve",
						  server.dir, NULL });
	do {
		if (answers())
			return true;
		if (waitpid(server.pid, &status, WNOHANG) == server.pid) {
			server.pid = 0;
			if (WIFEXITED(status) &&
			    WEXITSTATUS(status) == NOT_INSTALLED)
				return false;
			bail_out("the private MariaDB does not start");
		}
	} while (wait_again(end_ms));
	bail_out("the private MariaDB does not answer");
}

static void end(void)
{
	if (getpid() != server.owner)
		return; /* a child that a test has forked */
	mariadb_signal(SIGCONT);
	mariadb_stop();
	waitpid(spawn((const char *const[]){ "rm", "-rf", server.dir, NULL }),
		NULL, 0);
}

bool mariadb_begin(void)
{
	strcpy(server.dir, "/tmp/pixtier-db.XXXXXX");
	if (!mkdtemp(server.dir))
		bail_out("no folder in /tmp for the private MariaDB");
	snprintf(server.socket, sizeof(server.socket), "%s/s", server.dir);
	server.owner = getpid();
	atexit(end);
	if (start())
		return true;
	printf("1..0 # SKIP MariaDB is not installed\n");
	return false;
}

void mariadb_conf(struct conf *conf)
{
	conf_init(conf);
	conf->db_socket = server.socket;
}

void mariadb_empty(void)
{
	MYSQL *mysql = mysql_init(NULL);

	if (!mysql_real_connect(mysql, NULL, "pixtier", NULL, "pixtier", 0,
				server.socket, 0) ||
	    mysql_query(mysql, "DROP DATABASE pixtier") ||
	    mysql_query(mysql, "CREATE DATABASE pixtier CHARACTER SET utf8mb4"
			       " COLLATE utf8mb4_unicode_520_ci"))
		bail_out(mysql_error(mysql));
	mysql_close(mysql);
}

void mariadb_stop(void)
{
	if (server.pid) {
		kill(server.pid, SIGTERM);
		waitpid(server.pid, NULL, 0);
	}
	server.pid = 0;
}

void mariadb_start(void)
{
	if (!server.pid && !start())
		bail_out("MariaDB has gone");
}

void mariadb_signal(int signal)
{
	siginfo_t stopped;

	if (!server.pid)
		return;
	kill(server.pid, signal);
	/* One of its threads has to run before the others stop. */
	if (signal == SIGSTOP)
		waitid(P_PID, (id_t)server.pid, &stopped, WSTOPPED | WNOWAIT);
}
