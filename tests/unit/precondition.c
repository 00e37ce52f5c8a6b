/* precondition.c: tests which versions of a file clients ask for. */
#include "config.h"

#include "fcgi/precondition.h"

#include "lib/base/util.h"
#include "tests/unit/test.h"

/* 2026-11-28 12:00:00 UTC */
enum { CHANGED_AT = 1795867200 };

static void compares_with_the_file(void **state)
{
	static const struct {
		bool holds;
		const char *if_match, *if_unmodified_since;
	} cases[] = {
		{ true, "", "" },
		{ true, "\"a.h200\"", "" },
		{ true, "*", "" },
		{ true, " * ", "" },
		{ true, "\"x\", \"a.h200\"", "" },
		{ true, "W/\"x\",\"a.h200\"", "" },
		{ true, "\"W/\", \"a.h200\"", "" },
		{ false, "\"x\"", "" },
		{ false, "\"a.h20\"", "" },
		{ false, "\"a.h2000\"", "" },
		{ false, "W/\"a.h200\"", "" },
		{ false, "\"x\", W/\"a.h200\"", "" },
		{ false, "a.h200", "" },
		{ false, "\"a.h200", "" },
		{ false, "**", "" },
		{ true, "", "Sat, 28 Nov 2026 12:00:00 GMT" },
		{ true, "", "Sun, 01 Jan 2040 00:00:00 GMT" },
		{ false, "", "Sat, 28 Nov 2026 11:59:59 GMT" },
		{ false, "", "Thu, 01 Jan 1970 00:00:00 GMT" },
		{ true, "", "Sat, 28 Nov 2020 11:59:59 GMT+1" },
		{ true, "", "2020-11-28T12:00:00Z" },
		{ true, "", "Sat, 99 Nov 2020 12:00:00 GMT" },
		{ true, "*", "Thu, 01 Jan 1970 00:00:00 GMT" },
		{ false, "\"x\"", "Sun, 01 Jan 2040 00:00:00 GMT" },
	};

	(void)state;
	EACH_ROW(i, cases)
		assert_int_equal(
			precondition_holds(cases[i].if_match,
					   cases[i].if_unmodified_since,
					   "\"a.h200\"", CHANGED_AT),
			cases[i].holds);
}

static void compares_with_if_range(void **state)
{
	static const struct {
		bool allows;
		const char *if_range;
	} cases[] = {
		{ true, "" },
		{ true, "\"a.h200\"" },
		{ false, "\"old\"" },
		{ false, "W/\"a.h200\"" },
		{ false, "*" },
		{ true, "Sat, 28 Nov 2026 12:00:00 GMT" },
		{ false, "Sat, 28 Nov 2026 12:00:01 GMT" },
		{ false, "Sat, 28 Nov 2026 11:59:59 GMT" },
	};

	(void)state;
	EACH_ROW(i, cases)
		assert_int_equal(precondition_allows_range(cases[i].if_range,
							   "\"a.h200\"",
							   CHANGED_AT),
				 cases[i].allows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares_with_the_file),
		cmocka_unit_test(compares_with_if_range),
	};

	return RUN_TESTS(tests);
}
