/* extents.c: tests sets of a file's bytes. */
#include "config.h"

#include "lib/picture/extents.h"

#include "lib/base/pool.h"
#include "lib/base/util.h"
#include "tests/unit/test.h"

enum { FILE_SIZE = 1000 };

/* clang-format off */
static const struct {
	const char *name;
	uint64_t ranges[4][2]; /* start and length */
	uint64_t sum;
} cases[] = {
	{ "nothing",           { { 0 } },                               0 },
	{ "one",               { { 10, 5 } },                           5 },
	{ "apart",             { { 10, 5 }, { 20, 5 } },                10 },
	{ "the other way",     { { 20, 5 }, { 10, 5 } },                10 },
	{ "side by side",      { { 10, 5 }, { 15, 5 }, { 5, 5 } },      15 },
	{ "the same",          { { 10, 5 }, { 30, 1 }, { 10, 5 } },     6 },
	{ "one in another",    { { 10, 50 }, { 100, 1 }, { 20, 5 } },   51 },
	{ "overlapping",       { { 10, 10 }, { 15, 10 }, { 5, 10 } },   20 },
	{ "to the end",        { { 990, 10 } },                         10 },
	{ "beyond the end",    { { 990, 11 }, { 1000, 1 } },            10 },
	{ "far beyond",        { { 990, UINT64_MAX }, { UINT64_MAX, 1 } }, 10 },
};
/* clang-format on */

static void counts_each_byte_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct pool *pool = pool_new();
		struct extents extents;
		uint64_t sum;

		extents_init(&extents, pool, FILE_SIZE);
		for (size_t j = 0; j < ARRAY_LEN(cases[i].ranges); j++)
			extents_add(&extents, cases[i].ranges[j][0],
				    cases[i].ranges[j][1]);
		sum = extents_sum(&extents);
		if (sum != cases[i].sum)
			fail_msg("%s: %llu", cases[i].name,
				 (unsigned long long)sum);
		pool_free(pool);
	}
}

/* More ranges than fit, which become few or do not. */
static void has_a_limit(void **state)
{
	enum { BYTES = 1 << 20, COUNT = BYTES / 4 };
	struct pool *pool = pool_new();
	struct extents extents;

	(void)state;
	extents_init(&extents, pool, BYTES);
	for (uint64_t i = 0; i < COUNT; i++)
		extents_add(&extents, i % 2 ? BYTES / 2 + i - 1 : i, 2);
	assert_int_equal(extents_sum(&extents), 2 * COUNT);

	extents_init(&extents, pool, BYTES);
	for (uint64_t i = COUNT; i; i--)
		extents_add(&extents, 4 * (i - 1), 1);
	assert_int_equal(extents_sum(&extents), extents.most);
	pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_each_byte_once),
		cmocka_unit_test(has_a_limit),
	};

	return RUN_TESTS(tests);
}
