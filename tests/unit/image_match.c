/* image_match.c: tests against a real server that lists by tag and by sum find
   what they must, and read no more rows than that. */
#include "config.h"

#include "lib/model/image_match.h"

#include "lib/base/pool.h"
#include "lib/db/db.h"
#include "lib/model/image_tags.h"
#include "lib/model/user.h"
#include "tests/lib/db_client.h"
#include "tests/lib/mariadb.h"
#include "tests/unit/test.h"

/*
 * 30,000 uploads of the built-in user; all have the tag "all", each 100th has
 * "few" and the sum bbb..., and the oldest of these has failed and is called
 * "puffin". Another user has as many newer ones, and resizes have the same sum.
 */
static void add_images(struct db_client *client)
{
	db_client_script(client,
			 "INSERT INTO users (id, username, password, tier_id,"
			 " created_at) SELECT UNHEX(REPEAT('02', 16)), 'other',"
			 " '!', tier_id, created_at FROM users LIMIT 1");
	db_client_script(
		client,
		"INSERT INTO images (id, user_id, kind, name, status, bytes,"
		" sha256, tags, created_at)"
		" SELECT UNHEX(CONCAT(LPAD(HEX(seq), 12, '0'),"
		" '70008000000000000000')), IF(seq > 60000,"
		" UNHEX(REPEAT('02', 16)),"
		" X'01900000000070008000000000000010'),"
		" IF(seq BETWEEN 30001 AND 60000, 'resize', 'upload'),"
		" IF(seq = 100, 'puffin', 'a'),"
		" IF(seq = 100, 'failed', 'ready'), 1,"
		" IF(seq MOD 100, REPEAT('a', 32), REPEAT('b', 32)),"
		" IF(seq MOD 100, 'all', 'all\nFew'),"
		" UTC_TIMESTAMP(6) FROM seq_1_to_90000");
	db_client_script(client,
			 "INSERT INTO image_tags (user_id, tag, image_id)"
			 " SELECT user_id, 'all', id FROM images"
			 " WHERE kind = 'upload'");
	db_client_script(client,
			 "INSERT INTO image_tags (user_id, tag, image_id)"
			 " SELECT user_id, 'Few', id FROM images"
			 " WHERE kind = 'upload' AND tags LIKE '%Few'");
}

static const uint8_t many_sum[32] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
static const uint8_t few_sum[32] = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
static const uint8_t no_sum[32];

static void lists_read_few_rows(void **state)
{
	static const struct {
		struct image_filter filter;
		size_t count;
		bool goes_on; /* more images are left to compare */
		int64_t rows;
	} cases[] = {
		{ { .tag = "all" }, 21, false, 70 },
		{ { .tag = "few" }, 21, false, 70 },
		{ { .tag = "few", .before = { { [3] = 1 } } }, 21, false, 70 },
		{ { .tag = "none" }, 0, false, 5 },
		{ { .sha256 = many_sum }, 21, false, 70 },
		{ { .sha256 = few_sum }, 21, false, 70 },
		{ { .sha256 = no_sum }, 0, false, 5 },
		{ { .tag = "few", .status = IMAGE_FAILED }, 1, false, 1100 },
		{ { .tag = "few", .name = "uff" }, 1, false, 1100 },
		{ { .tag = "all", .status = IMAGE_FAILED }, 0, true, 3200 },
		{ { .tag = "all", .name = "uff" }, 0, true, 3200 },
		{ { .tag = "all", .status = IMAGE_READY }, 21, false, 1200 },
		{ { .tag = "all", .sha256 = few_sum }, 11, true, 3200 },
		{ { .sha256 = few_sum, .name = "uff" }, 1, false, 1100 },
		{ { .sha256 = many_sum, .name = "uff" }, 0, true, 3200 },
	};
	struct db_client *client = *state;

	add_images(client);
	EACH_ROW(i, cases) {
		struct image_filter filter = cases[i].filter;
		struct image *images;
		struct uuid next;
		size_t count;

		filter.user_id = user_anonymous;
		filter.limit = 21;
		db_client_rows_read(client);
		db_client_must(client, image_match(&images, &count, &next,
						   &client->work, &filter));
		assert_in_range(db_client_rows_read(client), 0, cases[i].rows);
		assert_int_equal(count, cases[i].count);
		assert_int_equal(!uuid_is_nil(next), cases[i].goes_on);
	}
}

/* A list that stops early continues where it stopped. */
static void all_are_found_in_the_end(void **state)
{
	struct db_client *client = *state;
	struct image_filter filter = { .user_id = user_anonymous,
				       .tag = "all",
				       .name = "uff",
				       .limit = 21 };
	size_t count, calls = 0;
	struct image *images;

	add_images(client);
	do {
		db_client_must(client,
			       image_match(&images, &count, &filter.before,
					   &client->work, &filter));
		calls++;
	} while (!count && !uuid_is_nil(filter.before));
	assert_int_equal(count, 1);
	assert_string_equal(images[0].name, "puffin");
	assert_int_equal(calls, 30000 / IMAGE_MATCH_MAX + 1);
}

static void the_oldest_that_has_not_failed_is_the_same(void **state)
{
	struct db_client *client = *state;
	struct image *images;
	size_t count;

	add_images(client);
	db_client_rows_read(client);
	db_client_must(client, image_find_same(&images, &count, &client->work,
					       user_anonymous, few_sum));
	assert_in_range(db_client_rows_read(client), 0, 20);
	assert_int_equal(count, 1);
	assert_int_equal(images[0].id.bytes[5], 200);
	db_client_must(client, image_find_same(&images, &count, &client->work,
					       user_anonymous, no_sum));
	assert_int_equal(count, 0);
}

struct tagging {
	struct uuid id;
	const char *tags;
};

static bool set_tags(struct work *work, void *arg)
{
	const struct tagging *tagging = arg;

	return image_tags_set(work, tagging->id, tagging->tags);
}

/* The rows follow the text, and tags that the collation does not distinguish
   are one row. */
static void rows_are_the_tags(void **state)
{
	static const struct {
		const char *tags;
		int64_t rows;
	} cases[] = {
		{ "sea", 1 },
		{ "sea\nbirds\nnew york", 3 },
		{ "\xc3\x89\n\xc3\xa9\ne", 1 },
		{ NULL, 0 },
		{ "sea", 1 },
	};
	struct db_client *client = *state;
	struct tagging tagging = { .id = { { 1 } } };

	db_client_script(client,
			 "INSERT INTO images (id, user_id, name, status,"
			 " created_at) SELECT UNHEX(RPAD('01', 32, '0')), id,"
			 " 'a', 'ready', created_at FROM users LIMIT 1");
	EACH_ROW(i, cases) {
		struct image image;

		tagging.tags = cases[i].tags;
		db_client_must(client, db_transaction(&client->work, set_tags,
						      &tagging));
		db_client_must(client,
			       image_find(&image, &client->work, tagging.id));
		if (cases[i].tags)
			assert_string_equal(image.tags, cases[i].tags);
		else
			assert_null(image.tags);
		assert_int_equal(db_client_number(client, "SELECT COUNT(*) FROM"
							  " image_tags"),
				 cases[i].rows);
	}
	db_client_script(client, "DELETE FROM images");
	assert_int_equal(
		db_client_number(client, "SELECT COUNT(*) FROM image_tags"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DB_CLIENT_SCHEMA_TEST(lists_read_few_rows),
		DB_CLIENT_SCHEMA_TEST(all_are_found_in_the_end),
		DB_CLIENT_SCHEMA_TEST(
			the_oldest_that_has_not_failed_is_the_same),
		DB_CLIENT_SCHEMA_TEST(rows_are_the_tags),
	};

	if (!mariadb_begin())
		return 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
