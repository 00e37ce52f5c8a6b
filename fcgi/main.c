/* main.c: the supervisor of the responders. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fcgi/admission.h"
#include "fcgi/listener.h"
#include "fcgi/serve.h"
#include "lib/base/clock.h"
#include "lib/base/text.h"
#include "lib/process/bucket.h"
#include "lib/process/metric.h"
#include "lib/process/semaphore.h"
#include "lib/service/daemon.h"
#include "lib/service/keyring.h"

enum { SOCKETS = 2, LISTEN_FDS_START = 3 };
_Static_assert(SOCKETS + 1 <= DAEMON_MAX_GROUPS, "each socket has a group");

/* Connections that may wait at a socket that this program opens. The web server
   answers 503 at once to those beyond. The second is the socket of uploads,
   which take longer than other requests. */
static const int backlogs[SOCKETS] = { 1024, 256 };

/* The state of the supervisor. */
struct program {
	struct daemon daemon; /* the first: see program_of() */
	int listeners[SOCKETS];
	struct bucket_table *buckets, *known_clients;
	struct semaphore *semaphore, *login_seats[SOCKETS];
	struct serve serves[SOCKETS];
};

static struct program *program_of(struct daemon *daemon)
{
	return (struct program *)daemon;
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

/* Takes the sockets that systemd (LISTEN_FDS), spawn-fcgi or lighttpd (file
   descriptor 0) pass. The second is -1 if there is only one. */
static bool take_sockets(int listeners[SOCKETS])
{
	const long inherited = inherited_sockets();

	listeners[0] = inherited ? LISTEN_FDS_START : STDIN_FILENO;
	listeners[1] = inherited == SOCKETS ? LISTEN_FDS_START + 1 : -1;
	return inherited || is_listening(STDIN_FILENO);
}

/* Otherwise opens those of the settings. */
static bool open_sockets(struct daemon *daemon, struct work *work)
{
	const struct conf *conf = &daemon->conf;
	int *listeners = program_of(daemon)->listeners;

	if (take_sockets(listeners))
		return true;
	if (!*conf->listen)
		return fail_field(
			work, "listen",
			"listen: there is no socket: set listen, or start "
			"pixtier-fcgi with spawn-fcgi, lighttpd or systemd");
	return listener_open(&listeners[0], work, "listen", conf->listen,
			     backlogs[0]) &&
	       (!*conf->listen_uploads ||
		listener_open(&listeners[1], work, "listen_uploads",
			      conf->listen_uploads, backlogs[1]));
}

/* All children of a group accept from the same listener. All groups use one
   decoder server. */
static size_t fill_groups(struct daemon *daemon)
{
	struct program *program = program_of(daemon);
	const struct conf *conf = &daemon->conf;
	const char *const names[SOCKETS] = { "responder", "upload-responder" };
	const long counts[SOCKETS] = { conf->responders,
				       conf->upload_responders };
	size_t used = program->listeners[1] < 0 ? 1 : 2;

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
			.decoder_server = &daemon->decoder_server,
		};
		daemon->groups[1 + i] =
			(struct prefork_group){ names[i], counts[i], serve_run,
						&program->serves[i], false };
	}
	return 1 + used;
}

/* Creates the memory that the children share. It survives reloads. */
static void share_memory(struct daemon *daemon)
{
	struct program *program = program_of(daemon);

	metric_set(METRIC_BUILD_INFO, PACKAGE_VERSION, 1);
	program->buckets = bucket_table_new();
	program->known_clients = bucket_table_new();
	program->semaphore = semaphore_new();
	for (size_t i = 0; i < SOCKETS; i++)
		program->login_seats[i] = semaphore_new();
}

/* Without a key no response that has a URL can be made. */
static bool check_keys(struct work *work)
{
	struct keyring *ring = keyring_new(work->conf);
	struct key signer;
	bool found;

	work->keys = ring;
	found = keyring_signer(&signer, work);
	explicit_bzero(&signer, sizeof(signer));
	work->keys = NULL;
	keyring_free(ring);
	return found;
}

static const struct daemon_kind kind = {
	.name = "pixtier-fcgi",
	.usage = "Answers FastCGI requests from the web server. It takes the "
		 "sockets of LISTEN_FDS\nor file descriptor 0, or else opens "
		 "those of the settings.\n",
	.limits = serve_decoder_limits,
	.open = open_sockets,
	.check = check_keys,
	.share = share_memory,
	.fill_groups = fill_groups,
};

int main(int argc, char **argv)
{
	struct program program = { .daemon.kind = &kind };

	return daemon_main(&program.daemon, argc, argv);
}
