/* turn.c: semaphores and named locks for the children of a supervisor. */
#include "config.h"

#include "lib/base/turn.h"

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
struct turns {
	pthread_mutex_t locks[TURN_MAX + NAMED];
};

struct turns *turns_new(void)
{
	struct turns *turns = mmap(NULL, sizeof(*turns), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pthread_mutexattr_t attr;

	if (turns == MAP_FAILED || pthread_mutexattr_init(&attr) ||
	    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED) ||
	    pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST))
		abort();
	for (size_t i = 0; i < ARRAY_LEN(turns->locks); i++)
		if (pthread_mutex_init(&turns->locks[i], &attr))
			abort();
	pthread_mutexattr_destroy(&attr);
	return turns;
}

void turns_free(struct turns *turns)
{
	munmap(turns, sizeof(*turns));
}

void turns_hide(struct turns *turns)
{
	if (madvise(turns, sizeof(*turns), MADV_DONTFORK))
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
static bool take(long *turn, struct turns *turns, long first, long count,
		 long wait_ms)
{
	static const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000 };
	int64_t until_ms = clock_monotonic_ms() + wait_ms;

	for (;;) {
		for (long i = first; i < first + count; i++)
			if (try_lock(&turns->locks[i])) {
				*turn = i;
				return true;
			}
		if (clock_monotonic_ms() >= until_ms)
			return false;
		nanosleep(&pause, NULL);
	}
}

bool turn_take(long *turn, struct turns *turns, long count, long wait_ms)
{
	return take(turn, turns, 0, count, wait_ms);
}

bool turn_take_named(long *turn, struct turns *turns, const char *name,
		     long wait_ms)
{
	uint64_t hash = 0xcbf29ce484222325; /* FNV-1a */

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 0x100000001b3;
	return take(turn, turns, TURN_MAX + (long)(hash % NAMED), 1, wait_ms);
}

void turn_give(struct turns *turns, long turn)
{
	if (pthread_mutex_unlock(&turns->locks[turn]))
		abort();
}
