#ifndef LIB_BASE_BACKLOG_H
#define LIB_BASE_BACKLOG_H

struct backlog;
struct pool;

/*
 * How many connections wait at a listening socket to be accepted, as the
 * kernel's diagnosis says: sock_diag(7) for unix sockets, TCP_INFO for TCP.
 * What was opened belongs to the pool.
 */
struct backlog *backlog_open(struct pool *pool, int listener);

/* 0 also where the kernel does not say. */
long backlog_length(const struct backlog *backlog);

#endif
