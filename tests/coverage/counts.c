/* counts.c: for `make coverage`, linked with --wrap: keeps what a sandbox would
   lose. A process writes its counts when it ends by _exit(), and before it
   sends what its parent may kill it after; so its system calls are not
   filtered, Landlock is not asked, and limits of files are soft. A responder,
   which a test may kill, writes them after requests, not too often. */
#include <fcgiapp.h>
#include <stdint.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "lib/process/filter.h"
#include "lib/process/landlock.h"
#include "lib/process/subprocess.h"

/* <gcov.h> of GCC, which clang lacks. */
void __gcov_dump(void);
void __gcov_reset(void);

/* The types of the functions, so that this file compiles only as long as they
   exist. */
#define WRAPPED(function)                                                      \
	extern __typeof__(function) __wrap_##function, __real_##function

/* Weak: configure's programs have none. */
WRAPPED(FCGX_Finish_r) __attribute__((weak));
WRAPPED(subprocess_write) __attribute__((weak));
WRAPPED(_exit);
WRAPPED(setrlimit);
WRAPPED(filter_enter);
WRAPPED(landlock_raise);

static const int of_files[] = { RLIMIT_FSIZE, RLIMIT_NOFILE };
enum { COUNT = sizeof(of_files) / sizeof(*of_files) };

static void write_counts(void)
{
	struct rlimit kept[COUNT];

	for (int i = 0; i < COUNT; i++) {
		struct rlimit raised;

		getrlimit(of_files[i], &kept[i]);
		raised = kept[i];
		raised.rlim_cur = raised.rlim_max;
		__real_setrlimit(of_files[i], &raised);
	}
	__gcov_dump();
	__gcov_reset();
	for (int i = 0; i < COUNT; i++)
		__real_setrlimit(of_files[i], &kept[i]);
}

void __wrap_FCGX_Finish_r(FCGX_Request *request)
{
	const int64_t pause_ms = 100;
	static int64_t next_ms;
	struct timespec now;
	int64_t now_ms;

	__real_FCGX_Finish_r(request);
	clock_gettime(CLOCK_MONOTONIC, &now);
	now_ms = now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
	if (now_ms < next_ms)
		return;
	write_counts();
	next_ms = now_ms + pause_ms;
}

void __wrap_subprocess_write(int socket, const void *bytes, size_t len)
{
	write_counts();
	__real_subprocess_write(socket, bytes, len);
}

void __wrap__exit(int status)
{
	write_counts();
	__real__exit(status);
}

int __wrap_setrlimit(int resource, const struct rlimit *limit)
{
	struct rlimit soft = *limit, now;

	for (int i = 0; i < COUNT; i++)
		if (resource == of_files[i] && !getrlimit(resource, &now))
			soft.rlim_max = now.rlim_max;
	return __real_setrlimit(resource, &soft);
}

bool __wrap_filter_enter(const struct filter *filter)
{
	(void)filter;
	return true;
}

bool __wrap_landlock_raise(const char *const *files, const char *ports)
{
	(void)files;
	(void)ports;
	return true;
}
