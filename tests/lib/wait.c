/* wait.c: waits for events, for unit tests. */
#include "config.h"

#include "tests/lib/wait.h"

#include <time.h>

#include "lib/base/clock.h"

int64_t wait_end_ms(void)
{
	return clock_monotonic_ms() + WAIT_MAX_MS;
}

bool wait_tick(void)
{
	return !nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
}

bool wait_again(int64_t end_ms)
{
	wait_tick();
	return clock_monotonic_ms() < end_ms;
}
