/* fence.c: what a painter may still do: nearly nothing. */
#include "config.h"

#include "lib/picture/fence.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/base/pool.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#endif
#ifndef HAS_ASAN
#define HAS_ASAN 0
#endif

/*
 * The sanitizers reserve terabytes of addresses, report on stderr and read
 * /proc to do so; a build with them is for tests and keeps these ways open.
 */
enum { WITH_SANITIZER = HAS_ASAN };

static const int always[] = {
	SCMP_SYS(brk),
	SCMP_SYS(clock_getres),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(close),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	SCMP_SYS(futex),
	SCMP_SYS(getrandom),
	SCMP_SYS(getrusage),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(madvise),
	SCMP_SYS(mremap),
	SCMP_SYS(munmap),
	SCMP_SYS(pread64),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sysinfo),
	SCMP_SYS(times),
};

/* Libraries ask for these and go on without. */
static const int refused[] = {
	SCMP_SYS(access),     SCMP_SYS(faccessat), SCMP_SYS(faccessat2),
	SCMP_SYS(fstat),      SCMP_SYS(getcwd),    SCMP_SYS(ioctl),
	SCMP_SYS(lstat),      SCMP_SYS(open),      SCMP_SYS(openat),
	SCMP_SYS(newfstatat), SCMP_SYS(readlink),  SCMP_SYS(readlinkat),
	SCMP_SYS(stat),       SCMP_SYS(statx),     SCMP_SYS(unlink),
};

static const int for_sanitizer[] = {
	SCMP_SYS(getpid),         SCMP_SYS(gettid),
	SCMP_SYS(prctl),          SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask), SCMP_SYS(sched_getaffinity),
	SCMP_SYS(sched_yield),    SCMP_SYS(sigaltstack),
	SCMP_SYS(tgkill),         SCMP_SYS(write),
};

static bool add_all(scmp_filter_ctx filter, uint32_t action, const int *calls,
		    size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (seccomp_rule_add(filter, action, calls[i], 0))
			return false;
	return true;
}

/* Memory never becomes code. */
static bool add_memory(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp no_code =
		SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);

	return !seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
				 no_code) &&
	       !seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
				 no_code);
}

/* A message for stderr is lost, not a reason to die. */
static bool add_socket(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp ours = SCMP_A0(SCMP_CMP_EQ, FENCE_SOCKET, 0);
	const struct scmp_arg_cmp other = SCMP_A0(SCMP_CMP_NE, FENCE_SOCKET, 0);

	if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(recvmsg), 1,
			     ours))
		return false;
	if (WITH_SANITIZER)
		return true;
	return !seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(write), 1,
				 ours) &&
	       !seccomp_rule_add(filter, SCMP_ACT_ERRNO(EBADF), SCMP_SYS(write),
				 1, other);
}

static bool filter_calls(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	bool ok;

	if (!filter)
		return false;
	ok = !seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH,
			       SCMP_ACT_KILL_PROCESS) &&
	     add_all(filter, SCMP_ACT_ALLOW, always, ARRAY_LEN(always)) &&
	     add_all(filter, SCMP_ACT_ERRNO(EACCES), refused,
		     ARRAY_LEN(refused)) &&
	     (!WITH_SANITIZER || add_all(filter, SCMP_ACT_ALLOW, for_sanitizer,
					 ARRAY_LEN(for_sanitizer))) &&
	     add_memory(filter) && add_socket(filter) && !seccomp_load(filter);
	seccomp_release(filter);
	return ok;
}

#if defined(SYS_landlock_create_ruleset) && defined(SYS_landlock_restrict_self)
/*
 * A rule set that handles everything and allows nothing. The kernel's
 * Documentation/userspace-api/landlock.rst says which ABI brought which right;
 * an older kernel refuses those it does not know.
 */
static bool close_file_system(void)
{
	enum { VERSION_FLAG = 1 };
	const long abi =
		syscall(SYS_landlock_create_ruleset, NULL, 0, VERSION_FLAG);
	const struct {
		uint64_t files, net, scoped;
	} rights = {
		.files = abi >= 5   ? 0xffff
			 : abi >= 3 ? 0x7fff
			 : abi == 2 ? 0x3fff
				    : 0x1fff,
		.net = 0x3,
		.scoped = 0x3,
	};
	const size_t size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
	long rules;
	bool ok;

	if (abi < 1)
		return false;
	rules = syscall(SYS_landlock_create_ruleset, &rights, size, 0);
	if (rules < 0)
		return false;
	ok = !syscall(SYS_landlock_restrict_self, (int)rules, 0);
	close((int)rules);
	return ok;
}
#else
static bool close_file_system(void)
{
	return false;
}
#endif

/* What is mapped now, in bytes: RLIMIT_AS counts it too. */
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

/* The hard limit that is there may be the lower one. */
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

static bool set_limits(const struct fence_limits *limits)
{
	const rlim_t seconds = (rlim_t)limits->seconds;
	const rlim_t bytes = mapped_bytes() + limits->memory_bytes;
	/* The source gets the lowest free descriptor. */
	const rlim_t descriptors = 1;

	return limit_to(RLIMIT_CPU, seconds, seconds + 1) &&
	       limit_to(RLIMIT_FSIZE, 0, 0) && limit_to(RLIMIT_CORE, 0, 0) &&
	       limit_to(RLIMIT_NPROC, 0, 0) &&
	       limit_to(RLIMIT_NOFILE, descriptors, descriptors) &&
	       (WITH_SANITIZER || limit_to(RLIMIT_AS, bytes, bytes));
}

static void keep_only(int socket)
{
	if (socket != FENCE_SOCKET)
		dup2(socket, FENCE_SOCKET);
	close_range(0, WITH_SANITIZER ? STDERR_FILENO - 1 : STDERR_FILENO, 0);
	if (close_range(FENCE_SOCKET + 1, ~0u, 0))
		for (long fd = sysconf(_SC_OPEN_MAX); --fd > FENCE_SOCKET;)
			close((int)fd);
}

unsigned fence_raise(int socket, enum conf_sandbox sandbox,
		     const struct fence_limits *limits)
{
	unsigned parts = 0;

	/* A file named "JPEG:" in the working directory would undo that
	   prefix; nobody can make one there. */
	if (chdir("/proc") && chdir("/"))
		return 0;
	keep_only(socket);
	if (set_limits(limits))
		parts |= FENCE_RLIMITS;
	if (sandbox == SANDBOX_OFF || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return parts;
	if (close_file_system())
		parts |= FENCE_LANDLOCK;
	if (filter_calls())
		parts |= FENCE_SECCOMP;
	return parts;
}

const char *fence_words(struct pool *pool, unsigned parts)
{
	const char *text = pool_printf(
		pool, "%s%s%s", parts & FENCE_SECCOMP ? " seccomp" : "",
		parts & FENCE_RLIMITS ? " rlimits" : "",
		parts & FENCE_LANDLOCK ? " landlock" : "");

	return *text ? text + 1 : "nothing";
}
