/* fail_alloc.c: LD_PRELOAD library that lets allocations fail. A file says
   which. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The file, which the test and all processes map. */
struct plan {
	_Atomic int64_t countdown; /* the allocation that makes it 0 fails */
	_Atomic int64_t failed;
	_Atomic int64_t lasting; /* all later ones of that process fail, too */
};

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static struct plan *plan; /* NULL: nothing fails here */
static bool is_child, is_failing;

/* Only the allocations of children fail: nothing replaces a supervisor that
   dies of a failed allocation. */
static void after_fork(void)
{
	is_child = true;
	is_failing = false;
}

static __attribute__((constructor)) void load_plan(void)
{
	const char *path = getenv("FAIL_ALLOC_FILE");
	const char *program = getenv("FAIL_ALLOC_PROGRAM");
	void *shared;
	int fd;

	if (!path || !program || strcmp(program, program_invocation_short_name))
		return;
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return;
	shared = mmap(NULL, sizeof(*plan), PROT_READ | PROT_WRITE, MAP_SHARED,
		      fd, 0);
	close(fd);
	if (shared == MAP_FAILED)
		return;
	pthread_atfork(NULL, NULL, after_fork);
	plan = shared;
}

static bool fails(void)
{
	if (!plan || !is_child)
		return false;
	if (!is_failing) {
		if (atomic_fetch_sub(&plan->countdown, 1) != 1)
			return false;
		is_failing = atomic_load(&plan->lasting);
	}
	atomic_fetch_add(&plan->failed, 1);
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
	return fails() ? NULL : __libc_realloc(old, size);
}
