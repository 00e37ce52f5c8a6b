/* buf.c: tests buffers and their limit. */
#include "config.h"

#include "lib/base/buf.h"

#include "lib/base/pool.h"
#include "tests/unit/test.h"

static void adds_up_to_the_limit(void **state)
{
	(void)state;
	for (size_t limit = 0; limit < 300; limit += 7) {
		struct buf buf;

		buf_init(&buf, limit);
		for (size_t i = 0; i < limit; i++)
			assert_true(buf_add(&buf, "x", 1));
		assert_false(buf_add(&buf, "y", 1));
		assert_false(buf_add_text(&buf, "y"));
		assert_false(buf_printf(&buf, "%d", 1));
		assert_true(buf_add(&buf, "y", 0));
		assert_int_equal(buf.len, limit);
		assert_int_equal(strlen(buf.data), limit);
		assert_null(strchr(buf.data, 'y'));
		buf_release(&buf);
		assert_int_equal(buf.len, 0);
		assert_int_equal(buf.limit, limit);
	}
}

static void refuses_whole_pieces(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 5);
	assert_string_equal(buf.data, "");
	assert_true(buf_add_text(&buf, "abc"));
	assert_false(buf_add_text(&buf, "def"));
	assert_false(buf_printf(&buf, "%s", "def"));
	assert_false(buf_add(&buf, "def", SIZE_MAX));
	assert_string_equal(buf.data, "abc");
	assert_true(buf_printf(&buf, "%c%d", 'd', 5));
	assert_string_equal(buf.data, "abcd5");
	buf_release(&buf);
}

static void keeps_nuls(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 1000);
	for (int i = 0; i < 100; i++)
		assert_true(buf_add(&buf, "a\0b", 3));
	assert_int_equal(buf.len, 300);
	assert_memory_equal(buf.data + 297, "a\0b", 4);
	buf_release(&buf);
	assert_true(buf_add_text(&buf, "again"));
	assert_string_equal(buf.data, "again");
	buf_release(&buf);
}

static void belongs_to_a_pool(void **state)
{
	struct pool *pool = pool_new();
	struct buf *buf = buf_new(pool, 10000);

	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_true(buf_printf(buf, "%03d", i));
	assert_memory_equal(buf->data + 2997, "999", 4);
	pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adds_up_to_the_limit),
		cmocka_unit_test(refuses_whole_pieces),
		cmocka_unit_test(keeps_nuls),
		cmocka_unit_test(belongs_to_a_pool),
	};

	return RUN_TESTS(tests);
}
