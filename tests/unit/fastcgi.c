/* fastcgi.c: tests what is accepted as the response of the responders. */
#include "config.h"

#include "lib/net/fastcgi.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/pool.h"
#include "tests/unit/test.h"

enum { BODY_MAX = 64 };

/* Records of the standard output, of the standard error and of the end. */
#define OUT(len)   "\1\6\0\1\0" len "\0\0"
#define ERROR(len) "\1\7\0\1\0" len "\0\0"
#define PADDED     "\1\6\0\1\0\2\3\0hi...\1\3\0\1\0\10\0\0........"
#define END        "\1\3\0\1\0\10\0\0........"
#define HEAD       "Status: 200 OK\r\nA: b\r\n\r\n" /* 24 bytes */

struct response {
	const char *bytes;
	size_t len;
	const char *body; /* NULL: `why` says what fails */
	const char *why;
};
#define RESPONSE(bytes, body, why)                                             \
	{                                                                      \
		bytes, sizeof(bytes) - 1, body, why                            \
	}

/* clang-format off */
static const struct response responses[] = {
	RESPONSE(OUT("\30") HEAD END, "", NULL),
	RESPONSE(OUT("\30") HEAD OUT("\2") "hi" END, "hi", NULL),
	RESPONSE(OUT("\4") "Stat" OUT("\24") "us: 200 OK\r\nA: b\r\n\r\n" OUT("\1") "a" END, "a", NULL),
	RESPONSE(ERROR("\4") "oops" OUT("\30") HEAD PADDED, "hi", NULL),
	RESPONSE(OUT("\30") HEAD "\1\6\0\1\0\0\0\0" END, "", NULL),
	RESPONSE("", NULL, "end of file"),
	RESPONSE("\1\6\0\1", NULL, "end of file"),
	RESPONSE(OUT("\30") "Status: 200", NULL, "end of file"),
	RESPONSE(OUT("\30") HEAD, NULL, "end of file"),
	RESPONSE(END, NULL, "answered /metrics with \"\""),
	RESPONSE(OUT("\27") "Status: 503 Busy\r\n\r\nhi\n" END, NULL, "with \"Status: 503 Busy\""),
	RESPONSE(OUT("\20") "Status: 200 OK\r\n" END, NULL, "with \"Status: 200 OK\""),
	RESPONSE(OUT("\30") HEAD OUT("\101") "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" END, NULL, "too long"),
};
/* clang-format on */

/* Accepts one connection, reads the request's first bytes, sends the response
   and closes. */
static void serve_one(int listener, const struct response *response)
{
	char request[8];
	const int client = accept(listener, NULL, NULL);

	if (client < 0 || recv(client, request, sizeof(request), MSG_WAITALL) !=
				  (ssize_t)sizeof(request))
		_exit(1);
	if (send(client, response->bytes, response->len, MSG_NOSIGNAL) !=
	    (ssize_t)response->len)
		_exit(1);
	shutdown(client, SHUT_WR);
	while (recv(client, request, sizeof(request), 0) > 0)
		continue;
	_exit(0);
}

static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(strlen(path) < sizeof(address.sun_path));
	memcpy(address.sun_path, path, strlen(path));
	assert_return_code(
		bind(listener, (struct sockaddr *)&address, sizeof(address)),
		0);
	assert_return_code(listen(listener, 1), 0);
	return listener;
}

static bool get(struct buf **body, struct work *work, const char *path)
{
	*body = buf_new(work->pool, BODY_MAX);
	return fastcgi_get(*body, work, path, "/metrics");
}

static void check(const struct response *response, const char *path)
{
	struct work work = { .pool = pool_new() };
	const int listener = listen_at(path);
	const pid_t server = fork();
	struct buf *body;
	int status;
	bool got;

	if (!server)
		serve_one(listener, response);
	got = get(&body, &work, path);
	if (response->body) {
		assert_true(got);
		assert_string_equal(body->data, response->body);
	} else {
		assert_false(got);
		assert_int_equal(work.err, ERR_UNAVAILABLE);
		assert_non_null(strstr(work.why, response->why));
	}
	pool_free(work.pool);
	assert_int_equal(waitpid(server, &status, 0), server);
	assert_int_equal(status, 0);
	close(listener);
	unlink(path);
}

static void a_whole_response_is_read(void **state)
{
	struct pool *pool = pool_new();
	char folder[] = "/tmp/pixtier-fastcgi-XXXXXX";
	const char *path;

	(void)state;
	assert_non_null(mkdtemp(folder));
	path = pool_printf(pool, "%s/s", folder);
	EACH_ROW(i, responses)
		check(&responses[i], path);
	rmdir(folder);
	pool_free(pool);
}

static void a_missing_socket_is_named(void **state)
{
	struct work work = { .pool = pool_new() };
	char long_path[200] = "/";
	struct buf *body;

	(void)state;
	assert_false(get(&body, &work, "/nope/s"));
	assert_int_equal(work.err, ERR_UNAVAILABLE);
	assert_string_equal(work.why, "/nope/s: No such file or directory");
	memset(long_path + 1, 'x', sizeof(long_path) - 2);
	assert_false(get(&body, &work, long_path));
	assert_non_null(strstr(work.why, "too long"));
	pool_free(work.pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_response_is_read),
		cmocka_unit_test(a_missing_socket_is_named),
	};

	return RUN_TESTS(tests);
}
