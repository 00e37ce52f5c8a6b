#ifndef LIB_PROCESS_SUBPROCESS_H
#define LIB_PROCESS_SUBPROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/base/util.h"

struct work;

/* A child process that does one thing for its parent, talks to it over a stream
   socket, and dies with it. It starts with everything that the parent has open:
   its main first closes what it must not keep. */
struct subprocess {
	pid_t pid; /* 0: no process */
	int socket;
	int64_t cpu_until_us; /* microseconds of CPU time at which it reaches
				 its limit; 0: no limit */
};

/* The main function of a child: ends with _exit(). Signals are reset as at a
   program's start, but the child ignores those that stop a service: the parent
   has a deadline for it. */
typedef void subprocess_main(const void *arg, int socket);

/* False: errno has the reason. */
bool subprocess_start(struct subprocess *child, subprocess_main *run,
		      const void *arg) MUST_CHECK;

/* Kills the child if it still runs, and reaps it. Returns the status of
   waitpid(), or -1. */
int subprocess_end(struct subprocess *child);

/* Reads exactly `len` bytes, and calls work->tick about once a second. Returns
   READ_CPU_LIMIT if the child reaches the limit of its CPU time before it sends
   anything. */
enum read_result { READ_OK, READ_EOF, READ_TIMEOUT, READ_CPU_LIMIT };
enum read_result subprocess_read(const struct subprocess *child,
				 struct work *work, void *bytes, size_t len,
				 int64_t deadline_ms);

/* Returns the CPU time that the process has used, in microseconds. After the
   process was reaped, its id may belong to another process. */
bool subprocess_cpu_us(int64_t *used_us, pid_t pid) MUST_CHECK;

enum { SUBPROCESS_MAX_FDS = 4 };

/* Sends a message with `count` descriptors, which stay open here. False: errno
   has the reason. */
bool subprocess_send_fds(int socket, const void *bytes, size_t len,
			 const int *fds, size_t count, int flags) MUST_CHECK;

/* Receives such a message. Returns its length, 0 at the end, or -1. If it has
   fewer descriptors than `count`, the rest of `fds` is -1. */
ssize_t subprocess_receive_fds(int socket, void *bytes, size_t len, int *fds,
			       size_t count, int flags) MUST_CHECK;

/* The same with one descriptor. */
bool subprocess_send_fd(int socket, const void *bytes, size_t len, int fd,
			int flags) MUST_CHECK;
ssize_t subprocess_receive_fd(int socket, void *bytes, size_t len, int *fd,
			      int flags) MUST_CHECK;

/* Waits for a message or the end, and calls work->tick as above. */
enum read_result subprocess_wait(const struct subprocess *child,
				 struct work *work, int64_t deadline_ms);

/* Called in the child: writes all bytes, or ends the process if the parent no
   longer reads. */
void subprocess_write(int socket, const void *bytes, size_t len);

#endif
