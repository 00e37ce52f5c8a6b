/* fetch_sandbox.c: tests that the fetching child can call, and do little
   else. */
#include "config.h"

#include "lib/net/fetch_sandbox.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/pool.h"
#include "lib/net/fetcher.h"
#include "lib/net/preload.h"
#include "tests/lib/forbidden.h"
#include "tests/unit/test.h"

/* What a deed ends with; FORBIDDEN is either of the two before it. */
enum ending { WORKS, FAILS, KILLED, FORBIDDEN };

/* On loopback: one who may be called, one whose port is not among those, and
   a name server. */
static struct sockaddr_in allowed, refused, names;

static int new_socket(int type)
{
	return socket(AF_INET, type | SOCK_CLOEXEC, 0);
}

static bool call(const struct sockaddr_in *peer)
{
	return !connect(new_socket(SOCK_STREAM), (const struct sockaddr *)peer,
			sizeof(*peer));
}

static bool calls(void)
{
	return call(&allowed);
}

static bool calls_another_port(void)
{
	return call(&refused);
}

static bool answers(void)
{
	return write(SANDBOX_SOCKET, "x", 1) == 1;
}

/* Asks the name server of this test. */
static bool looks_up(void)
{
	const struct addrinfo hints = { .ai_family = AF_INET };
	struct addrinfo *list = NULL;
	struct sockaddr_in found;

	if (getaddrinfo("puffin.example.org", NULL, &hints, &list) || !list)
		return false;
	memcpy(&found, list->ai_addr, sizeof(found));
	return found.sin_addr.s_addr == htonl(0x01020304);
}

static bool reads_hosts(void)
{
	return open("/etc/hosts", O_RDONLY | O_CLOEXEC) >= 0;
}

static bool reads(void)
{
	return open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0;
}

static bool looks(void)
{
	struct stat stat_;

	return !stat("/etc/hosts", &stat_);
}

static bool makes_file(void)
{
	return open("/tmp/pixtier-fetch-sandbox-test", O_CREAT | O_WRONLY,
		    0600) >= 0;
}

static bool writes_hosts(void)
{
	return open("/etc/hosts", O_RDWR | O_CLOEXEC) >= 0;
}

static bool calls_locally(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
}

static bool sees_interfaces(void)
{
	return socket(AF_NETLINK, SOCK_RAW, 0) >= 0;
}

static bool makes_packets(void)
{
	return socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) >= 0;
}

static bool sees_packets(void)
{
	return socket(AF_PACKET, SOCK_RAW, 0) >= 0;
}

static bool takes_port(void)
{
	const struct sockaddr_in any = { .sin_family = AF_INET };

	return !bind(new_socket(SOCK_STREAM), (const struct sockaddr *)&any,
		     sizeof(any));
}

static bool listens(void)
{
	return !listen(new_socket(SOCK_STREAM), 1);
}

static bool accepts(void)
{
	return accept(new_socket(SOCK_STREAM), NULL, NULL) >= 0;
}

static bool traces(void)
{
	return !ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static bool deletes(void)
{
	return !unlink("/tmp/pixtier-fetch-sandbox-test");
}

static bool changes_folder(void)
{
	return !chdir("/tmp");
}

/* clang-format off */
static const struct {
	const char *name;
	bool (*deed)(void);
	enum ending ending;
	enum ending without_landlock;
} deeds[] = {
	{ "call",                  calls,               WORKS,     WORKS },
	{ "look up a name",        looks_up,            WORKS,     WORKS },
	{ "answer",                answers,             WORKS,     WORKS },
	{ "read /etc/hosts",       reads_hosts,         WORKS,     FAILS },
	{ "read another file",     reads,               FAILS,     FAILS },
	{ "look at a file",        looks,               FAILS,     FAILS },
	{ "make a file",           makes_file,          FORBIDDEN, FORBIDDEN },
	{ "write to a file",       writes_hosts,        FORBIDDEN, FORBIDDEN },
	{ "delete a file",         deletes,             FAILS,     FAILS },
	{ "call a local socket",   calls_locally,       FAILS,     FAILS },
	{ "see the interfaces",    sees_interfaces,     FAILS,     FAILS },
	{ "make packets",          makes_packets,       KILLED,    KILLED },
	{ "see packets",           sees_packets,        KILLED,    KILLED },
	{ "take a port",           takes_port,          KILLED,    KILLED },
	{ "listen",                listens,             KILLED,    KILLED },
	{ "accept",                accepts,             KILLED,    KILLED },
	{ "run a program",         forbidden_exec,      KILLED,    KILLED },
	{ "fork",                  forbidden_fork,      KILLED,    KILLED },
	{ "trace",                 traces,              KILLED,    KILLED },
	{ "send a signal",         forbidden_kill,      KILLED,    KILLED },
	{ "map code",              forbidden_map_code,  KILLED,    KILLED },
	{ "change the folder",     changes_folder,      KILLED,    KILLED },
};
/* clang-format on */

enum { UNFENCED = 100 };

/* Names are asked for where this test answers. */
static void prepare(const struct conf *conf)
{
	struct work work = { .conf = conf, .pool = pool_new() };
	struct preload preload;

	preload_init(&preload, &work);
	_res.nsaddr_list[0] = names;
	_res.nscount = 1;
}

/* Runs the deed in the sandbox; returns what waitpid() says. */
static int run(const struct conf *conf, bool (*deed)(void))
{
	int ends[2], status;
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		const unsigned needed = SANDBOX_SECCOMP | SANDBOX_RLIMITS;

		sandbox_keep_fd(ends[1]);
		prepare(conf);
		if ((fetch_sandbox_enter(conf, 2) & needed) != needed)
			_exit(UNFENCED);
		_exit(deed() ? WORKS : FAILS);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(ends[0]);
	close(ends[1]);
	return status;
}

static bool ends_as(int status, enum ending ending)
{
	const bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;

	if (ending == KILLED || (ending == FORBIDDEN && killed))
		return killed;
	if (ending == FORBIDDEN)
		ending = FAILS;
	return WIFEXITED(status) && WEXITSTATUS(status) == (int)ending;
}

static void init(struct conf *conf, struct pool *pool)
{
	conf_init(conf);
	conf->fetch_ports =
		pool_printf(pool, "443 %d", ntohs(allowed.sin_port));
}

static void calls_and_does_little_else(void **state)
{
	struct pool *pool = pool_new();
	struct conf conf;
	bool has_landlock;

	(void)state;
	if (access("/etc/hosts", R_OK))
		skip(); /* this machine has none to read */
	init(&conf, pool);
	has_landlock =
		strstr(fetcher_describe_sandbox(pool, &conf), "landlock");
	EACH_ROW(i, deeds) {
		const int status = run(&conf, deeds[i].deed);

		if (WIFEXITED(status) && WEXITSTATUS(status) == UNFENCED)
			skip(); /* this machine filters no system calls */
		if (!ends_as(status, has_landlock ? deeds[i].ending
						  : deeds[i].without_landlock))
			fail_msg("to %s ends with status %#x", deeds[i].name,
				 (unsigned)status);
	}
	pool_free(pool);
}

/* Where the kernel knows of ports. */
static void calls_the_ports_of_the_settings(void **state)
{
	struct pool *pool = pool_new();
	struct conf conf;

	(void)state;
	init(&conf, pool);
#ifdef SYS_landlock_create_ruleset
	if (syscall(SYS_landlock_create_ruleset, NULL, 0, 1) < 4)
		skip();
	assert_true(ends_as(run(&conf, calls_another_port), FAILS));
	conf.fetch_ports = pool_printf(pool, "%d", ntohs(refused.sin_port));
	assert_true(ends_as(run(&conf, calls_another_port), WORKS));
	assert_true(ends_as(run(&conf, calls), FAILS));
#else
	skip();
#endif
	pool_free(pool);
}

static void tells_its_sandbox(void **state)
{
	struct pool *pool = pool_new();
	struct conf conf;

	(void)state;
	init(&conf, pool);
	assert_non_null(
		strstr(fetcher_describe_sandbox(pool, &conf), "rlimits"));
	conf.sandbox = SANDBOX_OFF;
	assert_string_equal(fetcher_describe_sandbox(pool, &conf), "rlimits");
	pool_free(pool);
}

/* Bound to a port of the system's choice. */
static int new_server(struct sockaddr_in *here, int type)
{
	socklen_t len = sizeof(*here);
	int fd = new_socket(type);

	*here = (struct sockaddr_in){ .sin_family = AF_INET };
	here->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(fd, (struct sockaddr *)here, len) ||
	    (type == SOCK_STREAM && listen(fd, 64)) ||
	    getsockname(fd, (struct sockaddr *)here, &len))
		abort();
	return fd;
}

/* To every question: 1.2.3.4 (RFC 1035, 4.1: the question again, then a name
   that points at it, A, IN, 60 s). */
static void serve_names(int fd)
{
	static const uint8_t record[] = { 0xc0, 12, 0, 1, 0, 1, 0, 0,
					  0,    60, 0, 4, 1, 2, 3, 4 };
	struct sockaddr_in peer;
	socklen_t len = sizeof(peer);
	uint8_t message[512];
	ssize_t got;

	while ((got = recvfrom(fd, message, 256, 0, (struct sockaddr *)&peer,
			       &len)) > 12) {
		const size_t end = 12 + strlen((char *)message + 12) + 1 + 4;

		message[2] |= 0x80;
		memset(message + 6, 0, 6);
		message[7] = 1;
		memcpy(message + end, record, sizeof(record));
		(void)!sendto(fd, message, end + sizeof(record), 0,
			      (struct sockaddr *)&peer, len);
	}
}

static pid_t name_server;

static int start_servers(void **state)
{
	int fd = new_server(&names, SOCK_DGRAM);

	(void)state;
	(void)new_server(&allowed, SOCK_STREAM);
	(void)new_server(&refused, SOCK_STREAM);
	name_server = fork();
	if (!name_server) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		serve_names(fd);
		_exit(0);
	}
	close(fd);
	return name_server > 0 ? 0 : -1;
}

static int stop_servers(void **state)
{
	(void)state;
	kill(name_server, SIGKILL);
	return waitpid(name_server, NULL, 0) == name_server ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_and_does_little_else),
		cmocka_unit_test(calls_the_ports_of_the_settings),
		cmocka_unit_test(tells_its_sandbox),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, start_servers, stop_servers);
}
