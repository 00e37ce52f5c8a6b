/* decoder_main.c: the decoder server, which forks decoder processes. */
#include "config.h"

#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/pool.h"
#include "lib/picture/decoder.h"
#include "lib/picture/decoder_process.h"
#include "lib/picture/decoder_server.h"
#include "lib/picture/decoder_warm_up.h"
#include "lib/process/filter.h"
#include "lib/process/subprocess.h"

enum {
	HUGE_PAGE = 2 << 20,
	READY_BYTES = 16 << 20,
	LARGEST_HOLE = 1 << 20,
	LARGEST_LISTED = 1032,
	MOST_HOLES = 10000,
	SMALLEST = 24, /* each next list has chunks that are STEP larger */
	STEP = 16,
	HEADER = 32
};

static volatile sig_atomic_t stopping;

/* The decoder processes: the socket to report their end, and the descriptor
   that holds their memory reservation. */
enum { MOST_DECODERS = 8192 };
static struct {
	pid_t pid; /* 0: none */
	int status;
	int holder; /* -1: none */
} decoders[MOST_DECODERS];

static void on_stop(int number)
{
	(void)number;
	stopping = 1;
}

static void on_child(int number)
{
	(void)number;
}

/* Other signals arrive only in ppoll(), except those that a process causes
   itself. Decoder processes inherit the mask, so that a signal to the whole
   service does not end them. */
static void block_signals(sigset_t *while_waiting)
{
	static const int own[] = { SIGXCPU, SIGSEGV, SIGBUS,
				   SIGFPE,  SIGILL,  SIGABRT };
	const struct sigaction stop = { .sa_handler = on_stop };
	const struct sigaction child = { .sa_handler = on_child };
	sigset_t blocked;

	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGCHLD, &child, NULL);
	sigfillset(&blocked);
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		sigdelset(&blocked, own[i]);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
	*while_waiting = blocked;
	sigdelset(while_waiting, SIGTERM);
	sigdelset(while_waiting, SIGCHLD);
}

static size_t find_decoder(pid_t pid)
{
	size_t i = 0;

	while (i < ARRAY_LEN(decoders) && decoders[i].pid != pid)
		i++;
	return i;
}

/* Ignores errors: the client may have gone. SIGPIPE is blocked. */
static void tell_end(pid_t pid, int status)
{
	const size_t i = find_decoder(pid);

	if (i == ARRAY_LEN(decoders))
		return;
	(void)!write(decoders[i].status, &status, sizeof(status));
	close(decoders[i].status);
	if (decoders[i].holder >= 0)
		close(decoders[i].holder);
	decoders[i].pid = 0;
}

/* Clients end decoder processes by SIGKILL; other signals are logged. */
static void reap(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		tell_end(pid, status);
		if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
			LOG_EVENT(LOG_LEVEL_ERROR, "decoder_killed",
				  log_number("pid", pid),
				  log_number("signal", WTERMSIG(status)));
	}
}

static bool has_message(const sigset_t *while_waiting)
{
	struct pollfd poller = { .fd = DECODER_SERVER_SOCKET,
				 .events = POLLIN };

	return ppoll(&poller, 1, NULL, while_waiting) > 0;
}

/* If no decoder process can start, the client sees that its descriptors are
   closed. */
static void start_decoder(const struct decoder *decoder,
			  const int fds[DECODER_SERVER_FDS])
{
	const int socket = fds[0], status = fds[1], holder = fds[2];
	const size_t place = find_decoder(0);
	pid_t pid = -1;

	errno = EAGAIN;
	if (place < ARRAY_LEN(decoders))
		pid = fork();
	if (!pid)
		decoder_run(decoder, socket);
	close(socket);
	if (pid > 0) {
		decoders[place].pid = pid;
		decoders[place].status = status;
		decoders[place].holder = holder;
		return;
	}
	LOG_EVENT(LOG_LEVEL_ERROR, "decoder_not_forked",
		  log_text("why", strerror(errno)));
	close(status);
	if (holder >= 0)
		close(holder);
}

static void serve(const struct decoder *decoder, const sigset_t *while_waiting)
{
	while (!stopping) {
		int fds[DECODER_SERVER_FDS];
		char byte;
		ssize_t got;

		reap();
		if (!has_message(while_waiting))
			continue;
		got = subprocess_receive_fds(DECODER_SERVER_SOCKET, &byte,
					     sizeof(byte), fds, ARRAY_LEN(fds),
					     MSG_DONTWAIT);
		/* The other end is closed, or the descriptor is not a
		   socket. */
		if (!got || (got < 0 && errno != EAGAIN))
			return;
		if (fds[1] >= 0)
			start_decoder(decoder, fds);
		else if (fds[0] >= 0)
			close(fds[0]);
	}
}

/* Returns a number, because the compiler removes a call of malloc() whose
   result is not used. */
static uintptr_t allocate(size_t size)
{
	char *volatile chunk = malloc(size);

	return (uintptr_t)chunk;
}

static void fill_holes_of(size_t size, uintptr_t top)
{
	for (int i = 0; i < MOST_HOLES; i++) {
		const uintptr_t hole = allocate(size);

		if (!hole || hole > top)
			break;
	}
}

/* Allocates the free chunks below the top of the heap, so that children do not
   copy the pages that these share with used chunks. malloc() has a list of
   small chunks for each size. */
static void fill_holes(void)
{
	const uintptr_t top = allocate(2 * LARGEST_HOLE);

	for (size_t size = LARGEST_HOLE; size > LARGEST_LISTED; size /= 2)
		fill_holes_of(size, top);
	for (size_t size = LARGEST_LISTED; size >= SMALLEST; size -= STEP)
		fill_holes_of(size, top);
}

/* Starts the free heap at a huge page that no process has touched yet, so that
   first allocations of children cost a few page faults instead of hundreds. */
static void align_heap(void)
{
	const uintptr_t mask = HUGE_PAGE - 1;
	uintptr_t end, start;

	malloc_trim(0);
	fill_holes();
	end = allocate(2 * LARGEST_HOLE) + 2 * LARGEST_HOLE;
	start = (end + HEADER + mask) & ~mask;
	/* The header of the next chunk stays below `start`. */
	(void)allocate(start - end - HEADER);
	/* NOLINTNEXTLINE: the chunks before stay, as in fill_holes() */
	free((void *)allocate(READY_BYTES));
	/* Drops the page that has the header of the top chunk. */
	(void)madvise((void *)start, (uintptr_t)sbrk(0) - start, MADV_DONTNEED);
}

/* Returns the longest CPU time of one process for all its pictures, in
   seconds. */
static long most_seconds(const struct conf *conf, long seconds)
{
	return seconds * conf->decoder_pictures;
}

/* Each client has a few decoder processes, and each of these needs a
   descriptor. */
static void allow_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

static void run(const struct conf *conf, const struct decoder_limits *limits)
{
	const int64_t began_ms = clock_monotonic_ms();
	const struct sandbox_limits sandbox = {
		/* The source is in memory too. */
		.memory_bytes = limits->memory_bytes + (size_t)conf->max_upload,
		.seconds = limits->seconds,
		.most_seconds = most_seconds(conf, limits->seconds),
	};
	struct pool *pool = pool_new();
	struct renderer renderer;
	struct decoder decoder = { .renderer = &renderer };
	sigset_t while_waiting;
	int statm; /* opened first: decoder_prepare() forbids it */

	block_signals(&while_waiting);
	allow_descriptors();
	render_init(&renderer, pool, conf, limits->memory_bytes);
	render_begin();
	decoder_warm_up(&renderer);
	statm = decoder_process_open_statm(getpid());
	decoder_prepare(&decoder, pool, &sandbox);
	if (!FILTER_WITH_SANITIZER) /* the sanitizer has its own heap */
		align_heap();
	decoder.shared_bytes = decoder_process_all_bytes(statm);
	close(statm);
	LOG_EVENT(LOG_LEVEL_DEBUG, "decoder_ready",
		  log_number("ms", clock_monotonic_ms() - began_ms));
	serve(&decoder, &while_waiting);
	pool_free(pool);
}

int main(int argc, char **argv)
{
	struct decoder_limits limits;
	struct conf conf;
	const char *option = argc > 1 ? argv[1] : "";

	if (!strcmp(option, "--version") || !strcmp(option, "-V")) {
		puts("pixtier-decoder " PACKAGE_VERSION);
		return EXIT_SUCCESS;
	}
	if (!decoder_server_read(&conf, &limits, argv)) {
		fputs("pixtier-decoder: expected to be started by pixtier-fcgi "
		      "or pixtier-worker of\nthe same version, found other "
		      "arguments; start one of these instead\n",
		      stderr);
		return EXIT_FAILURE;
	}
	log_init(&conf, "pixtier-decoder");
	run(&conf, &limits);
	return EXIT_SUCCESS;
}
