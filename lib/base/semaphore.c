/* semaphore.c: semaphores and named locks for the children of a supervisor. */
#include "config.h"

#include "lib/base/semaphore.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#include "lib/base/clock.h"

/* Two names may share a lock: then one waits for the other unnecessarily. */
enum { LOOK_MS = 5, NAMED = 1024 };

/* Mutexes are robust: the kernel frees those of a process that died. */
struct semaphore {
	pthread_mutex_t locks[SEMAPHORE_MAX + NAMED];
};

struct semaphore *semaphore_new(void)
{
	struct semaphore *semaphore =
		mmap(NULL, sizeof(*semaphore), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pthread_mutexattr_t attr;

	if (semaphore == MAP_FAILED || pthread_mutexattr_init(&attr) ||
	    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED) ||
	    pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST))
		abort();
	for (size_t i = 0; i < ARRAY_LEN(semaphore->locks); i++)
		if (pthread_mutex_init(&semaphore->locks[i], &attr))
			abort();
	pthread_mutexattr_destroy(&attr);
	return semaphore;
}

void semaphore_free(struct semaphore *semaphore)
{
	munmap(semaphore, sizeof(*semaphore));
}

void semaphore_hide(struct semaphore *semaphore)
{
	if (madvise(semaphore, sizeof(*semaphore), MADV_DONTFORK))
		abort();
}

static bool try_lock(pthread_mutex_t *lock)
{
	int error = pthread_mutex_trylock(lock);

	if (error == EOWNERDEAD)
		error = pthread_mutex_consistent(lock);
	if (error && error != EBUSY)
		abort();
	return !error;
}

/* Takes one of `count` locks, starting at `first`. */
static bool take(long *slot, struct semaphore *semaphore, long first,
		 long count, long wait_ms)
{
	static const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000 };
	int64_t until_ms = clock_monotonic_ms() + wait_ms;

	for (;;) {
		for (long i = first; i < first + count; i++)
			if (try_lock(&semaphore->locks[i])) {
				*slot = i;
				return true;
			}
		if (clock_monotonic_ms() >= until_ms)
			return false;
		nanosleep(&pause, NULL);
	}
}

bool semaphore_take(long *slot, struct semaphore *semaphore, long count,
		    long wait_ms)
{
	return take(slot, semaphore, 0, count, wait_ms);
}

bool named_lock_take(long *slot, struct semaphore *semaphore, const char *name,
		     long wait_ms)
{
	uint64_t hash = 0xcbf29ce484222325; /* FNV-1a */

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 0x100000001b3;
	return take(slot, semaphore, SEMAPHORE_MAX + (long)(hash % NAMED), 1,
		    wait_ms);
}

void semaphore_give(struct semaphore *semaphore, long slot)
{
	if (pthread_mutex_unlock(&semaphore->locks[slot]))
		abort();
}
