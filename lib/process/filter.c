/* filter.c: kills a process for any system call that is not on a list. */
#include "config.h"

#include "lib/process/filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/base/pool.h"
#include "lib/base/util.h"

struct filter {
	struct sock_fprog program;
};

enum { MAX_PROGRAM_BYTES = BPF_MAXINSNS * sizeof(struct sock_filter) };

/* clang-format off */
static const struct filter_call needed[] = {
	FILTER_MAKES("brk"),
	FILTER_MAKES("clock_getres"),
	FILTER_MAKES("clock_gettime"),
	FILTER_MAKES("close"),
	FILTER_MAKES("exit"),
	FILTER_MAKES("exit_group"),
	FILTER_MAKES("futex"),
	FILTER_MAKES("getrandom"),
	FILTER_MAKES("getrusage"),
	FILTER_MAKES("gettimeofday"),
	FILTER_MAKES("madvise"),
	FILTER_MAKES("mmap", FILTER_BITS(2, PROT_EXEC, 0)),
	FILTER_MAKES("mprotect", FILTER_BITS(2, PROT_EXEC, 0)),
	FILTER_MAKES("mremap"),
	FILTER_MAKES("munmap"),
	FILTER_MAKES("restart_syscall"),
	FILTER_MAKES("rt_sigreturn"),
	FILTER_MAKES("sysinfo"),
	FILTER_MAKES("times"),
	{ 0 },
};

/* Libraries make these calls and work without them. */
static const struct filter_call questions[] = {
	FILTER_FAILS("access", EACCES),
	FILTER_FAILS("faccessat", EACCES),
	FILTER_FAILS("faccessat2", EACCES),
	FILTER_FAILS("fstat", EACCES),
	FILTER_FAILS("getcwd", EACCES),
	FILTER_FAILS("lstat", EACCES),
	FILTER_FAILS("newfstatat", EACCES),
	FILTER_FAILS("readlink", EACCES),
	FILTER_FAILS("readlinkat", EACCES),
	FILTER_FAILS("stat", EACCES),
	FILTER_FAILS("statx", EACCES),
	FILTER_FAILS("unlink", EACCES),
	{ 0 },
};

static const struct filter_call closed[] = {
	FILTER_FAILS("open", EACCES),
	FILTER_FAILS("openat", EACCES),
	{ 0 },
};

enum { NOT_TO_READ = O_ACCMODE | O_CREAT | O_TRUNC };
static const struct filter_call readable[] = {
	FILTER_MAKES("open", FILTER_BITS(1, NOT_TO_READ, O_RDONLY)),
	FILTER_MAKES("openat", FILTER_BITS(2, NOT_TO_READ, O_RDONLY)),
	{ 0 },
};

static const struct filter_call for_sanitizer[] = {
	FILTER_MAKES("getpid"),
	FILTER_MAKES("gettid"),
	FILTER_MAKES("prctl"),
	FILTER_MAKES("rt_sigaction"),
	FILTER_MAKES("rt_sigprocmask"),
	FILTER_MAKES("sched_getaffinity"),
	FILTER_MAKES("sched_yield"),
	FILTER_MAKES("sigaltstack"),
	FILTER_MAKES("tgkill"),
	FILTER_MAKES("write"),
	{ 0 },
};
/* clang-format on */

/* These calls are allowed without the conditions that a list may have. */
static bool is_for_sanitizer(const char *name)
{
	for (const struct filter_call *call = for_sanitizer;
	     FILTER_WITH_SANITIZER && call->name; call++)
		if (!strcmp(call->name, name))
			return true;
	return false;
}

static struct scmp_arg_cmp comparison(const struct filter_argument *argument)
{
	struct scmp_arg_cmp made = { .arg = argument->index,
				     .datum_a = argument->value };

	switch (argument->test) {
	case FILTER_MASKED:
		made.op = SCMP_CMP_MASKED_EQ;
		made.datum_a = argument->mask;
		made.datum_b = argument->value;
		break;
	case FILTER_IS_NOT:
		made.op = SCMP_CMP_NE;
		break;
	case FILTER_IS:
	case FILTER_ANY:
	default:
		made.op = SCMP_CMP_EQ;
	}
	return made;
}

/* Skips calls that this machine or libseccomp does not know: without a rule
   they are forbidden. */
static bool add(scmp_filter_ctx filter, const struct filter_call *call)
{
	const int number = seccomp_syscall_resolve_name(call->name);
	const uint32_t action = call->error
					? SCMP_ACT_ERRNO((uint32_t)call->error)
					: SCMP_ACT_ALLOW;
	struct scmp_arg_cmp comparisons[ARRAY_LEN(call->when)];
	unsigned count = 0;

	if (number == __NR_SCMP_ERROR)
		return true;
	while (count < ARRAY_LEN(call->when) && call->when[count].test) {
		comparisons[count] = comparison(&call->when[count]);
		count++;
	}
	return !seccomp_rule_add_array(filter, action, number, count,
				       comparisons);
}

static bool add_all(scmp_filter_ctx filter, const struct filter_call *calls)
{
	for (; calls->name; calls++)
		if (!is_for_sanitizer(calls->name) && !add(filter, calls))
			return false;
	return true;
}

static bool add_for_sanitizer(scmp_filter_ctx filter)
{
	for (const struct filter_call *call = for_sanitizer;
	     FILTER_WITH_SANITIZER && call->name; call++)
		if (!add(filter, call))
			return false;
	return true;
}

static bool add_rules(scmp_filter_ctx filter, const struct filter_call *calls,
		      bool may_read)
{
	return !seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH,
				 SCMP_ACT_KILL_PROCESS) &&
	       add_all(filter, needed) && add_all(filter, questions) &&
	       add_all(filter, may_read ? readable : closed) &&
	       add_all(filter, calls) && add_for_sanitizer(filter);
}

/* libseccomp can export a program only to a file. */
static struct filter *export_program(struct pool *pool, scmp_filter_ctx from)
{
	struct filter *filter = pool_alloc(pool, sizeof(*filter));
	const int fd = memfd_create("filter", MFD_CLOEXEC);
	ssize_t len = -1;

	if (fd < 0)
		return NULL;
	filter->program.filter = pool_alloc(pool, MAX_PROGRAM_BYTES);
	if (!seccomp_export_bpf(from, fd))
		len = pread(fd, filter->program.filter, MAX_PROGRAM_BYTES, 0);
	close(fd);
	if (len <= 0 || len % (ssize_t)sizeof(struct sock_filter))
		return NULL;
	filter->program.len =
		(unsigned short)((size_t)len / sizeof(struct sock_filter));
	return filter;
}

const struct filter *filter_compile(struct pool *pool,
				    const struct filter_call *calls,
				    bool may_read)
{
	scmp_filter_ctx from = seccomp_init(SCMP_ACT_KILL_PROCESS);
	struct filter *filter = NULL;

	if (!from)
		return NULL;
	if (add_rules(from, calls, may_read))
		filter = export_program(pool, from);
	seccomp_release(from);
	return filter;
}

bool filter_enter(const struct filter *filter)
{
	return !syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0,
			&filter->program);
}
