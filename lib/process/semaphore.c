/* semaphore.c: semaphores and named locks for the children of a supervisor. */
#include "config.h"

#include "lib/process/semaphore.h"

#include <stdint.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/process/shared.h"

/* Two names may share a lock: then one waits for the other unnecessarily. */
enum { LOOK_MS = 5, NAMED = 1024 };

struct semaphore {
	struct shared_lock locks[SEMAPHORE_MAX + NAMED];
};

struct semaphore *semaphore_new(void)
{
	struct semaphore *semaphore = shared_new(sizeof(*semaphore));

	for (size_t i = 0; i < ARRAY_LEN(semaphore->locks); i++)
		shared_lock_init(&semaphore->locks[i]);
	return semaphore;
}

void semaphore_free(struct semaphore *semaphore)
{
	shared_free(semaphore, sizeof(*semaphore));
}

void semaphore_hide(struct semaphore *semaphore)
{
	shared_hide(semaphore, sizeof(*semaphore));
}

/* Takes one of `count` locks, starting at `first`. */
static bool take(long *slot, struct semaphore *semaphore, long first,
		 long count, long wait_ms)
{
	static const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000 };
	int64_t until_ms = clock_monotonic_ms() + wait_ms;

	for (;;) {
		for (long i = first; i < first + count; i++)
			if (shared_lock_try(&semaphore->locks[i])) {
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
	shared_lock_give(&semaphore->locks[slot]);
}
