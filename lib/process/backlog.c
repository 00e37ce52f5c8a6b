/* backlog.c: counts the connections that wait to be accepted. */
#include "config.h"

#include "lib/process/backlog.h"

#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/pool.h"
#include "lib/base/util.h"

struct backlog {
	int listener;
	int family;  /* of the listener */
	int netlink; /* for a unix socket; -1: not available */
	uint32_t inode;
};

static void close_netlink(void *arg)
{
	const struct backlog *backlog = arg;

	close(backlog->netlink);
}

static int family_of(int listener)
{
	struct sockaddr_storage address = { 0 };
	socklen_t size = sizeof(address);

	if (getsockname(listener, (struct sockaddr *)&address, &size))
		return AF_UNSPEC;
	return address.ss_family;
}

struct backlog *backlog_open(struct pool *pool, int listener)
{
	struct backlog *backlog = pool_alloc(pool, sizeof(*backlog));
	struct stat st = { 0 };

	*backlog = (struct backlog){ listener, family_of(listener), -1, 0 };
	if (backlog->family != AF_UNIX || fstat(listener, &st))
		return backlog;
	backlog->inode = (uint32_t)st.st_ino;
	backlog->netlink =
		socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	if (backlog->netlink >= 0)
		pool_defer(pool, close_netlink, backlog);
	return backlog;
}

struct question {
	struct nlmsghdr header;
	struct unix_diag_req body;
};

static bool ask(const struct backlog *backlog)
{
	const struct question question = {
		.header = { .nlmsg_len = sizeof(question),
			    .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			    .nlmsg_flags = NLM_F_REQUEST },
		.body = { .sdiag_family = AF_UNIX,
			  .udiag_states = UINT32_MAX,
			  .udiag_ino = backlog->inode,
			  .udiag_show = UDIAG_SHOW_RQLEN,
			  .udiag_cookie = { UINT32_MAX, UINT32_MAX } },
	};

	return send(backlog->netlink, &question, sizeof(question),
		    MSG_DONTWAIT) == sizeof(question);
}

/* Finds the attribute with the queue length, after the fixed part of the
   answer. */
static long find_length(const char *answer, size_t len)
{
	size_t at = NLMSG_LENGTH(sizeof(struct unix_diag_msg));
	struct nlattr attribute;
	struct unix_diag_rqlen queue;

	while (at + sizeof(attribute) <= len) {
		memcpy(&attribute, answer + at, sizeof(attribute));
		if (attribute.nla_type == UNIX_DIAG_RQLEN &&
		    attribute.nla_len >= sizeof(attribute) + sizeof(queue) &&
		    at + attribute.nla_len <= len) {
			memcpy(&queue, answer + at + sizeof(attribute),
			       sizeof(queue));
			return queue.udiag_rqueue;
		}
		if (attribute.nla_len < sizeof(attribute))
			break;
		at += NLA_ALIGN(attribute.nla_len);
	}
	return 0;
}

static long unix_length(const struct backlog *backlog)
{
	char answer[1024];
	struct nlmsghdr header;
	ssize_t len;

	if (backlog->netlink < 0 || !ask(backlog))
		return 0;
	/* The kernel answers before send() returns. */
	len = recv(backlog->netlink, answer, sizeof(answer), MSG_DONTWAIT);
	if (len < (ssize_t)sizeof(header))
		return 0;
	memcpy(&header, answer, sizeof(header));
	return header.nlmsg_type == SOCK_DIAG_BY_FAMILY
		       ? find_length(answer, (size_t)len)
		       : 0;
}

static long tcp_length(const struct backlog *backlog)
{
	struct tcp_info info = { 0 };
	socklen_t size = sizeof(info);

	if (getsockopt(backlog->listener, IPPROTO_TCP, TCP_INFO, &info, &size))
		return 0;
	return (long)info.tcpi_unacked; /* for a listening socket, this is the
					   length of its queue */
}

/* poll() is the cheapest call, and mostly no connection waits. */
long backlog_length(const struct backlog *backlog)
{
	struct pollfd poller = { .fd = backlog->listener, .events = POLLIN };

	if (poll(&poller, 1, 0) <= 0)
		return 0;
	return backlog->family == AF_UNIX ? unix_length(backlog)
					  : tcp_length(backlog);
}
