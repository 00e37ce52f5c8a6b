#ifndef LIB_BASE_CHILD_H
#define LIB_BASE_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/base/util.h"

struct work;

/* A child process that does one thing for its parent, talks to it over a stream
   socket, and dies with it. It starts with everything that the parent has open:
   its main first closes what it must not keep. */
struct child {
	pid_t pid; /* 0: no process */
	int socket;
	int64_t cpu_until_us; /* microseconds of CPU time at which it reaches
				 its limit; 0: no limit */
};

/* The main function of a child: ends with _exit(). Signals are reset as at a
   program's start, but the child ignores those that stop a service: the parent
   has a deadline for it. */
typedef void child_main(const void *arg, int socket);

/* False: errno has the reason. */
bool child_start(struct child *child, child_main *run,
		 const void *arg) MUST_CHECK;

/* Kills the child if it still runs, and reaps it. Returns the status of
   waitpid(), or -1. */
int child_end(struct child *child);

/* Reads exactly `len` bytes, and calls work->tick about once a second. Returns
   CHILD_IS_SPENT if the child reaches the limit of its CPU time before it sends
   anything. */
enum child_heard { CHILD_SPOKE, CHILD_IS_GONE, CHILD_IS_LATE, CHILD_IS_SPENT };
enum child_heard child_hear(const struct child *child, struct work *work,
			    void *bytes, size_t len, int64_t deadline_ms);

/* Returns the CPU time that the process has used, in microseconds. After the
   process was reaped, its id may belong to another process. */
bool child_cpu_us(int64_t *used_us, pid_t pid) MUST_CHECK;

enum { CHILD_MAX_DESCRIPTORS = 4 };

/* Sends a message with `count` descriptors, which stay open here. False: errno
   has the reason. */
bool child_say_descriptors(int socket, const void *bytes, size_t len,
			   const int *fds, size_t count, int flags) MUST_CHECK;

/* Receives such a message. Returns its length, 0 at the end, or -1. If it has
   fewer descriptors than `count`, the rest of `fds` is -1. */
ssize_t child_hear_descriptors(int socket, void *bytes, size_t len, int *fds,
			       size_t count, int flags) MUST_CHECK;

/* The same with one descriptor. */
bool child_say_descriptor(int socket, const void *bytes, size_t len, int fd,
			  int flags) MUST_CHECK;
ssize_t child_hear_descriptor(int socket, void *bytes, size_t len, int *fd,
			      int flags) MUST_CHECK;

/* Waits for a message or the end, and calls work->tick as above. */
enum child_heard child_wait(const struct child *child, struct work *work,
			    int64_t deadline_ms);

/* Called in the child: writes all bytes, or ends the process if the parent no
   longer reads. */
void child_say(int socket, const void *bytes, size_t len);

#endif
