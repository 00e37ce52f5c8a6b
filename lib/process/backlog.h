#ifndef LIB_PROCESS_BACKLOG_H
#define LIB_PROCESS_BACKLOG_H

struct backlog;
struct pool;

/* Counts the connections that wait at a listening socket to be accepted. The
   kernel reports the number: sock_diag(7) for unix sockets, TCP_INFO for TCP.
   The pool closes what backlog_open() opens. */
struct backlog *backlog_open(struct pool *pool, int listener);

/* Returns 0 also if the kernel does not report a number. */
long backlog_length(const struct backlog *backlog);

#endif
