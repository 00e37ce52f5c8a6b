/* clock.c: tests how times are read and written. */
#include "config.h"

#include "lib/base/clock.h"

#include <time.h>

#include "lib/base/pool.h"
#include "lib/base/util.h"
#include "tests/lib/wait.h"
#include "tests/unit/test.h"

static const struct {
	int64_t us;
	const char *text, *text_us;
} cases[] = {
	{ 1, "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000001Z" },
	{ 784111777000000, "1994-11-06T08:49:37Z",
	  "1994-11-06T08:49:37.000000Z" },
	{ 951782400999999, "2000-02-29T00:00:00Z",
	  "2000-02-29T00:00:00.999999Z" },
	{ 4102444799000000, "2099-12-31T23:59:59Z",
	  "2099-12-31T23:59:59.000000Z" },
};

static void writes_times(void **state)
{
	struct pool *pool = pool_new();

	(void)state;
	EACH_ROW(i, cases) {
		int64_t us = cases[i].us;

		assert_string_equal(clock_text(pool, us), cases[i].text);
		assert_string_equal(clock_text_us(pool, us), cases[i].text_us);
	}
	pool_free(pool);
}

/* clang-format off */
static const struct {
	const char *text;
	int64_t us; /* 0: refused */
} read_cases[] = {
	{ "1994-11-06T08:49:37Z",           784111777000000 },
	{ "1994-11-06T10:49:37+02:00",      784111777000000 },
	{ "1994-11-05T22:19:37-10:30",      784111777000000 },
	{ "1994-11-06T08:49:37-00:00",      784111777000000 },
	{ "1994-11-06T08:49:37.5Z",         784111777500000 },
	{ "1994-11-06T08:49:37.1234567+00:00", 784111777123456 },
	{ "2000-02-29T00:00:00Z",           951782400000000 },
	{ "1970-01-01T00:00:00.000001Z",    1 },
	{ "9999-12-31T23:59:59Z",           253402300799000000 },
	{ "1970-01-01T00:00:00Z",           0 },
	{ "1970-01-01T00:30:00+01:00",      0 },
	{ "1969-12-31T23:59:59Z",           0 },
	{ "2001-02-29T00:00:00Z",           0 },
	{ "2001-04-31T00:00:00Z",           0 },
	{ "2001-13-01T00:00:00Z",           0 },
	{ "2001-00-01T00:00:00Z",           0 },
	{ "2001-01-00T00:00:00Z",           0 },
	{ "2001-01-01T24:00:00Z",           0 },
	{ "2001-01-01T00:60:00Z",           0 },
	{ "2001-01-01T00:00:60Z",           0 },
	{ "2001-01-01T00:00:00+24:00",      0 },
	{ "2001-01-01T00:00:00+00:60",      0 },
	{ "2001-01-01T00:00:00+0000",       0 },
	{ "2001-01-01T00:00:00 00:00",      0 },
	{ "2001-01-01T00:00:00",            0 },
	{ "2001-01-01T00:00:00.Z",          0 },
	{ "2001-01-01T00:00:00Zx",          0 },
	{ "2001-01-01T00:00:00z",           0 },
	{ "2001-01-01 00:00:00Z",           0 },
	{ "2001-1-01T00:00:00Z",            0 },
	{ "2001-01-01",                     0 },
	{ "1000000000",                     0 },
	{ "",                               0 },
};
/* clang-format on */

static void reads_times(void **state)
{
	(void)state;
	EACH_ROW(i, read_cases) {
		int64_t us = 0;

		assert_int_equal(clock_parse(&us, read_cases[i].text),
				 read_cases[i].us != 0);
		assert_int_equal(us, read_cases[i].us);
	}
}

static void zero_is_no_time(void **state)
{
	struct pool *pool = pool_new();

	(void)state;
	assert_null(clock_text(pool, 0));
	assert_null(clock_text_us(pool, 0));
	pool_free(pool);
}

/* Whatever the host's zone and language are. */
static void is_in_utc(void **state)
{
	(void)state;
	assert_int_equal(setenv("TZ", "Pacific/Auckland", 1), 0);
	tzset();
	reads_times(state);
	writes_times(state);
}

static int64_t host_us(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static void clocks_agree_with_the_host(void **state)
{
	const int64_t before_us = host_us(CLOCK_REALTIME);
	const int64_t now_us = clock_now_us();
	const int64_t before_ms = host_us(CLOCK_MONOTONIC) / 1000;
	const int64_t now_ms = clock_monotonic_ms();

	(void)state;
	assert_in_range(now_us, before_us, host_us(CLOCK_REALTIME));
	assert_in_range(now_ms, before_ms, host_us(CLOCK_MONOTONIC) / 1000);
	assert_true(EVENTUALLY(clock_now_us() > now_us));
	assert_true(EVENTUALLY(clock_monotonic_ms() > now_ms));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_times),
		cmocka_unit_test(writes_times),
		cmocka_unit_test(zero_is_no_time),
		cmocka_unit_test(is_in_utc),
		cmocka_unit_test(clocks_agree_with_the_host),
	};

	return RUN_TESTS(tests);
}
