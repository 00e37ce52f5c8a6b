/* notify.c: tests what a supervisor tells the init system. */
#include "config.h"

#include "lib/process/notify.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/pool.h"
#include "lib/process/metric.h"
#include "lib/process/prefork.h"
#include "tests/lib/wait.h"
#include "tests/unit/test.h"

enum { PATIENCE = WAIT_MAX_MS / 1000 };

static int serve(void *arg, long slot)
{
	(void)arg;
	(void)slot;
	while (!prefork_stopping())
		pause();
	return 0;
}

/* A supervisor with one child. */
static pid_t supervise(void)
{
	const struct prefork_group group = { "test", 1, serve, NULL, false };
	const struct prefork prefork = { .groups = &group,
					 .group_count = 1,
					 .stop_timeout = PATIENCE };
	const pid_t pid = fork();

	if (!pid)
		_exit(prefork_run(&prefork));
	return pid;
}

static int end_of(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static int listen_at(const char *name, size_t len)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	const struct timeval patience = { PATIENCE, 0 };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memcpy(at.sun_path, name, len);
	assert_int_equal(
		bind(fd, (struct sockaddr *)&at,
		     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)),
		0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return fd;
}

static void receive(char text[100], int fd)
{
	const ssize_t len = recv(fd, text, 99, 0);

	assert_true(len > 0);
	text[len] = '\0';
}

static void assert_told(int fd, const char *expected)
{
	char text[100];

	receive(text, fd);
	assert_string_equal(text, expected);
}

static void assert_told_reload(int fd)
{
	static const char begin[] = "RELOADING=1\nMONOTONIC_USEC=";
	char text[100];

	receive(text, fd);
	assert_memory_equal(text, begin, strlen(begin));
	assert_in_range(strtoll(text + strlen(begin), NULL, 10),
			(clock_monotonic_ms() - 1000 * PATIENCE) * 1000,
			clock_monotonic_ms() * 1000);
}

/* Starts a supervisor that sends its messages to a socket at the address, and
   returns the socket. */
static int notified(pid_t *pid, const char *name)
{
	const size_t len = strlen(name);
	char address[100] = "";
	int fd;

	memcpy(address, name, len);
	if (*address == '@')
		*address = '\0';
	fd = listen_at(address, len);
	setenv("NOTIFY_SOCKET", name, 1);
	*pid = supervise();
	unsetenv("NOTIFY_SOCKET");
	return fd;
}

static void tells_of_starts_reloads_and_stops(void **state)
{
	struct pool *pool = pool_new();
	char *folder = pool_strdup(pool, "/tmp/pixtier-notify-XXXXXX");
	const char *names[2];

	(void)state;
	assert_non_null(mkdtemp(folder));
	names[0] = pool_printf(pool, "%s/notify", folder);
	names[1] = pool_printf(pool, "@%s", folder);
	for (int i = 0; i < 2; i++) {
		pid_t pid;
		int fd;

		fd = notified(&pid, names[i]);
		assert_told(fd, "READY=1");
		kill(pid, SIGHUP);
		assert_told_reload(fd);
		assert_told(fd, "READY=1");
		kill(pid, SIGTERM);
		assert_told(fd, "STOPPING=1");
		assert_int_equal(end_of(pid), 0);
		close(fd);
	}
	unlink(names[0]);
	rmdir(folder);
	pool_free(pool);
}

static void feeds_the_watchdog(void **state)
{
	char name[40], text[100];
	pid_t pid;
	int fd;

	(void)state;
	snprintf(name, sizeof(name), "@pixtier-watchdog-%d", (int)getpid());
	setenv("WATCHDOG_USEC", "20000", 1);
	fd = notified(&pid, name);
	assert_told(fd, "READY=1");
	for (int i = 0; i < 5; i++)
		assert_told(fd, "WATCHDOG=1");
	kill(pid, SIGTERM);
	do
		receive(text, fd);
	while (!strcmp(text, "WATCHDOG=1"));
	assert_string_equal(text, "STOPPING=1");
	assert_int_equal(end_of(pid), 0);
	close(fd);
	setenv("WATCHDOG_PID", "1", 1);
	assert_int_equal(notify_watchdog_ms(), 0);
	unsetenv("WATCHDOG_PID");
	assert_int_equal(notify_watchdog_ms(), 10);
	unsetenv("WATCHDOG_USEC");
	assert_int_equal(notify_watchdog_ms(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_of_starts_reloads_and_stops),
		cmocka_unit_test(feeds_the_watchdog),
	};

	metric_init();
	return RUN_TESTS(tests);
}
