/* pool.c: tests memory and clean-up that end together. */
#include "config.h"

#include "lib/base/pool.h"

#include "tests/unit/test.h"

static void is_zeroed_and_aligned(void **state)
{
	struct pool *pool = pool_new();

	(void)state;
	for (size_t size = 0; size < 200; size++) {
		char *memory = pool_alloc(pool, size);

		assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(memory[i], 0);
		memset(memory, 0xff, size);
	}
	pool_free(pool);
}

static void copies_text(void **state)
{
	struct pool *pool = pool_new();
	char source[] = "source";
	char *copy = pool_strdup(pool, source);

	(void)state;
	source[0] = 'S';
	assert_string_equal(copy, "source");
	assert_string_equal(pool_strdup(pool, ""), "");
	assert_string_equal(pool_strndup(pool, "abcdef", 3), "abc");
	assert_memory_equal(pool_strndup(pool, "a\0b", 3), "a\0b", 4);
	assert_string_equal(pool_printf(pool, "%s-%d", "x", 7), "x-7");
	assert_int_equal(strlen(pool_printf(pool, "%5000d", 1)), 5000);
	pool_free(pool);
}

static char order[8];

static void note(void *arg)
{
	strncat(order, arg, 1);
}

static void cleans_newest_first(void **state)
{
	struct pool *pool = pool_new();

	(void)state;
	/* What is handed over lives in the pool and is still there. */
	pool_defer(pool, note, pool_strdup(pool, "a"));
	pool_defer(pool, note, pool_strdup(pool, "b"));
	pool_defer(pool, note, pool_strdup(pool, "c"));
	assert_string_equal(order, "");
	pool_free(pool);
	assert_string_equal(order, "cba");
}

static void ends_empty(void **state)
{
	(void)state;
	pool_free(pool_new());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_zeroed_and_aligned),
		cmocka_unit_test(copies_text),
		cmocka_unit_test(cleans_newest_first),
		cmocka_unit_test(ends_empty),
	};

	return RUN_TESTS(tests);
}
