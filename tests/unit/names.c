/* names.c: tests the names of an enum's values. */
#include "config.h"

#include "lib/base/names.h"

#include "lib/base/pool.h"
#include "lib/base/work.h"
#include "tests/unit/test.h"

enum tide { EBB = 1, SLACK, FLOOD };

/* clang-format off */
static const char *const tide_names[] = {
	[EBB]   = "ebb",
	[SLACK] = "slack",
	[FLOOD] = "flood",
};
/* clang-format on */

static const struct names tides = NAMES_OF(tide_names);

static void each_value_has_one_name(void **state)
{
	(void)state;
	for (unsigned tide = EBB; tide <= FLOOD; tide++) {
		unsigned found = 0;

		assert_string_equal(names_get(&tides, tide), tide_names[tide]);
		assert_true(names_find(&found, &tides, tide_names[tide]));
		assert_int_equal(found, tide);
	}
}

static void other_values_have_none(void **state)
{
	static const size_t values[] = { 0, FLOOD + 1, 1000, SIZE_MAX };

	(void)state;
	EACH_ROW(i, values) {
		assert_null(names_get(&tides, values[i]));
	}
}

static void a_request_names_one(void **state)
{
	static const struct {
		const char *text;
		bool is_good;
		unsigned value;
		const char *why;
	} cases[] = {
		{ "ebb", true, EBB, "" },
		{ "flood", true, FLOOD, "" },
		{ NULL, true, 0, "" },
		{ "", false, 7, "tide: ebb, slack or flood, not \"\"" },
		{ "Ebb", false, 7, "tide: ebb, slack or flood, not \"Ebb\"" },
		{ "ebb slack", false, 7,
		  "tide: ebb, slack or flood, not \"ebb slack\"" },
	};
	struct pool *pool = pool_new();

	(void)state;
	EACH_ROW(i, cases) {
		struct work work = { .pool = pool };
		unsigned value = 7;

		assert_int_equal(names_read(&value, &work, &tides, "tide",
					    cases[i].text),
				 cases[i].is_good);
		assert_int_equal(value, cases[i].value);
		assert_string_equal(work.why, cases[i].why);
		assert_string_equal(work.field, cases[i].is_good ? "" : "tide");
	}
	pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_value_has_one_name),
		cmocka_unit_test(other_values_have_none),
		cmocka_unit_test(a_request_names_one),
	};

	return RUN_TESTS(tests);
}
