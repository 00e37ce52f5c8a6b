#ifndef LIB_BASE_CHILD_H
#define LIB_BASE_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/base/util.h"

struct work;

/*
 * A child process that does one thing for its parent, speaks with it over a
 * stream socket, and dies with it. It has all that the parent had: what it may
 * keep, it decides first.
 */
struct child {
	pid_t pid; /* 0: there is none */
	int socket;
	int64_t cpu_until_us; /* of its CPU clock, when it has used what it may;
				 0: there is no such limit */
};

/* The child's main: ends with _exit(). Signals are as at a program's start,
   but what stops a service is ignored: the parent has a deadline for it. */
typedef void child_main(const void *arg, int socket);

/* False: errno says why. */
bool child_start(struct child *child, child_main *run,
		 const void *arg) MUST_CHECK;

/* All that it had to say was read, or is of no interest: it need not live
   longer. Returns what waitpid() says, or -1. */
int child_end(struct child *child);

/* Reads exactly `len` bytes, calling work->tick about once a second. A child
   that is at the limit of its CPU time, and has nothing to say yet, is
   CHILD_IS_SPENT. */
enum child_heard { CHILD_SPOKE, CHILD_IS_GONE, CHILD_IS_LATE, CHILD_IS_SPENT };
enum child_heard child_hear(const struct child *child, struct work *work,
			    void *bytes, size_t len, int64_t deadline_ms);

/* The CPU time that the process has used. The number may be of another process
   when this one was reaped. */
bool child_cpu_us(int64_t *used_us, pid_t pid) MUST_CHECK;

enum { CHILD_MAX_DESCRIPTORS = 4 };

/* A message that carries `count` descriptors, which stay open here. False:
   errno says why. */
bool child_say_descriptors(int socket, const void *bytes, size_t len,
			   const int *fds, size_t count, int flags) MUST_CHECK;

/* Receives such a message. Returns its length, 0 at the end, or -1; fds[i] is
   -1 when it has fewer descriptors. */
ssize_t child_hear_descriptors(int socket, void *bytes, size_t len, int *fds,
			       size_t count, int flags) MUST_CHECK;

/* The same with one. */
bool child_say_descriptor(int socket, const void *bytes, size_t len, int fd,
			  int flags) MUST_CHECK;
ssize_t child_hear_descriptor(int socket, void *bytes, size_t len, int *fd,
			      int flags) MUST_CHECK;

/* Waits for a message or the end, calling work->tick as above. */
enum child_heard child_wait(const struct child *child, struct work *work,
			    int64_t deadline_ms);

/* In the child; ends it when nobody listens any more. */
void child_say(int socket, const void *bytes, size_t len);

#endif
