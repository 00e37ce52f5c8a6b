/* subprocess.c: a child process that does one thing for its parent. */
#include "config.h"

#include "lib/process/subprocess.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/work.h"

/* The interval of work->tick. */
enum { TICK_MS = 1000 };

/* Added to the CPU time that is left, so that a child near its limit is not
   polled without pause. */
enum { LEAST_MS = 5 };

/* The child dies with its parent, and ignores the signals that stop a service:
   these reach all processes of the service, while the parent still needs the
   result of this child. */
static void detach(pid_t parent)
{
	static const int ignored[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT };
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	for (size_t i = 0; i < ARRAY_LEN(ignored); i++)
		signal(ignored[i], SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
}

/* Blocks all signals around fork(), so that the parent's handlers never run in
   the child. */
static pid_t fork_without_handlers(subprocess_main *run, const void *arg,
				   int socket)
{
	const pid_t parent = getpid();
	sigset_t all, before;
	pid_t pid;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid = fork();
	if (!pid) {
		detach(parent);
		run(arg, socket);
		_exit(0);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	return pid;
}

bool subprocess_start(struct subprocess *child, subprocess_main *run,
		      const void *arg)
{
	int ends[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return false;
	pid = fork_without_handlers(run, arg, ends[1]);
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return false;
	}
	*child = (struct subprocess){ .pid = pid, .socket = ends[0] };
	return true;
}

int subprocess_end(struct subprocess *child)
{
	int status = -1;
	pid_t got;

	close(child->socket);
	kill(child->pid, SIGKILL);
	do
		got = waitpid(child->pid, &status, 0);
	while (got < 0 && errno == EINTR);
	*child = (struct subprocess){ 0 };
	return got < 0 ? -1 : status;
}

bool subprocess_cpu_us(int64_t *used_us, pid_t pid)
{
	struct timespec used;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &used))
		return false;
	*used_us = (int64_t)used.tv_sec * 1000000 + used.tv_nsec / 1000;
	return true;
}

/* Returns the least time in milliseconds until the child, which has one thread,
   can reach its CPU limit. */
static int64_t cpu_left_ms(const struct subprocess *child)
{
	int64_t used_us, left_us;

	if (!child->cpu_until_us || !subprocess_cpu_us(&used_us, child->pid))
		return TICK_MS;
	left_us = child->cpu_until_us - used_us;
	return left_us > 0 ? left_us / 1000 + LEAST_MS : 0;
}

static int least(int64_t a, int64_t b, int64_t c)
{
	const int64_t less = a < b ? a : b;

	return (int)(less < c ? less : c);
}

enum read_result subprocess_wait(const struct subprocess *child,
				 struct work *work, int64_t deadline_ms)
{
	struct pollfd poller = { .fd = child->socket, .events = POLLIN };

	for (;;) {
		const int64_t left_ms = deadline_ms - clock_monotonic_ms();
		const int64_t cpu_ms = cpu_left_ms(child);
		int ready;

		if (left_ms <= 0)
			return READ_TIMEOUT;
		ready = poll(&poller, 1, least(left_ms, cpu_ms, TICK_MS));
		if (ready > 0)
			return READ_OK;
		if (ready < 0 && errno != EINTR)
			return READ_EOF;
		if (!ready && !cpu_ms)
			return READ_CPU_LIMIT;
		if (!ready && work->tick)
			work->tick(work->tick_arg);
	}
}

enum read_result subprocess_read(const struct subprocess *child,
				 struct work *work, void *bytes, size_t len,
				 int64_t deadline_ms)
{
	char *at = bytes;

	while (len) {
		const ssize_t got = recv(child->socket, at, len, MSG_DONTWAIT);
		enum read_result result = READ_OK;

		if (got > 0) {
			at += got;
			len -= (size_t)got;
		} else if (got < 0 && errno == EAGAIN) {
			result = subprocess_wait(child, work, deadline_ms);
		} else if (!got || errno != EINTR) {
			result = READ_EOF;
		}
		if (result != READ_OK)
			return result;
	}
	return READ_OK;
}

union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(SUBPROCESS_MAX_FDS * sizeof(int))];
};

bool subprocess_send_fds(int socket, const void *bytes, size_t len,
			 const int *fds, size_t count, int flags)
{
	union control control = { .header = { .cmsg_level = SOL_SOCKET,
					      .cmsg_type = SCM_RIGHTS } };
	struct iovec data = { (void *)bytes, len };
	const struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = CMSG_SPACE(count * sizeof(*fds)),
	};
	ssize_t sent;

	control.header.cmsg_len = CMSG_LEN(count * sizeof(*fds));
	memcpy(CMSG_DATA(&control.header), fds, count * sizeof(*fds));
	do
		sent = sendmsg(socket, &message, MSG_NOSIGNAL | flags);
	while (sent < 0 && errno == EINTR);
	return sent == (ssize_t)len;
}

/* The kernel aligns the room for descriptors to whole words, so one more
   descriptor than requested may arrive. */
static void take_descriptors(int *fds, size_t count, const struct msghdr *from)
{
	const struct cmsghdr *header = CMSG_FIRSTHDR(from);
	size_t found = 0;
	int fd;

	if (header && header->cmsg_type == SCM_RIGHTS)
		found = (header->cmsg_len - CMSG_LEN(0)) / sizeof(fd);
	for (size_t i = 0; i < found; i++) {
		memcpy(&fd, CMSG_DATA(header) + i * sizeof(fd), sizeof(fd));
		if (i < count)
			fds[i] = fd;
		else
			close(fd);
	}
}

ssize_t subprocess_receive_fds(int socket, void *bytes, size_t len, int *fds,
			       size_t count, int flags)
{
	union control control;
	struct iovec data = { bytes, len };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = CMSG_SPACE(count * sizeof(*fds)),
	};
	ssize_t got;

	do
		got = recvmsg(socket, &message, flags);
	while (got < 0 && errno == EINTR);
	for (size_t i = 0; i < count; i++)
		fds[i] = -1;
	if (got >= 0)
		take_descriptors(fds, count, &message);
	return got;
}

bool subprocess_send_fd(int socket, const void *bytes, size_t len, int fd,
			int flags)
{
	return subprocess_send_fds(socket, bytes, len, &fd, 1, flags);
}

ssize_t subprocess_receive_fd(int socket, void *bytes, size_t len, int *fd,
			      int flags)
{
	return subprocess_receive_fds(socket, bytes, len, fd, 1, flags);
}

/* Uses write(), because the sandbox allows no other call. */
void subprocess_write(int socket, const void *bytes, size_t len)
{
	const char *at = bytes;

	while (len) {
		const ssize_t sent = write(socket, at, len);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			_exit(0);
		at += sent;
		len -= (size_t)sent;
	}
}
