/* sandbox.c: limits what a child process may do. */
#include "config.h"

#include "lib/process/sandbox.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/pool.h"
#include "lib/process/filter.h"
#include "lib/process/landlock.h"

/* Returns the bytes that are mapped now, because RLIMIT_AS counts them too. */
static size_t mapped_bytes(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	size_t pages = 0;

	if (!file)
		return (size_t)256 << 20;
	if (fscanf(file, "%zu", &pages) != 1)
		pages = 0;
	fclose(file);
	return pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* Keeps the existing hard limit if it is lower. */
static bool limit_to(int resource, rlim_t soft, rlim_t hard)
{
	struct rlimit limit;

	if (getrlimit(resource, &limit))
		return false;
	if (hard > limit.rlim_max)
		hard = limit.rlim_max;
	limit.rlim_max = hard;
	limit.rlim_cur = soft < hard ? soft : hard;
	return !setrlimit(resource, &limit);
}

/* Sets the limits with which a process can still fork, write a log and receive
   descriptors. */
static bool set_inherited_limits(const struct sandbox_limits *limits)
{
	const rlim_t bytes = mapped_bytes() + limits->memory_bytes;

	return limit_to(RLIMIT_CORE, 0, 0) &&
	       (FILTER_WITH_SANITIZER || limit_to(RLIMIT_AS, bytes, bytes));
}

static bool set_own_limits(const struct sandbox_limits *limits)
{
	const rlim_t seconds = (rlim_t)limits->seconds;
	const rlim_t most = limits->most_seconds > limits->seconds
				    ? (rlim_t)limits->most_seconds
				    : seconds;
	const rlim_t descriptors = (rlim_t)limits->descriptors;

	return limit_to(RLIMIT_CPU, seconds, most + 1) &&
	       limit_to(RLIMIT_FSIZE, 0, 0) && limit_to(RLIMIT_NPROC, 0, 0) &&
	       limit_to(RLIMIT_NOFILE, descriptors, descriptors);
}

void sandbox_keep_fd(int socket)
{
	if (socket != SANDBOX_SOCKET)
		dup2(socket, SANDBOX_SOCKET);
	if (close_range(SANDBOX_SOCKET + 1, ~0u, 0))
		for (long fd = sysconf(_SC_OPEN_MAX); --fd > SANDBOX_SOCKET;)
			close((int)fd);
}

/* Without Landlock, the filter cannot tell files apart: then it allows none. */
void sandbox_prepare(struct sandbox_prepared *prepared, struct pool *pool,
		     enum conf_sandbox mode, const struct sandbox *sandbox)
{
	*prepared = (struct sandbox_prepared){ .limits = sandbox->limits };

	if (set_inherited_limits(&sandbox->limits))
		prepared->parts |= SANDBOX_RLIMITS;
	if (mode == SANDBOX_OFF || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return;
	if (landlock_raise(sandbox->files, sandbox->ports))
		prepared->parts |= SANDBOX_LANDLOCK;
	prepared->filter = filter_compile(
		pool, sandbox->calls,
		sandbox->files && (prepared->parts & SANDBOX_LANDLOCK));
}

unsigned sandbox_enter_prepared(const struct sandbox_prepared *prepared)
{
	unsigned parts = prepared->parts;

	if (!set_own_limits(&prepared->limits))
		parts &= ~(unsigned)SANDBOX_RLIMITS;
	if (prepared->filter && filter_enter(prepared->filter))
		parts |= SANDBOX_SECCOMP;
	return parts;
}

unsigned sandbox_enter(enum conf_sandbox mode, const struct sandbox *sandbox)
{
	struct sandbox_prepared prepared;
	struct pool *pool = pool_new();
	unsigned parts;

	sandbox_prepare(&prepared, pool, mode, sandbox);
	parts = sandbox_enter_prepared(&prepared);
	pool_free(pool);
	return parts;
}

bool sandbox_check(struct work *work, unsigned parts, enum conf_sandbox mode,
		   const char *who)
{
	if (!(parts & SANDBOX_RLIMITS))
		return fail(work, ERR_UNAVAILABLE,
			    "%s cannot set its resource limits", who);
	if (mode == SANDBOX_REQUIRED && !(parts & SANDBOX_SECCOMP))
		return fail(work, ERR_UNAVAILABLE,
			    "the setting sandbox is \"required\", but system "
			    "calls cannot be filtered here");
	return true;
}

const char *sandbox_describe(struct pool *pool, unsigned parts)
{
	const char *text = pool_printf(
		pool, "%s%s%s", parts & SANDBOX_SECCOMP ? " seccomp" : "",
		parts & SANDBOX_RLIMITS ? " rlimits" : "",
		parts & SANDBOX_LANDLOCK ? " landlock" : "");

	return *text ? text + 1 : "nothing";
}

const char *sandbox_describe_child(struct pool *pool,
				   unsigned (*raise)(const void *arg),
				   const void *arg)
{
	int status = 0;
	pid_t pid = fork();

	if (!pid)
		_exit((int)raise(arg));
	if (pid > 0)
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	return sandbox_describe(pool, pid > 0 && WIFEXITED(status)
					      ? (unsigned)WEXITSTATUS(status)
					      : 0);
}
