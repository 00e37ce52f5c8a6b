/* image.c: tests against a real server that lists of images read no more rows
   than they return. */
#include "config.h"

#include "lib/model/image.h"

#include "lib/model/user.h"
#include "tests/lib/db_client.h"
#include "tests/lib/mariadb.h"
#include "tests/unit/test.h"

/* Of the built-in user 10,000 uploads, and 10,000 resizes that are newer; the
   oldest of both has failed. As many uploads of another user are newer yet. */
static void add_images(struct db_client *client)
{
	db_client_script(client,
			 "INSERT INTO users (id, username, password, tier_id,"
			 " created_at) SELECT UNHEX(REPEAT('02', 16)), 'other',"
			 " '!', tier_id, created_at FROM users LIMIT 1");
	db_client_script(
		client,
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
		bool of_all; /* users */
	} cases[] = {
		{ { .limit = 21 }, 21, false },
		{ { .limit = 21, .before = { { [4] = 1 } } }, 21, false },
		{ { .limit = 21, .status = IMAGE_READY }, 21, false },
		{ { .limit = 21, .status = IMAGE_FAILED }, 1, false },
		{ { .limit = 21, .status = IMAGE_PROCESSING }, 0, false },
		{ { .limit = 21, .all_kinds = true }, 21, false },
		{ { .limit = 21 }, 21, true },
		{ { .limit = 21, .before = { { [4] = 0x4e } } }, 21, true },
		{ { .limit = 21, .status = IMAGE_READY }, 21, true },
		{ { .limit = 21, .status = IMAGE_FAILED }, 1, true },
	};
	struct db_client *client = *state;

	add_images(client);
	EACH_ROW(i, cases) {
		struct image_filter filter = cases[i].filter;
		struct image *images;
		size_t count;

		if (!cases[i].of_all)
			filter.user_id = user_anonymous;
		db_client_rows_read(client);
		db_client_must(client, image_list(&images, &count,
						  &client->work, &filter));
		assert_in_range(db_client_rows_read(client), 0, 30);
		assert_int_equal(count, cases[i].count);
	}
}

/* The built-in user's images are kept for a day, those of others for ever. */
static void retention_reads_few_rows(void **state)
{
	struct db_client *client = *state;
	struct image *images;
	size_t count;

	add_images(client);
	db_client_rows_read(client);
	db_client_must(client,
		       image_list_expired(&images, &count, &client->work, 10));
	assert_in_range(db_client_rows_read(client), 0, 100);
	assert_int_equal(count, 0);
	db_client_script(client, "UPDATE images SET created_at ="
				 " created_at - INTERVAL 1 DAY"
				 " WHERE id < X'0000000000FF'");
	db_client_release(client);
	db_client_init(client);
	db_client_rows_read(client);
	db_client_must(client,
		       image_list_expired(&images, &count, &client->work, 10));
	assert_in_range(db_client_rows_read(client), 0, 200);
	assert_int_equal(count, 10);
	assert_int_equal(images[9].bytes, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DB_CLIENT_SCHEMA_TEST(lists_read_few_rows),
		DB_CLIENT_SCHEMA_TEST(retention_reads_few_rows),
	};

	if (!mariadb_begin())
		return 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
