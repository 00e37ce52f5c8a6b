/* fetcher.c: tests the fetching child against a server in a thread. */
#include "config.h"

#include "lib/net/fetcher.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "tests/lib/wait.h"
#include "tests/unit/test.h"

#define OK_HEAD "HTTP/1.1 200 OK\r\n"

/* Answers everybody with the same bytes, then closes, or stays silent. */
static struct server {
	int listener;
	int port;
	const char *answer;
	bool stays;
	bool repeats; /* the last 7 bytes, for ever */
	void (*look)(void);
	atomic_int calls;
	char request[4096]; /* of the last call */
	ssize_t more;       /* what came after the answer, if it stays */
	atomic_int ended;   /* calls */
} server;

static void send_all(int fd, const char *bytes, size_t len)
{
	(void)!send(fd, bytes, len, MSG_NOSIGNAL);
}

static void answer(int fd)
{
	const char *text = server.answer;
	char more[64];
	ssize_t len = recv(fd, server.request, sizeof(server.request) - 1, 0);

	if (len <= 0)
		return;
	server.request[len] = '\0';
	if (server.look)
		server.look();
	send_all(fd, text, strlen(text));
	while (server.repeats &&
	       send(fd, text + strlen(text) - 7, 7, MSG_NOSIGNAL) > 0)
		;
	if (server.stays)
		server.more = recv(fd, more, sizeof(more), 0);
}

static void *serve(void *arg)
{
	int fd;

	(void)arg;
	while ((fd = accept(server.listener, NULL, NULL)) >= 0) {
		server.calls++;
		answer(fd);
		close(fd);
		server.ended++;
	}
	return NULL;
}

/* A thread that is just starting holds locks, which a child would inherit. */
static bool hears(const struct sockaddr_in *here)
{
	int peer = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char byte;
	bool heard =
		!connect(peer, (const struct sockaddr *)here, sizeof(*here)) &&
		!shutdown(peer, SHUT_WR) && !recv(peer, &byte, 1, 0);

	close(peer);
	return heard;
}

static int start_server(void **state)
{
	struct sockaddr_in here = { .sin_family = AF_INET };
	socklen_t len = sizeof(here);
	pthread_t thread;

	(void)state;
	here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	server.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(server.listener, (struct sockaddr *)&here, len) ||
	    listen(server.listener, 8) ||
	    getsockname(server.listener, (struct sockaddr *)&here, &len) ||
	    pthread_create(&thread, NULL, serve, NULL) || !hears(&here))
		return -1;
	server.port = ntohs(here.sin_port);
	return pthread_detach(thread);
}

struct got {
	char bytes[256];
	size_t len;
	const char *file;
};

static bool take(void *arg, struct work *work, const void *bytes, size_t len)
{
	struct got *got = arg;

	(void)work;
	for (size_t i = 0; i < len; i++, got->len++)
		if (got->len < sizeof(got->bytes) - 1)
			got->bytes[got->len] = ((const char *)bytes)[i];
	return true;
}

static void init(struct work *work, struct conf *conf, struct got *got)
{
	memset(got, 0, sizeof(*got));
	conf_init(conf);
	*work = (struct work){ .conf = conf, .pool = pool_new() };
	conf->fetch_allow = "127.0.0.1";
	conf->fetch_ports = pool_printf(work->pool, "80 %d", server.port);
	conf->fetch_timeout = 10;
}

static const char *url_of(struct pool *pool, const char *host)
{
	return pool_printf(pool, "http://%s:%d/x", host, server.port);
}

static void what_servers_say(void **state)
{
	/* clang-format off */
	static const struct {
		const char *answer;
		bool stays, repeats;
		const char *body; /* NULL: it fails */
		enum err err;
		bool transient;
		const char *why;
	} cases[] = {
		{ OK_HEAD "Content-Length: 5\r\n\r\nhello", .body = "hello" },
		{ OK_HEAD "\r\nhello", .body = "hello" },
		{ OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", .body = "hello" },
		{ OK_HEAD "Content-Length: 0\r\n\r\n", .body = "" },
		{ OK_HEAD "Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello", .body = "hello" },
		{ OK_HEAD "Content-Length: 5\r\n\r\nhello, you", .body = "hello" },
		{ OK_HEAD "Content-Length: 9\r\n\r\nhello", false, false, NULL, ERR_FETCH_FAILED, true, "ended too early" },
		{ OK_HEAD "Content-Length: 101\r\n\r\n", true, false, NULL, ERR_TOO_LARGE, false, "100 bytes" },
		{ OK_HEAD "Content-Length: 99999999999999999999\r\n\r\n", false, false, NULL, ERR_TOO_LARGE, false, "100 bytes" },
		{ OK_HEAD "Content-Length: -1\r\n\r\n", false, false, NULL, ERR_FETCH_FAILED, false, "understand" },
		{ OK_HEAD "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n", false, true, NULL, ERR_TOO_LARGE, false, "100 bytes" },
		{ OK_HEAD "\r\nendless", false, true, NULL, ERR_TOO_LARGE, false, "100 bytes" },
		{ OK_HEAD "XX: a\r\n", false, true, NULL, ERR_FETCH_FAILED, false, "understand" },
		{ OK_HEAD "Content-Length: 9\r\n\r\nhello", true, false, NULL, ERR_FETCH_FAILED, true, "no answer within 1 s" },
		{ OK_HEAD "Conte", true, false, NULL, ERR_FETCH_FAILED, true, "no answer within 1 s" },
		{ "", true, false, NULL, ERR_FETCH_FAILED, true, "no answer within 1 s" },
		{ "", false, false, NULL, ERR_FETCH_FAILED, true, "ended too early" },
		{ "hello", false, false, NULL, ERR_FETCH_FAILED, false, "understand" },
		{ "HTTP/1.1 404 Gone\r\nContent-Length: 5\r\n\r\nhello", false, false, NULL, ERR_FETCH_FAILED, false, "answered 404" },
		{ "HTTP/1.1 404 Gone\r\nContent-Length: 500\r\n\r\n", true, false, NULL, ERR_FETCH_FAILED, false, "answered 404" },
		{ "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", false, false, NULL, ERR_FETCH_FAILED, true, "answered 503" },
		{ "HTTP/1.1 429 No\r\nContent-Length: 0\r\n\r\n", false, false, NULL, ERR_FETCH_FAILED, true, "answered 429" },
		{ "HTTP/1.1 206 Part\r\nContent-Length: 5\r\n\r\nhello", false, false, NULL, ERR_FETCH_FAILED, false, "answered 206" },
		{ "HTTP/1.1 204 No\r\n\r\n", false, false, NULL, ERR_FETCH_FAILED, false, "answered 204" },
		{ "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", false, false, NULL, ERR_FETCH_FAILED, false, "answered 302" },
		{ "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 5\r\n\r\nthere", false, false, NULL, ERR_FETCH_FAILED, false, "expected at most 10 redirects, more came" },
		{ "HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\nendless", false, true, NULL, ERR_FETCH_FAILED, false, "understand" },
		{ "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.2/\r\nContent-Length: 0\r\n\r\n", false, false, NULL, ERR_FETCH_FAILED, false, "unknown or not allowed" },
		{ "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n", false, false, NULL, ERR_FETCH_FAILED, false, "redirected" },
		{ "HTTP/1.1 302 Found\r\nLocation: http://u:p@127.0.0.1/\r\nContent-Length: 0\r\n\r\n", false, false, NULL, ERR_FETCH_FAILED, false, "redirected" },
	};
	/* clang-format on */

	(void)state;
	EACH_ROW(i, cases) {
		struct work work;
		struct conf conf;
		struct got got;
		bool good;

		init(&work, &conf, &got);
		server.answer = cases[i].answer;
		server.stays = cases[i].stays;
		server.repeats = cases[i].repeats;
		if (cases[i].why && strstr(cases[i].why, "within 1 s"))
			conf.fetch_timeout = 1;
		good = fetcher_get(&got.file, &work,
				   url_of(work.pool, "127.0.0.1"), 100, take,
				   &got);
		if (good != (cases[i].body != NULL))
			fail_msg("%s: %s", cases[i].answer, work.why);
		if (good)
			assert_string_equal(got.bytes, cases[i].body);
		else if (work.err != cases[i].err ||
			 work.transient != cases[i].transient ||
			 !strstr(work.why, cases[i].why))
			fail_msg("%s: %s (%s)", cases[i].answer, work.why,
				 err_code(work.err));
		assert_true(got.len <= 100);
		pool_free(work.pool);
	}
	server.stays = server.repeats = false;
}

static void the_answer_names_its_file(void **state)
{
	/* clang-format off */
	static const struct {
		const char *answer, *file;
	} cases[] = {
		{ OK_HEAD "Content-Length: 5\r\n\r\nhello", "" },
		{ OK_HEAD "Content-Disposition: inline\r\nContent-Length: 5\r\n\r\nhello", "" },
		{ OK_HEAD "content-disposition: inline; filename=a.jpg\r\nContent-Length: 5\r\n\r\nhello", "a.jpg" },
		{ OK_HEAD "Content-Disposition: inline; filename=a; filename*=UTF-8''%C3%BC\r\nContent-Length: 0\r\n\r\n", "ü" },
		{ "HTTP/1.1 100 Continue\r\nContent-Disposition: inline; filename=b\r\n\r\n" OK_HEAD "Content-Length: 5\r\n\r\nhello", "" },
	};
	/* clang-format on */

	(void)state;
	EACH_ROW(i, cases) {
		struct work work;
		struct conf conf;
		struct got got;

		init(&work, &conf, &got);
		server.answer = cases[i].answer;
		if (!fetcher_get(&got.file, &work,
				 url_of(work.pool, "127.0.0.1"), 100, take,
				 &got))
			fail_msg("%s: %s", cases[i].answer, work.why);
		assert_string_equal(got.file, cases[i].file);
		pool_free(work.pool);
	}
}

static void long_names_are_cut(void **state)
{
	char name[300] = "";
	struct work work;
	struct conf conf;
	struct got got;

	(void)state;
	init(&work, &conf, &got);
	for (int i = 0; i < 100; i++)
		strcat(name, "ü");
	strcat(name, "aü");
	for (int i = 0; i < 40; i++)
		strcat(name, "ü");
	server.answer = pool_printf(work.pool,
				    OK_HEAD "Content-Disposition: inline; "
					    "filename=\"%s\"\r\n"
					    "Content-Length: 0\r\n\r\n",
				    name);
	assert_true(fetcher_get(&got.file, &work,
				url_of(work.pool, "127.0.0.1"), 100, take,
				&got));
	assert_int_equal(strlen(got.file), 255);
	assert_true(text_starts(name, got.file));
	pool_free(work.pool);
}

/* Nobody hears of it. */
static void who_is_not_called(void **state)
{
	static const char *const hosts[] = {
		"127.0.0.2",       "127.1.1.1",       "0.0.0.0",
		"[::1]",           "[::ffff:7f00:2]", "0",
		"127.2",           "0x7f.2",          "[64:ff9b::7f00:1]",
		"[2002:7f00:1::]",
	};
	const int before = server.calls;

	(void)state;
	server.answer = OK_HEAD "Content-Length: 5\r\n\r\nhello";
	EACH_ROW(i, hosts) {
		struct work work;
		struct conf conf;
		struct got got;

		init(&work, &conf, &got);
		if (fetcher_get(&got.file, &work, url_of(work.pool, hosts[i]),
				100, take, &got))
			fail_msg("%s was called", hosts[i]);
		assert_int_equal(work.err, ERR_FETCH_FAILED);
		assert_false(work.transient);
		assert_string_equal(work.why,
				    "the host is unknown or not allowed");
		pool_free(work.pool);
	}
	assert_int_equal(server.calls, before);
}

/* A name with one address that is allowed and one that is not. */
static void all_addresses_of_a_name_count(void **state)
{
	static const struct {
		const char *allow, *deny;
		bool called;
	} cases[] = {
		{ "", "", false },
		{ "127.0.0.1 ::1", "", true },
		{ "127.0.0.1 ::1", "127.0.0.1", false },
	};

	(void)state;
	if (access("/etc/hosts", R_OK))
		skip(); /* nothing on this machine names it */
	server.answer = OK_HEAD "Content-Length: 5\r\n\r\nhello";
	EACH_ROW(i, cases) {
		const int before = server.calls;
		struct work work;
		struct conf conf;
		struct got got;

		init(&work, &conf, &got);
		conf.fetch_allow = cases[i].allow;
		conf.fetch_deny = cases[i].deny;
		if (fetcher_get(&got.file, &work,
				url_of(work.pool, "localhost"), 100, take,
				&got) != cases[i].called)
			fail_msg("allow %s, deny %s: %s", cases[i].allow,
				 cases[i].deny, work.why);
		assert_int_equal(server.calls, before + cases[i].called);
		pool_free(work.pool);
	}
}

static bool refuse(void *arg, struct work *work, const void *bytes, size_t len)
{
	(void)arg;
	(void)bytes;
	(void)len;
	/* Not the macro of cmocka. */
	return (fail)(work, ERR_STORAGE_FULL, "no room");
}

static void the_sink_may_stop_it(void **state)
{
	struct work work;
	struct conf conf;
	struct got got;

	(void)state;
	init(&work, &conf, &got);
	server.answer = OK_HEAD "Content-Length: 5\r\n\r\nhello";
	assert_false(fetcher_get(&got.file, &work,
				 url_of(work.pool, "127.0.0.1"), 100, refuse,
				 NULL));
	assert_int_equal(work.err, ERR_STORAGE_FULL);
	assert_string_equal(work.why, "no room");
	pool_free(work.pool);
}

/* The child's descriptors while the server has its request. */
static atomic_int kept, foreign;

static bool is_ours(const char *target)
{
	return text_starts(target, "socket:") || text_starts(target, "pipe:") ||
	       text_starts(target, "anon_inode:") ||
	       !strcmp(target, "/dev/null");
}

static int find_child(void)
{
	char path[64], line[64] = "";
	FILE *children;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", getpid(),
		 getpid());
	children = fopen(path, "r");
	if (!children)
		return 0;
	(void)!fgets(line, sizeof(line), children);
	fclose(children);
	return atoi(line);
}

static void look_at_descriptors(void)
{
	char path[64], target[256];
	const struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", find_child());
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		ssize_t len = readlinkat(dirfd(dir), entry->d_name, target,
					 sizeof(target) - 1);

		if (len < 0)
			continue;
		target[len] = '\0';
		kept++;
		foreign += !is_ours(target);
	}
	if (dir)
		closedir(dir);
}

static void the_child_has_nothing_of_ours(void **state)
{
	FILE *file = tmpfile();
	struct work work;
	struct conf conf;
	struct got got;

	(void)state;
	assert_non_null(file);
	init(&work, &conf, &got);
	server.answer = OK_HEAD "Content-Length: 5\r\n\r\nhello";
	server.look = look_at_descriptors;
	assert_true(fetcher_get(&got.file, &work,
				url_of(work.pool, "127.0.0.1"), 100, take,
				&got));
	server.look = NULL;
	fclose(file);
	pool_free(work.pool);
	if (!kept)
		skip(); /* no /proc that tells */
	assert_int_equal(foreign, 0);
	assert_in_range(kept, 5, 10);
}

/* As the kernel does to a child that does what it may not. */
static void punish(void)
{
	int pid = find_child();

	if (pid > 0)
		kill(pid, SIGSYS);
}

static void a_forbidden_deed_is_told(void **state)
{
	struct work work;
	struct conf conf;
	struct got got;

	(void)state;
	if (access("/proc/self/task", X_OK))
		skip();
	init(&work, &conf, &got);
	server.answer = "";
	server.look = punish;
	assert_false(fetcher_get(&got.file, &work,
				 url_of(work.pool, "127.0.0.1"), 100, take,
				 &got));
	server.look = NULL;
	assert_int_equal(work.err, ERR_INTERNAL);
	assert_non_null(strstr(work.why, "forbidden system call"));
	pool_free(work.pool);
}

static void count_tick(void *arg)
{
	++*(int *)arg;
}

/* So that a job's lease is kept. */
static void the_parent_ticks(void **state)
{
	struct work work;
	struct conf conf;
	struct got got;
	int ticks = 0;
	int64_t began = clock_monotonic_ms(), took_ms;

	(void)state;
	init(&work, &conf, &got);
	conf.fetch_timeout = 3;
	work.tick = count_tick;
	work.tick_arg = &ticks;
	server.answer = "";
	server.stays = true;
	assert_false(fetcher_get(&got.file, &work,
				 url_of(work.pool, "127.0.0.1"), 100, take,
				 &got));
	server.stays = false;
	took_ms = clock_monotonic_ms() - began;
	assert_true(took_ms >= 2900);
	assert_in_range(ticks, 1, took_ms / 1000 + 1);
	pool_free(work.pool);
}

/* A length is announced; the body never comes. */
static void a_body_is_announced(void **state)
{
	/* clang-format off */
	static const struct {
		const char *answer;
		int64_t announced;
		long status; /* 0: it fails */
		int64_t date;
	} cases[] = {
		{ "HTTP/1.1 100 Continue\r\n\r\n", 5000000, 100, 0 },
		{ "HTTP/1.1 100 Continue\r\n\r\n", 1, 100, 0 },
		{ "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n", 5000000, 100, 0 },
		{ "HTTP/1.1 413 No\r\nDate: Thu, 01 Jan 1970 00:01:00 GMT\r\n\r\n", 5000000, 413, 60 },
		{ "HTTP/1.1 401 No\r\nDate: yesterday\r\n\r\n", 5000000, 401, 0 },
		{ "HTTP/1.1 401 No\r\nDate: Thu, 01 Jan 1960 00:00:00 GMT\r\n\r\n", 5000000, 401, 0 },
		{ "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 Yes\r\nDate: Thu, 01 Jan 1970 00:02:00 GMT\r\n\r\n", 0, 204, 120 },
		{ "HTTP/1.1 100 Continue\r\n\r\n", 0, 0, 0 },
		{ "", 5000000, 0, 0 },
	};
	static const char *const headers[] = { NULL };
	/* clang-format on */

	(void)state;
	server.stays = true;
	EACH_ROW(i, cases) {
		const int64_t announced = cases[i].announced;
		const int calls = server.calls;
		struct client_answer answer = { 0 };
		struct client_message message = {
			.headers = headers,
			.body = "",
			.announced = announced,
			.timeout = cases[i].status ? 60 : 1,
		};
		struct work work;
		struct conf conf;
		struct got got;

		init(&work, &conf, &got);
		assert_true(EVENTUALLY(server.ended == calls));
		message.url = url_of(work.pool, "127.0.0.1");
		server.answer = cases[i].answer;
		assert_int_equal(fetcher_post(&answer, &work, &message),
				 cases[i].status != 0);
		assert_int_equal(answer.status, cases[i].status);
		assert_int_equal(answer.date, cases[i].date);
		assert_true(EVENTUALLY(server.ended == calls + 1));
		assert_true(server.more <= 0);
		assert_int_equal(
			!strstr(server.request, "Expect: 100-continue"),
			!announced);
		assert_non_null(strstr(server.request,
				       pool_printf(work.pool,
						   "Content-Length: %lld\r\n",
						   (long long)announced)));
		pool_free(work.pool);
	}
	server.stays = false;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_servers_say),
		cmocka_unit_test(the_answer_names_its_file),
		cmocka_unit_test(long_names_are_cut),
		cmocka_unit_test(who_is_not_called),
		cmocka_unit_test(all_addresses_of_a_name_count),
		cmocka_unit_test(the_sink_may_stop_it),
		cmocka_unit_test(the_child_has_nothing_of_ours),
		cmocka_unit_test(a_forbidden_deed_is_told),
		cmocka_unit_test(the_parent_ticks),
		cmocka_unit_test(a_body_is_announced),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, start_server, NULL);
}
