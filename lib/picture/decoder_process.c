/* decoder_process.c: asks for decoder processes, and ends them. */
#include "config.h"

#include "lib/picture/decoder_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/picture/decoder.h"
#include "lib/picture/decoder_server.h"

/* How long the server may take to say how a decoder process ended. */
enum { STATUS_MS = 1000 };

/* How often a client that waits for a new process looks whether there is a
   server that can start it: one that has died is replaced at once. */
enum { SERVER_MS = 1000 };

struct decoder_process decoder_process_none(void)
{
	return (struct decoder_process){ .child.socket = -1,
					 .pidfd = -1,
					 .status = -1,
					 .holder = { -1, -1 } };
}

void decoder_process_close(struct decoder_process *process)
{
	if (process->child.socket < 0)
		return;
	close(process->child.socket);
	close(process->status);
	if (process->pidfd >= 0)
		close(process->pidfd);
	memory_holder_close(&process->holder);
	*process = decoder_process_none();
}

void decoder_process_end(struct decoder_process *process)
{
	if (process->pidfd >= 0)
		(void)syscall(SYS_pidfd_send_signal, process->pidfd, SIGKILL,
			      NULL, 0);
	decoder_process_close(process);
}

static bool send_request(int server, int socket, int status, int holder)
{
	const int fds[DECODER_SERVER_FDS] = { socket, status, holder };

	return subprocess_send_fds(server, "", 1, fds,
				   holder < 0 ? 2 : ARRAY_LEN(fds),
				   MSG_DONTWAIT);
}

static bool open_ends(int sockets[2], int status[2])
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets))
		return false;
	if (!pipe2(status, O_CLOEXEC))
		return true;
	close(sockets[0]);
	close(sockets[1]);
	return false;
}

bool decoder_process_request(struct decoder_process *process,
			     const struct decoder_client *server,
			     const struct memory_budget *budget)
{
	int sockets[2], status[2];
	bool sent;

	if (!open_ends(sockets, status))
		return false;
	*process = decoder_process_none();
	process->child.socket = sockets[0];
	process->status = status[0];
	sent = (!budget || memory_holder_open(&process->holder, budget)) &&
	       send_request(server->socket, sockets[1], status[1],
			    process->holder.file);
	close(sockets[1]);
	close(status[1]);
	if (!sent)
		decoder_process_end(process);
	return sent;
}

/* Too late, too, when there is no server. */
static enum read_result wait_for_start(const struct decoder_process *process,
				       struct work *work,
				       const struct decoder_client *server,
				       int64_t deadline_ms)
{
	enum read_result result;
	int64_t look_ms;

	do {
		look_ms = clock_monotonic_ms() + SERVER_MS;
		if (look_ms > deadline_ms)
			look_ms = deadline_ms;
		result = subprocess_wait(&process->child, work, look_ms);
	} while (result == READ_TIMEOUT && look_ms < deadline_ms &&
		 decoder_server_is_there(server));
	return result;
}

enum read_result decoder_process_hello(struct decoder_process *process,
				       struct work *work,
				       const struct decoder_client *server,
				       int64_t deadline_ms)
{
	const enum read_result result =
		wait_for_start(process, work, server, deadline_ms);
	struct decoder_reply reply;
	int pidfd;

	if (result != READ_OK)
		return result;
	if (subprocess_receive_fd(process->child.socket, &reply, sizeof(reply),
				  &pidfd, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) !=
		    sizeof(reply) ||
	    pidfd < 0)
		return READ_EOF;
	if (!process_id_read(&process->id, (pid_t)reply.pid)) {
		close(pidfd);
		return READ_EOF;
	}
	process->child.pid = (pid_t)reply.pid;
	process->pidfd = pidfd;
	process->shared_bytes = reply.len;
	return READ_OK;
}

bool decoder_process_is_waiting(const struct decoder_process *process)
{
	char byte;

	return recv(process->child.socket, &byte, sizeof(byte),
		    MSG_PEEK | MSG_DONTWAIT) < 0 &&
	       errno == EAGAIN;
}

int decoder_process_open_statm(pid_t pid)
{
	char path[sizeof("/proc//statm") + 3 * sizeof(pid)];

	snprintf(path, sizeof(path), "/proc/%d/statm", (int)pid);
	return open(path, O_RDONLY | O_CLOEXEC);
}

size_t decoder_process_all_bytes(int statm)
{
	char text[128];
	size_t pages, of_files;
	const ssize_t got = pread(statm, text, sizeof(text) - 1, 0);

	text[got > 0 ? got : 0] = '\0';
	if (sscanf(text, "%*u %zu %zu", &pages, &of_files) != 2)
		return SIZE_MAX;
	return (pages - of_files) * (size_t)sysconf(_SC_PAGESIZE);
}

size_t decoder_process_bytes(const struct decoder_process *process)
{
	const int statm = decoder_process_open_statm(process->child.pid);
	const size_t all = decoder_process_all_bytes(statm);

	if (statm >= 0)
		close(statm);
	if (all == SIZE_MAX)
		return SIZE_MAX;
	return all > process->shared_bytes ? all - process->shared_bytes : 0;
}

int decoder_process_status(const struct decoder_process *process)
{
	struct pollfd poller = { .fd = process->status, .events = POLLIN };
	int status;

	if (poll(&poller, 1, STATUS_MS) > 0 &&
	    read(process->status, &status, sizeof(status)) == sizeof(status))
		return status;
	return SIGKILL;
}
