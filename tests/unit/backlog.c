/* backlog.c: tests that the kernel says how many connections wait. */
#include "config.h"

#include "lib/process/backlog.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/base/pool.h"
#include "tests/unit/test.h"

enum { WAITING = 5 };

/* A listener, and what connects to it. */
struct site {
	int listener;
	struct sockaddr_storage address;
	socklen_t size;
	struct pool *pool;
	struct backlog *backlog;
};

static void open_site(struct site *site, int family)
{
	struct sockaddr_un unix_address = { .sun_family = AF_UNIX };
	struct sockaddr_in tcp_address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	/* The kernel chooses the port, and a name for the unix socket. */
	if (family == AF_UNIX)
		memcpy(&site->address, &unix_address, sizeof(unix_address));
	else
		memcpy(&site->address, &tcp_address, sizeof(tcp_address));
	site->size =
		family == AF_UNIX ? sizeof(sa_family_t) : sizeof(tcp_address);
	site->listener = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(site->listener >= 0);
	assert_int_equal(
		bind(site->listener, (void *)&site->address, site->size), 0);
	assert_int_equal(listen(site->listener, 64), 0);
	site->size = sizeof(site->address);
	assert_int_equal(getsockname(site->listener, (void *)&site->address,
				     &site->size),
			 0);
	site->pool = pool_new();
	site->backlog = backlog_open(site->pool, site->listener);
}

static void close_site(struct site *site)
{
	close(site->listener);
	pool_free(site->pool);
}

static int call(const struct site *site)
{
	int fd = socket(site->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (const void *)&site->address, site->size),
			 0);
	return fd;
}

static void counts(int family)
{
	struct site site;
	int callers[WAITING], accepted;

	open_site(&site, family);
	assert_int_equal(backlog_length(site.backlog), 0);
	for (long i = 0; i < WAITING; i++) {
		callers[i] = call(&site);
		assert_int_equal(backlog_length(site.backlog), i + 1);
	}
	accepted = accept4(site.listener, NULL, NULL, SOCK_CLOEXEC);
	assert_int_equal(backlog_length(site.backlog), WAITING - 1);
	close(accepted);
	/* One that has gone waits all the same. */
	close(callers[WAITING - 1]);
	assert_int_equal(backlog_length(site.backlog), WAITING - 1);
	for (long i = 0; i < WAITING - 1; i++)
		close(callers[i]);
	close_site(&site);
}

static void counts_at_a_unix_socket(void **state)
{
	(void)state;
	counts(AF_UNIX);
}

static void counts_at_a_tcp_socket(void **state)
{
	(void)state;
	counts(AF_INET);
}

static void nobody_waits_at_what_does_not_listen(void **state)
{
	struct pool *pool = pool_new();
	int fds[2];

	(void)state;
	assert_int_equal(backlog_length(backlog_open(pool, -1)), 0);
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], "x", 1), 1);
	assert_int_equal(backlog_length(backlog_open(pool, fds[0])), 0);
	close(fds[0]);
	close(fds[1]);
	pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_at_a_unix_socket),
		cmocka_unit_test(counts_at_a_tcp_socket),
		cmocka_unit_test(nobody_waits_at_what_does_not_listen),
	};

	return RUN_TESTS(tests);
}
