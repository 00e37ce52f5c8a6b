/* decoder_server.c: starts the program that forks decoder processes. */
#include "config.h"

#include "lib/picture/decoder_server.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/picture/decoder_idle.h"

/* What the program is to know, as arguments "name=number": other users of the
   machine can read them. */
struct settings {
	struct conf conf;
	struct decoder_limits limits;
};

/* clang-format off */
#define LONG(field) { #field, offsetof(struct settings, conf.field), sizeof(long) }
#define INT(field)  { #field, offsetof(struct settings, conf.field), sizeof(int) }
static const struct {
	const char *name;
	size_t offset, size;
} rows[] = {
	LONG(jpeg_quality),
	INT(engine),
	INT(log_format),
	INT(log_level),
	INT(log_to),
	LONG(max_pixels),
	LONG(max_scans),
	LONG(max_side),
	LONG(max_upload),
	LONG(decoder_pictures),
	INT(sandbox),
	LONG(webp_quality),
	{ "memory_bytes", offsetof(struct settings, limits.memory_bytes), sizeof(size_t) },
	{ "seconds", offsetof(struct settings, limits.seconds), sizeof(long) },
};
/* clang-format on */

/* Huge pages save most page faults of a new process; with all symbols bound at
   the start, none is looked up in every child. */
static const char *const environment[] = {
	"GLIBC_TUNABLES=glibc.malloc.hugetlb=1",
	"LD_BIND_NOW=1",
	NULL,
};

static int64_t number_at(const struct settings *settings, size_t row)
{
	const char *at = (const char *)settings + rows[row].offset;
	long number;
	int small;

	if (rows[row].size == sizeof(small)) {
		memcpy(&small, at, sizeof(small));
		return small;
	}
	memcpy(&number, at, sizeof(number));
	return number;
}

static void set_number(struct settings *settings, size_t row, int64_t value)
{
	char *at = (char *)settings + rows[row].offset;
	const long number = (long)value;
	const int small = (int)value;

	if (rows[row].size == sizeof(small))
		memcpy(at, &small, sizeof(small));
	else
		memcpy(at, &number, sizeof(number));
}

static const char **arguments(struct pool *pool,
			      const struct decoder_server *server)
{
	const struct settings settings = { *server->conf, server->limits };
	const char **argv =
		pool_alloc(pool, (ARRAY_LEN(rows) + 2) * sizeof(*argv));

	argv[0] = server->conf->decoder;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		argv[i + 1] = pool_printf(pool, "%s=%lld", rows[i].name,
					  (long long)number_at(&settings, i));
	return argv;
}

static bool read_argument(struct settings *settings, size_t row,
			  const char *text)
{
	const size_t len = strlen(rows[row].name);
	int64_t number;

	if (!text || strncmp(text, rows[row].name, len) || text[len] != '=' ||
	    !text_int(&number, text + len + 1, 0, LONG_MAX))
		return false;
	set_number(settings, row, number);
	return true;
}

bool decoder_server_read(struct conf *conf, struct decoder_limits *limits,
			 char **argv)
{
	struct settings settings = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (!argv[i] || !read_argument(&settings, i, argv[i + 1]))
			return false;
	*conf = settings.conf;
	*limits = settings.limits;
	return true;
}

static void close_descriptors(const struct decoder_server *server)
{
	close(server->client.socket);
	if (server->client.lock >= 0)
		close(server->client.lock);
	close(server->socket);
}

bool decoder_server_open(struct decoder_server *server, struct work *work,
			 const struct conf *conf,
			 const struct decoder_limits *limits)
{
	int ends[2], lock;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return fail_errno(work, "socketpair of the decoder server");
	lock = memfd_create("decoder-server", MFD_CLOEXEC);
	*server = (struct decoder_server){ .conf = conf,
					   .limits = *limits,
					   .client = { ends[0], lock },
					   .socket = ends[1] };
	if (lock >= 0 && decoder_idle_new(&server->idle, conf))
		return true;
	close_descriptors(server);
	return fail_errno(work, "descriptors of the decoder server");
}

void decoder_server_close(struct decoder_server *server)
{
	decoder_idle_free(server->idle);
	close_descriptors(server);
}

bool decoder_server_is_there(const struct decoder_client *client)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return client->lock < 0 || fcntl(client->lock, F_GETLK, &lock) ||
	       lock.l_type != F_UNLCK;
}

static bool place(int fd, int number)
{
	return fd == number ? !fcntl(fd, F_SETFD, 0) : dup2(fd, number) >= 0;
}

/* Nothing else of the supervisor's: it may listen at its standard input. The
   lock, which was opened later, has a larger number than the socket: it is not
   at the socket's new place. */
static bool keep_descriptors(const struct decoder_server *server)
{
	const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

	return nothing >= 0 && dup2(nothing, STDIN_FILENO) >= 0 &&
	       dup2(nothing, STDOUT_FILENO) >= 0 &&
	       place(server->socket, DECODER_SERVER_SOCKET) &&
	       place(server->client.lock, DECODER_SERVER_LOCK) &&
	       !close_range(DECODER_SERVER_LOCK + 1, ~0u, 0);
}

/* The kernel ends this lock with the process, not with execve(), and does not
   give it to children. */
static bool take_lock(void)
{
	const struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return !fcntl(DECODER_SERVER_LOCK, F_SETLK, &lock);
}

int decoder_server_run(void *server, long slot)
{
	const struct decoder_server *s = server;
	const char **argv = arguments(pool_new(), s);

	(void)slot;
	if (keep_descriptors(s) && take_lock())
		execve(s->conf->decoder, (char *const *)argv,
		       (char *const *)environment);
	LOG_EVENT(LOG_LEVEL_ERROR, "decoder_not_started",
		  log_text("decoder", s->conf->decoder),
		  log_text("why", strerror(errno)));
	return EXIT_FAILURE;
}
