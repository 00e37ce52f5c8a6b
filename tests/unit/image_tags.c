/* image_tags.c: tests how tags are normalized. */
#include "config.h"

#include "lib/model/image_tags.h"

#include "lib/base/pool.h"
#include "tests/unit/test.h"

/* Of a tag of 64 and 65 bytes. */
#define LONGEST                                                                \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define TOO_LONG LONGEST "0"

static void tags_are_trimmed_and_once(void **state)
{
	static const struct {
		const char *tags, *tag, *result; /* NULL: refused */
	} cases[] = {
		{ NULL, "sea", "sea" },
		{ NULL, " \t two words\t ", "two words" },
		{ "sea", "birds", "sea\nbirds" },
		{ "sea\nbirds", "Birds", "sea\nbirds" },
		{ "sea", "SEA ", "sea" },
		{ "seals", "sea", "seals\nsea" },
		{ NULL,
		  "\xc3\x89"
		  "clair",
		  "\xc3\x89"
		  "clair" },
		{ NULL, LONGEST, LONGEST },
		{ NULL, " " LONGEST " ", LONGEST },
		{ NULL, TOO_LONG, NULL },
		{ NULL, "", NULL },
		{ NULL, "  ", NULL },
		{ NULL, "a,b", NULL },
		{ NULL, "a\nb", NULL },
		{ NULL, "a\x7f", NULL },
		{ NULL, "\xff", NULL },
	};

	(void)state;
	EACH_ROW(i, cases) {
		struct work work = { .pool = pool_new() };
		const char *tags = cases[i].tags;
		bool done = image_tags_append(&tags, &work, cases[i].tag,
					      strlen(cases[i].tag));

		assert_int_equal(done, cases[i].result != NULL);
		if (done) {
			assert_string_equal(tags, cases[i].result);
		} else {
			assert_int_equal(work.err, ERR_INVALID_FIELD);
			assert_string_equal(work.field, "tags");
			assert_ptr_equal(tags, cases[i].tags);
		}
		pool_free(work.pool);
	}
}

static void tags_are_at_most_32(void **state)
{
	struct work work = { .pool = pool_new() };
	const char *tags = NULL, *each;
	size_t count = 0;

	(void)state;
	for (int i = 0; i < IMAGE_TAGS_MAX; i++) {
		each = pool_printf(work.pool, "tag%d", i);
		assert_true(
			image_tags_append(&tags, &work, each, strlen(each)));
	}
	assert_true(image_tags_append(&tags, &work, "TAG7", 4));
	assert_false(image_tags_append(&tags, &work, "more", 4));
	assert_string_equal(work.field, "tags");
	while ((each = image_tags_next(&tags, work.pool)))
		assert_string_equal(each,
				    pool_printf(work.pool, "tag%zu", count++));
	assert_int_equal(count, IMAGE_TAGS_MAX);
	pool_free(work.pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tags_are_trimmed_and_once),
		cmocka_unit_test(tags_are_at_most_32),
	};

	return RUN_TESTS(tests);
}
