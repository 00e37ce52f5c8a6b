/* image.c: tests against a real server that lists of images read no more rows
   than they return. */
#include "config.h"

#include "lib/model/image.h"

#include "lib/model/user.h"
#include "tests/lib/end.h"
#include "tests/lib/mariadb.h"
#include "tests/unit/test.h"

/* Of the built-in user 10,000 uploads, and 10,000 resizes that are newer; the
   oldest of both has failed. As many uploads of another user are newer yet. */
static void add_images(struct end *end)
{
	end_script(end, "INSERT INTO users (id, username, password, tier_id,"
			" created_at) SELECT UNHEX(REPEAT('02', 16)), 'other',"
			" '!', tier_id, created_at FROM users LIMIT 1");
	end_script(end,
		   "INSERT INTO images (id, user_id, kind, name, status, bytes,"
		   " created_at) SELECT UNHEX(CONCAT(LPAD(HEX(seq), 12, '0'),"
		   " '70008000000000000000')), IF(seq > 20000,"
		   " UNHEX(REPEAT('02', 16)),"
		   " X'01900000000070008000000000000010'),"
		   " IF(seq BETWEEN 10001 AND 20000, 'resize', 'upload'), 'a',"
		   " IF(seq IN (1, 10001), 'failed', 'ready'), 1,"
		   " UTC_TIMESTAMP(6) - INTERVAL 1 HOUR FROM seq_1_to_30000");
}

static void lists_read_few_rows(void **state)
{
	static const struct {
		struct image_filter filter;
		size_t count;
	} cases[] = {
		{ { .limit = 21 }, 21 },
		{ { .limit = 21, .before = { { [4] = 1 } } }, 21 },
		{ { .limit = 21, .status = "ready" }, 21 },
		{ { .limit = 21, .status = "failed" }, 1 },
		{ { .limit = 21, .status = "processing" }, 0 },
		{ { .limit = 21, .all_kinds = true }, 21 },
	};
	struct end *end = *state;

	add_images(end);
	EACH_ROW(i, cases) {
		struct image_filter filter = cases[i].filter;
		struct image *images;
		size_t count;

		filter.user_id = user_anonymous;
		end_rows_read(end);
		end_must(end, image_list(&images, &count, &end->work, &filter));
		assert_in_range(end_rows_read(end), 0, 30);
		assert_int_equal(count, cases[i].count);
	}
}

/* The built-in user's images are kept for a day, those of others for ever. */
static void retention_reads_few_rows(void **state)
{
	struct end *end = *state;
	struct image *images;
	size_t count;

	add_images(end);
	end_rows_read(end);
	end_must(end, image_list_expired(&images, &count, &end->work, 10));
	assert_in_range(end_rows_read(end), 0, 100);
	assert_int_equal(count, 0);
	end_script(end, "UPDATE images SET created_at ="
			" created_at - INTERVAL 1 DAY"
			" WHERE id < X'0000000000FF'");
	end_release(end);
	end_init(end);
	end_rows_read(end);
	end_must(end, image_list_expired(&images, &count, &end->work, 10));
	assert_in_range(end_rows_read(end), 0, 200);
	assert_int_equal(count, 10);
	assert_int_equal(images[9].bytes, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		END_SCHEMA_TEST(lists_read_few_rows),
		END_SCHEMA_TEST(retention_reads_few_rows),
	};

	if (!mariadb_begin())
		return 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
