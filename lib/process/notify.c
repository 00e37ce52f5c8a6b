/* notify.c: messages to the init system. */
#include "config.h"

#include "lib/process/notify.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/text.h"

/* A name that begins with @ is an abstract socket. */
void notify_send(const char *message)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t len = path ? strlen(path) : 0;
	int fd;

	if (!len || len >= sizeof(to.sun_path))
		return;
	memcpy(to.sun_path, path, len);
	if (*path == '@')
		to.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	if (sendto(fd, message, strlen(message), MSG_NOSIGNAL,
		   (struct sockaddr *)&to,
		   (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) <
	    0)
		LOG_EVENT(LOG_LEVEL_ERROR, "notify_failed",
			  log_text("socket", path),
			  log_text("why", strerror(errno)));
	close(fd);
}

void notify_reloading(void)
{
	char message[64];

	snprintf(message, sizeof(message),
		 "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
		 clock_monotonic_ms() * 1000);
	notify_send(message);
}

int64_t notify_watchdog_ms(void)
{
	const char *usec = getenv("WATCHDOG_USEC");
	const char *pid = getenv("WATCHDOG_PID");
	int64_t us;

	if (!usec || !text_int(&us, usec, 2000, INT64_MAX) ||
	    (pid && strtol(pid, NULL, 10) != getpid()))
		return 0;
	return us / 2000;
}
