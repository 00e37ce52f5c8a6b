/* clock.c: reads the clock and formats times. */
#include "config.h"

#include "lib/base/clock.h"

#include <ctype.h>
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

/* Whether the text begins with this shape, where 0 is any digit. */
static bool has_shape(const char *text, const char *shape)
{
	for (; *shape; text++, shape++)
		if (*shape == '0' ? !isdigit((unsigned char)*text)
				  : *text != *shape)
			return false;
	return true;
}

static int two_digits(const char *at)
{
	return (at[0] - '0') * 10 + at[1] - '0';
}

/* The day of the month is compared because timegm() makes March 2 of February
   30. */
static bool take_date_time(int64_t *time_us, const char **at)
{
	struct tm tm = { 0 };
	const char *end;
	int day;

	if (!has_shape(*at, "0000-00-00T00:00:00"))
		return false;
	end = strptime(*at, "%Y-%m-%dT%H:%M:", &tm);
	if (!end || end[0] > '5')
		return false;
	day = tm.tm_mday;
	*time_us = ((int64_t)timegm(&tm) + two_digits(end)) * US;
	*at = end + 2;
	return tm.tm_mday == day;
}

static bool take_fraction(int64_t *time_us, const char **at)
{
	if (**at != '.')
		return true;
	if (!isdigit((unsigned char)*++*at))
		return false;
	for (int64_t unit = US / 10; isdigit((unsigned char)**at); unit /= 10)
		*time_us += (*(*at)++ - '0') * unit;
	return true;
}

static bool take_zone(int64_t *time_us, const char **at)
{
	const char *zone = *at;
	int hours, minutes;

	if (*zone == 'Z') {
		*at += 1;
		return true;
	}
	if ((*zone != '+' && *zone != '-') || !has_shape(zone + 1, "00:00"))
		return false;
	hours = two_digits(zone + 1);
	minutes = two_digits(zone + 4);
	*time_us -= (*zone == '+' ? 60 : -60) * (hours * 60 + minutes) *
		    (int64_t)US;
	*at += 6;
	return hours < 24 && minutes < 60;
}

bool clock_parse(int64_t *time_us, const char *text)
{
	int64_t read;

	if (!take_date_time(&read, &text) || !take_fraction(&read, &text) ||
	    !take_zone(&read, &text) || *text || read <= 0)
		return false;
	*time_us = read;
	return true;
}
