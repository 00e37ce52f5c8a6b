/* fetch_sandbox.c: the sandbox of the fetching child. */
#include "config.h"

#include "lib/net/fetch_sandbox.h"

#include <errno.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "lib/process/filter.h"

enum { MEMORY_BYTES = 128 << 20, DESCRIPTORS = 64 };

/* Masks the flags in the type of a socket. */
enum { TYPE_MASK = 0xf };

/* Libraries try a socket of AF_UNIX for nscd and one of AF_NETLINK to list the
   interfaces, and work without them. */
/* clang-format off */
#define SOCKET(family, type) \
	FILTER_MAKES("socket", FILTER_IF(0, family), FILTER_BITS(1, TYPE_MASK, type))
static const struct filter_call calls[] = {
	SOCKET(AF_INET, SOCK_STREAM),
	SOCKET(AF_INET, SOCK_DGRAM),
	SOCKET(AF_INET6, SOCK_STREAM),
	SOCKET(AF_INET6, SOCK_DGRAM),
	FILTER_FAILS("socket", EACCES, FILTER_IF(0, AF_UNIX)),
	FILTER_FAILS("socket", EACCES, FILTER_IF(0, AF_NETLINK)),
	FILTER_MAKES("clock_nanosleep"),
	FILTER_MAKES("connect"),
	FILTER_MAKES("eventfd2"),
	FILTER_MAKES("fcntl"),
	FILTER_MAKES("getegid"),
	FILTER_MAKES("geteuid"),
	FILTER_MAKES("getgid"),
	FILTER_MAKES("getpeername"),
	FILTER_MAKES("getpid"),
	FILTER_MAKES("getsockname"),
	FILTER_MAKES("getsockopt"),
	FILTER_MAKES("getuid"),
	FILTER_MAKES("ioctl", FILTER_IF(1, FIONREAD)),
	FILTER_FAILS("ioctl", EACCES, FILTER_UNLESS(1, FIONREAD)),
	FILTER_MAKES("lseek"),
	FILTER_MAKES("nanosleep"),
	FILTER_MAKES("pipe2"),
	FILTER_MAKES("poll"),
	FILTER_MAKES("ppoll"),
	FILTER_MAKES("read"),
	FILTER_MAKES("recvfrom"),
	FILTER_MAKES("recvmsg"),
	FILTER_MAKES("rt_sigaction"),
	FILTER_MAKES("rt_sigprocmask"),
	FILTER_MAKES("sendmmsg"),
	FILTER_MAKES("sendmsg"),
	FILTER_MAKES("sendto"),
	FILTER_MAKES("setsockopt"),
	FILTER_MAKES("shutdown"),
	FILTER_MAKES("socketpair", FILTER_IF(0, AF_UNIX)),
	FILTER_MAKES("uname"),
	FILTER_MAKES("write"),
	FILTER_MAKES("writev"),
	{ 0 },
};

/* Files that are read again for each name lookup. */
static const char *const files[] = {
	"/etc/gai.conf",
	"/etc/host.conf",
	"/etc/hosts",
	"/etc/nsswitch.conf",
	"/etc/resolv.conf",
	NULL,
};
/* clang-format on */

/* Name servers send long answers over TCP. */
static const char name_servers[] = "53";

unsigned fetch_sandbox_enter(const struct conf *conf, long seconds)
{
	char ports[1024];
	const struct sandbox sandbox = {
		.calls = calls,
		.files = files,
		.ports = ports,
		.limits = { .memory_bytes = MEMORY_BYTES,
			    .seconds = seconds,
			    .descriptors = DESCRIPTORS },
	};

	snprintf(ports, sizeof(ports), "%s %s", name_servers,
		 conf->fetch_ports);
	return sandbox_enter((enum conf_sandbox)conf->sandbox, &sandbox);
}
