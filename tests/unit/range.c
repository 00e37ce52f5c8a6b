/* range.c: tests which headers Range are malformed. */
#include "config.h"

#include "fcgi/range.h"

#include "lib/base/util.h"
#include "tests/unit/test.h"

static void good_ones_pass(void **state)
{
	static const char *const good[] = {
		"",
		"bytes=0-0",
		"bytes=5-7",
		"bytes=5-",
		"bytes=-5",
		"bytes=-0",
		"BYTES=0-1",
		"bytes=0-1,5-7",
		"bytes=0-1 ,\t-7",
		"bytes= 0-1 ",
		"bytes=007-7",
		"bytes=0-999999999999999999",
		"bytes=99999999999999999999999999-",
		"items=x",
		"bytes",
		"bytes:0-1",
		"x",
	};

	(void)state;
	EACH_ROW(i, good)
		if (!range_is_valid(good[i]))
			fail_msg("%s", good[i]);
}

static void bad_ones_do_not(void **state)
{
	static const char *const bad[] = {
		"bytes=",
		"bytes=-",
		"bytes=5",
		"bytes=abc",
		"bytes=a-b",
		"bytes=7-5",
		"bytes=99999999999999999999999999-5",
		"bytes=--5",
		"bytes=+1-5",
		"bytes=0x1-5",
		"bytes=0 - 1",
		"bytes=0-1-2",
		"bytes=0-1;2-3",
		"bytes=0-1 2-3",
		"bytes=,0-1",
		"bytes=0-1,",
		"bytes=0-1,,2-3",
		"bytes=0-1,x",
		"bytes=0-1,7-5",
		"bytes=0-9999999999999999999",
		"bytes=-9999999999999999999",
	};

	(void)state;
	EACH_ROW(i, bad)
		if (range_is_valid(bad[i]))
			fail_msg("%s", bad[i]);
}

static void those_beyond_the_end_are_known(void **state)
{
	static const struct {
		const char *text;
		int64_t bytes;
		bool is_beyond;
	} cases[] = {
		{ "bytes=100-", 100, true },
		{ "bytes=99-", 100, false },
		{ "bytes=100-200", 100, true },
		{ "bytes=99-200", 100, false },
		{ "bytes=-0", 100, true },
		{ "bytes=-1", 100, false },
		{ "BYTES= 100-, -0 ,\t101-", 100, true },
		{ "bytes=100-,0-0", 100, false },
		{ "bytes=0-0,100-", 100, false },
		{ "bytes=99999999999999999999999999-", INT64_MAX, true },
		{ "bytes=0-", 0, false },
		{ "bytes=100", 100, false },
		{ "bytes=100-,x", 100, false },
		{ "items=100-", 100, false },
		{ "", 100, false },
	};

	(void)state;
	EACH_ROW(i, cases)
		assert_int_equal(range_is_beyond(cases[i].text, cases[i].bytes),
				 cases[i].is_beyond);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_ones_pass),
		cmocka_unit_test(bad_ones_do_not),
		cmocka_unit_test(those_beyond_the_end_are_known),
	};

	return RUN_TESTS(tests);
}
