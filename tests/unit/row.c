/* row.c: a test that fails in a table names the row. */
#include "config.h"

#include "tests/unit/test.h"

#include <unistd.h>

#include "lib/base/util.h"

static const int numbers[] = { 1, 1, 2 };

static int sum_of_rows(size_t last)
{
	int sum = 0;

	EACH_ROW(i, numbers)
		if (i <= last)
			sum += numbers[i];
	return sum;
}

static void visits_every_row(void **state)
{
	size_t pairs = 0;

	(void)state;
	assert_int_equal(sum_of_rows(2), 4);
	EACH_ROW(i, numbers) {
		EACH_ROW(j, numbers)
			pairs++;
		if (i == 1)
			break;
	}
	assert_int_equal(pairs, 6);
}

/* The two that fail, in the program that the test below starts. */

static void fails_in_two_tables(void **state)
{
	static const int others[] = { 1, 2 };

	(void)state;
	EACH_ROW(i, numbers)
		EACH_ROW(j, others)
			assert_false(numbers[i] == 2 && others[j] == 2);
}

static void fails_after_a_table(void **state)
{
	(void)state;
	fail_msg("%d", sum_of_rows(0));
}

static int run_failing(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fails_in_two_tables),
		cmocka_unit_test(fails_after_a_table),
	};

	return RUN_TESTS(tests);
}

static void names_the_row_that_fails(void **state)
{
	char command[512] = "FAIL=1 ", said[4096] = "";
	FILE *program;

	(void)state;
	assert_true(readlink("/proc/self/exe", command + strlen(command),
			     sizeof(command) - 32) > 0);
	strcat(command, " 2>&1");
	program = popen(command, "r");
	assert_non_null(program);
	assert_true(fread(said, 1, sizeof(said) - 1, program) > 0);
	assert_int_not_equal(pclose(program), 0);
	assert_non_null(strstr(said, "# in numbers[2], others[1]\nnot ok 1"));
	assert_null(strstr(strstr(said, "not ok 1"), "# in"));
	assert_non_null(strstr(said, "not ok 2"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(visits_every_row),
		cmocka_unit_test(names_the_row_that_fails),
	};

	return getenv("FAIL") ? run_failing() : RUN_TESTS(tests);
}
