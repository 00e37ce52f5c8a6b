/* main.c: the supervisor of the responders. */
#include "config.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fcgi/admission.h"
#include "fcgi/serve.h"
#include "lib/base/bucket.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/metric.h"
#include "lib/base/pool.h"
#include "lib/base/prefork.h"
#include "lib/base/semaphore.h"
#include "lib/base/text.h"
#include "lib/picture/decoder_server.h"

enum { SOCKETS = 2, GROUPS = SOCKETS + 1, LISTEN_FDS_START = 3 };

/* Connections that may wait at a socket that this program opens. The web server
   answers 503 at once to those beyond. The second is the socket of uploads,
   which take longer than other requests. */
static const int backlogs[SOCKETS] = { 1024, 256 };

/* The state of the supervisor. A reload replaces `conf`. */
struct program {
	const char *config_file;
	struct pool *pool;
	struct conf conf;
	int listeners[SOCKETS];
	struct bucket_table *buckets, *known_clients;
	struct semaphore *semaphore, *login_seats[SOCKETS];
	struct serve serves[SOCKETS];
	struct decoder_server decoder_server;
	struct prefork_group groups[GROUPS];
};

static bool load(struct program *program, struct work *work)
{
	if (!conf_load(&program->conf, work, program->config_file))
		return false;
	conf_measure(&program->conf);
	return true;
}

/* Opens a socket at the path. A socket file that a dead process left is
   replaced. */
static bool open_socket(int *fd, struct work *work, const char *path,
			int backlog)
{
	mode_t mode = (mode_t)work->conf->socket_mode;
	mode_t mask = umask(0777 & ~mode);

	*fd = FCGX_OpenSocket(path, backlog);
	umask(mask);
	if (*fd < 0)
		return fail_errno(work, "listen: cannot listen at %s", path);
	fcntl(*fd, F_SETFD, FD_CLOEXEC);
	return chmod(path, mode) == 0 || fail_errno(work, "chmod %s", path);
}

/* The number of sockets that systemd or a similar program passes:
   sd_listen_fds(3). */
static long inherited_sockets(void)
{
	const char *pid = getenv("LISTEN_PID");
	const char *fds = getenv("LISTEN_FDS");
	int64_t number;

	if (!fds || (pid && strtol(pid, NULL, 10) != getpid()) ||
	    !text_int(&number, fds, 0, SOCKETS))
		return 0;
	return (long)number;
}

static bool is_listening(int fd)
{
	int listening = 0;
	socklen_t size = sizeof(listening);

	return !getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) &&
	       listening;
}

/* Takes the sockets from the settings, from LISTEN_FDS, or from file descriptor
   0 (spawn-fcgi, lighttpd). The second is -1 if there is only one. */
static bool open_sockets(struct program *program, struct work *work)
{
	const struct conf *conf = &program->conf;
	int *listeners = program->listeners;
	long inherited = inherited_sockets();

	listeners[1] = -1;
	if (*conf->listen)
		return open_socket(&listeners[0], work, conf->listen,
				   backlogs[0]) &&
		       (!*conf->listen_uploads ||
			open_socket(&listeners[1], work, conf->listen_uploads,
				    backlogs[1]));
	if (inherited) {
		listeners[0] = LISTEN_FDS_START;
		if (inherited == SOCKETS)
			listeners[1] = LISTEN_FDS_START + 1;
		return true;
	}
	listeners[0] = STDIN_FILENO;
	return is_listening(STDIN_FILENO) ||
	       fail_field(work, "listen",
			  "listen: there is no socket: set listen, or start "
			  "pixtier-fcgi with spawn-fcgi, lighttpd or systemd");
}

/* All children of a group accept from the same listener. All groups use one
   decoder server. */
static size_t fill_groups(struct program *program)
{
	const struct conf *conf = &program->conf;
	const char *const names[SOCKETS] = { "responder", "upload-responder" };
	const long counts[SOCKETS] = { conf->responders,
				       conf->upload_responders };
	size_t used = program->listeners[1] < 0 ? 1 : 2;

	program->groups[0] =
		(struct prefork_group){ "decoder", 1, decoder_server_run,
					&program->decoder_server, true };
	for (size_t i = 0; i < used; i++) {
		if (program->serves[i].admission)
			admission_free(program->serves[i].admission);
		program->serves[i] = (struct serve){
			.conf = conf,
			.listener = program->listeners[i],
			.group = names[i],
			.admission = admission_new(counts[i]),
			.buckets = program->buckets,
			.known_clients = program->known_clients,
			.semaphore = program->semaphore,
			.login_seats = program->login_seats[i],
			.responders = counts[i],
			.decoder_server = &program->decoder_server,
		};
		program->groups[1 + i] =
			(struct prefork_group){ names[i], counts[i], serve_run,
						&program->serves[i], false };
	}
	return 1 + used;
}

/* Call this after the settings are read. After a reload, old children keep the
   old decoder server. */
static bool open_decoder_server(struct program *program, struct work *work)
{
	const struct decoder_limits limits =
		serve_decoder_limits(&program->conf);

	return decoder_server_open(&program->decoder_server, work,
				   &program->conf, &limits);
}

/* Loads new settings, or keeps the old ones if the new ones have an error. The
   sockets and the account do not change. */
static bool reload(void *arg)
{
	struct program *program = arg;
	struct program fresh = *program;
	struct work work = { .pool = pool_new(), .id = "reload" };

	fresh.pool = work.pool;
	if (!load(&fresh, &work) || !open_decoder_server(&fresh, &work)) {
		log_failure(&work, "reload_failed");
		pool_free(work.pool);
		return false;
	}
	pool_free(program->pool);
	decoder_server_close(&program->decoder_server);
	*program = fresh;
	program->decoder_server.conf = &program->conf;
	fill_groups(program);
	LOG_EVENT(LOG_LEVEL_INFO, "reloaded",
		  log_text("config", program->config_file));
	return true;
}

/* Creates the memory that the children share. It survives reloads. */
static void share_memory(struct program *program)
{
	program->buckets = bucket_table_new();
	program->known_clients = bucket_table_new();
	program->semaphore = semaphore_new();
	for (size_t i = 0; i < SOCKETS; i++)
		program->login_seats[i] = semaphore_new();
}

static int run(struct program *program, struct work *work)
{
	share_memory(program);
	if (!open_decoder_server(program, work)) {
		log_failure(work, "start_failed");
		return EXIT_FAILURE;
	}

	struct prefork prefork = {
		.groups = program->groups,
		.group_count = fill_groups(program),
		.stop_timeout = program->conf.stop_timeout,
		.reload = reload,
		.reload_arg = program,
	};

	const char *dir = program->conf.run_dir;
	const char *pid_file =
		*dir ? pool_printf(work->pool, "%s/pixtier-fcgi.pid", dir) : "";

	metric_init();
	metric_set(METRIC_BUILD_INFO, PACKAGE_VERSION, 1);
	if (!prefork_write_pid(work, pid_file) ||
	    !prefork_drop_rights(work, program->conf.user)) {
		log_failure(work, "start_failed");
		return EXIT_FAILURE;
	}
	return prefork_run(&prefork);
}

static void usage(FILE *out)
{
	fputs("Usage: pixtier-fcgi [--config FILE]\n"
	      "Answers FastCGI requests from the web server. It takes its "
	      "socket from the\nsetting listen, from LISTEN_FDS, or as file "
	      "descriptor 0.\n"
	      "  -c, --config FILE  the settings; see pixtierctl settings\n"
	      "  -h, --help         this text\n"
	      "  -V, --version      the version\n",
	      out);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	struct program program = { .pool = pool_new() };
	struct work work = { .conf = &program.conf, .id = "start" };
	int option, status;

	while ((option = getopt_long(argc, argv, "c:hV", options, NULL)) != -1)
		switch (option) {
		case 'c':
			program.config_file = optarg;
			break;
		case 'h':
			usage(stdout);
			return EXIT_SUCCESS;
		case 'V':
			puts("pixtier-fcgi " PACKAGE_VERSION);
			return EXIT_SUCCESS;
		default:
			usage(stderr);
			return EXIT_FAILURE;
		}
	work.pool = program.pool;
	if (!load(&program, &work) || !open_sockets(&program, &work)) {
		fprintf(stderr, "pixtier-fcgi: %s\n", work.why);
		pool_free(program.pool);
		return EXIT_FAILURE;
	}
	log_init(&program.conf, "pixtier-fcgi");
	work.pool = pool_new(); /* a reload frees the pool of the settings */
	status = run(&program, &work);
	pool_free(work.pool);
	pool_free(program.pool);
	return status;
}
