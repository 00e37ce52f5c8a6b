/* skew_clock.c: LD_PRELOAD library that skews the clock of a program. */
#include "config.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

/* Seconds by which the clock of the named program is ahead. */
static time_t skew_seconds(void)
{
	const char *seconds = getenv("SKEW_CLOCK_SECONDS");
	const char *program = getenv("SKEW_CLOCK_PROGRAM");

	if (!seconds || !program ||
	    strcmp(program, program_invocation_short_name))
		return 0;
	return (time_t)atoll(seconds);
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
	static int (*real)(clockid_t, struct timespec *);
	static time_t skew;
	int status;

	if (!real) {
		skew = skew_seconds();
		real = (int (*)(clockid_t, struct timespec *))dlsym(
			RTLD_NEXT, "clock_gettime");
	}
	status = real(clock, now);
	if (!status &&
	    (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		now->tv_sec += skew;
	return status;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	struct timespec time;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &time);
	*now = (struct timeval){ time.tv_sec, time.tv_nsec / 1000 };
	return 0;
}

time_t time(time_t *seconds)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (seconds)
		*seconds = now.tv_sec;
	return now.tv_sec;
}
