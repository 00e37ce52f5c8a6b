/* clock.c: reads the clock and formats times. */
#include "config.h"

#include "lib/base/clock.h"

#include <stdio.h>
#include <time.h>

#include "lib/base/pool.h"

enum { US = 1000000 };

int64_t clock_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * US + now.tv_nsec / 1000;
}

int64_t clock_monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct tm utc(int64_t time_us)
{
	time_t seconds = (time_t)(time_us / US);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	return tm;
}

const char *clock_text(struct pool *pool, int64_t time_us)
{
	struct tm tm = utc(time_us);

	if (!time_us)
		return NULL;
	return pool_printf(pool, "%04d-%02d-%02dT%02d:%02d:%02dZ",
			   tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
			   tm.tm_hour, tm.tm_min, tm.tm_sec);
}

const char *clock_text_us(struct pool *pool, int64_t time_us)
{
	const char *text = clock_text(pool, time_us);

	if (!text)
		return NULL;
	return pool_printf(pool, "%.19s.%06dZ", text, (int)(time_us % US));
}
