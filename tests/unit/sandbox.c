/* sandbox.c: tests that a sandboxed process can do nearly nothing. */
#include "config.h"

#include "lib/process/sandbox.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/pool.h"
#include "lib/picture/decoder.h"
#include "tests/lib/forbidden.h"
#include "tests/unit/test.h"

/* What a deed ends with: it tells by returning true that it worked. */
enum ending { WORKS, REFUSED, KILLED };

static bool opens(void)
{
	return open("/etc/passwd", O_RDONLY) >= 0;
}

static bool makes_file(void)
{
	return open("/tmp/pixtier-sandbox-test", O_CREAT | O_WRONLY, 0600) >= 0;
}

static bool looks(void)
{
	struct stat stat_;

	return !stat("/etc/passwd", &stat_);
}

static bool connects(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) >= 0;
}

static bool makes_code(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return !mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

static bool writes_elsewhere(void)
{
	return write(STDIN_FILENO, "x", 1) == 1;
}

static bool listens_elsewhere(void)
{
	struct msghdr message = { 0 };

	return recvmsg(STDIN_FILENO, &message, 0) >= 0;
}

static bool answers(void)
{
	return write(SANDBOX_SOCKET, "x", 1) == 1;
}

static bool maps_memory(void)
{
	char *bytes = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (bytes == MAP_FAILED)
		return false;
	memset(bytes, 1, 1 << 20);
	return bytes[4096] == 1;
}

/* clang-format off */
static const struct {
	const char *name;
	bool (*deed)(void);
	enum ending ending;
} deeds[] = {
	{ "answer",           answers,            WORKS },
	{ "map memory",       maps_memory,        WORKS },
	{ "open a file",      opens,              REFUSED },
	{ "make a file",      makes_file,         REFUSED },
	{ "look at a file",   looks,              REFUSED },
	{ "write elsewhere",  writes_elsewhere,   REFUSED },
	{ "listen elsewhere", listens_elsewhere,  KILLED },
	{ "make a socket",    connects,           KILLED },
	{ "run a program",    forbidden_exec,     KILLED },
	{ "fork",             forbidden_fork,     KILLED },
	{ "send a signal",    forbidden_kill,     KILLED },
	{ "map code",         forbidden_map_code, KILLED },
	{ "turn memory to code", makes_code,         KILLED },
};
/* clang-format on */

static const struct sandbox_limits limits = { .memory_bytes = (size_t)64 << 20,
					      .seconds = 1 };

enum { UNFENCED = 100 };

/* Runs the deed in the sandbox; returns what waitpid() says. */
static int run(enum conf_sandbox sandbox, unsigned needed, bool (*deed)(void))
{
	int ends[2], status;
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		const unsigned parts =
			decoder_enter_sandbox(ends[1], sandbox, &limits);

		if ((parts & needed) != needed)
			_exit(UNFENCED);
		_exit(deed() ? WORKS : REFUSED);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(ends[0]);
	close(ends[1]);
	return status;
}

static bool is_unsandboxed(int status)
{
	return WIFEXITED(status) && WEXITSTATUS(status) == UNFENCED;
}

static bool ends_as(int status, enum ending ending)
{
	if (ending == KILLED)
		return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
	return WIFEXITED(status) && WEXITSTATUS(status) == (int)ending;
}

static void keeps_to_its_socket(void **state)
{
	(void)state;
	EACH_ROW(i, deeds) {
		const int status =
			run(SANDBOX_REQUIRED, SANDBOX_SECCOMP | SANDBOX_RLIMITS,
			    deeds[i].deed);

		if (is_unsandboxed(status))
			skip(); /* this machine filters no system calls */
		if (!ends_as(status, deeds[i].ending))
			print_error("to %s ends with status %#x\n",
				    deeds[i].name, (unsigned)status);
		assert_true(ends_as(status, deeds[i].ending));
	}
}

static bool spins(void)
{
	for (volatile bool forever = true; forever;)
		;
	return true;
}

static void takes_no_more_than_its_time(void **state)
{
	const int status = run(SANDBOX_OFF, SANDBOX_RLIMITS, spins);

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGXCPU);
}

/* Sanitizers need all addresses, so there is no such limit with them. */
static bool takes_too_much(void)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_AS, &limit) ||
	       (limit.rlim_cur != RLIM_INFINITY &&
		mmap(NULL, limits.memory_bytes + (1 << 20), PROT_READ,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
}

static void takes_no_more_than_its_memory(void **state)
{
	const int status = run(SANDBOX_OFF, SANDBOX_RLIMITS, takes_too_much);

	(void)state;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), REFUSED);
}

static bool sees_descriptors(void)
{
	for (int fd = 0; fd < 1024; fd++)
		if (fd != SANDBOX_SOCKET && fd != STDERR_FILENO &&
		    fcntl(fd, F_GETFD) >= 0)
			return true;
	return fcntl(SANDBOX_SOCKET, F_GETFD) < 0;
}

static void closes_all_but_its_socket(void **state)
{
	const int status = run(SANDBOX_OFF, SANDBOX_RLIMITS, sees_descriptors);

	(void)state;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), REFUSED);
}

static void names_its_parts(void **state)
{
	struct pool *pool = pool_new();

	(void)state;
	assert_string_equal(sandbox_describe(pool, 0), "nothing");
	assert_string_equal(sandbox_describe(pool, SANDBOX_RLIMITS), "rlimits");
	assert_string_equal(sandbox_describe(pool, SANDBOX_SECCOMP |
							   SANDBOX_RLIMITS |
							   SANDBOX_LANDLOCK),
			    "seccomp rlimits landlock");
	pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_to_its_socket),
		cmocka_unit_test(takes_no_more_than_its_time),
		cmocka_unit_test(takes_no_more_than_its_memory),
		cmocka_unit_test(closes_all_but_its_socket),
		cmocka_unit_test(names_its_parts),
	};

	return RUN_TESTS(tests);
}
