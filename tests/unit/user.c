/* user.c: tests against a real server that users are charged exactly. */
#include "config.h"

#include "lib/model/user_list.h"

#include "lib/base/util.h"
#include "tests/lib/db_client.h"
#include "tests/lib/mariadb.h"
#include "tests/unit/test.h"

enum { NO_LIMIT = -1 };

static void check(struct db_client *client, int64_t bytes, int64_t images,
		  int64_t today)
{
	assert_int_equal(
		db_client_number(client, "SELECT used_bytes FROM users"),
		bytes);
	assert_int_equal(
		db_client_number(client, "SELECT used_images FROM users"),
		images);
	assert_int_equal(
		db_client_number(client, "SELECT uploads_today FROM users"),
		today);
}

static void the_last_byte_of_a_quota_can_be_used(void **state)
{
	struct db_client *client = *state;
	struct work *work = &client->work;

	db_client_must(client,
		       user_charge(work, user_anonymous, 60, 5, 100, NO_LIMIT));
	assert_false(user_charge(work, user_anonymous, 41, 5, 100, NO_LIMIT));
	assert_int_equal(work->err, ERR_QUOTA_EXCEEDED);
	check(client, 60, 1, 1);
	db_client_must(client,
		       user_charge(work, user_anonymous, 40, 0, 100, NO_LIMIT));
	assert_false(user_charge(work, user_anonymous, 1, 0, 100, NO_LIMIT));
	db_client_must(client,
		       user_charge(work, user_anonymous, 0, 0, 100, NO_LIMIT));
	check(client, 100, 3, 3);
	db_client_must(client,
		       user_charge(work, user_anonymous, INT64_C(1) << 40,
				   INT64_C(1) << 40, NO_LIMIT, NO_LIMIT));
}

static void more_bytes_are_no_upload(void **state)
{
	struct db_client *client = *state;
	struct work *work = &client->work;

	db_client_must(client,
		       user_charge_bytes(work, user_anonymous, 100, 100));
	assert_false(user_charge_bytes(work, user_anonymous, 1, 100));
	assert_int_equal(work->err, ERR_QUOTA_EXCEEDED);
	db_client_must(client,
		       user_charge_bytes(work, user_anonymous, -30, 100));
	check(client, 70, 0, 0);
}

static void uploads_count_for_their_day(void **state)
{
	struct db_client *client = *state;
	struct work *work = &client->work;

	for (int i = 0; i < 2; i++)
		db_client_must(client, user_charge(work, user_anonymous, 1, 0,
						   NO_LIMIT, 2));
	assert_false(user_charge(work, user_anonymous, 1, 0, NO_LIMIT, 2));
	assert_int_equal(work->err, ERR_QUOTA_EXCEEDED);
	db_client_script(client, "UPDATE users SET"
				 " uploads_day = UTC_DATE() - INTERVAL 1 DAY");
	db_client_must(client,
		       user_charge(work, user_anonymous, 1, 0, NO_LIMIT, 2));
	check(client, 3, 3, 1);
	assert_false(user_charge(work, user_anonymous, 1, 0, NO_LIMIT, 0));
}

/* The upload is given back, but not the day's count of them. */
static void what_goes_is_credited(void **state)
{
	struct db_client *client = *state;
	struct work *work = &client->work;

	db_client_must(client, user_charge(work, user_anonymous, 7, 30, 7, 1));
	db_client_must(client, user_credit(work, user_anonymous, 7, 30));
	check(client, 0, 0, 1);
	assert_false(user_credit(work, (struct uuid){ { 9 } }, 1, 0));
	assert_int_equal(work->err, ERR_NOT_FOUND);
	assert_false(user_charge(work, (struct uuid){ { 9 } }, 1, 0, 9, 9));
}

static int64_t sum_variants(struct db_client *client)
{
	int64_t bytes;

	db_client_must(client, user_sum_variant_bytes(&bytes, &client->work));
	return bytes;
}

/* Without reading the table variants. */
static void variants_have_a_sum(void **state)
{
	struct db_client *client = *state;
	struct work *work = &client->work;
	const struct uuid nobody = { { 9 } };

	assert_int_equal(sum_variants(client), 0);
	db_client_must(client, user_charge(work, user_anonymous, 1, 50,
					   NO_LIMIT, NO_LIMIT));
	assert_int_equal(sum_variants(client), 50);
	db_client_must(client, user_add_variant_bytes(work, user_anonymous, 7));
	db_client_must(client,
		       user_add_variant_bytes(work, user_anonymous, -20));
	assert_int_equal(sum_variants(client), 37);
	db_client_must(client, user_credit(work, user_anonymous, 1, 37));
	assert_int_equal(sum_variants(client), 0);
	assert_false(user_add_variant_bytes(work, nobody, 1));
	assert_int_equal(work->err, ERR_NOT_FOUND);
}

static void a_user_with_images_stays(void **state)
{
	struct db_client *client = *state;

	db_client_script(client,
			 "INSERT INTO images (id, user_id, kind, name, status,"
			 " bytes, created_at) SELECT UNHEX(REPEAT('03', 16)),"
			 " id, 'upload', 'a', 'ready', 1, UTC_TIMESTAMP(6)"
			 " FROM users");
	assert_false(user_drop(&client->work, user_anonymous));
	assert_int_equal(client->work.err, ERR_CONFLICT);
	db_client_script(client, "DELETE FROM images");
	db_client_must(client, user_drop(&client->work, user_anonymous));
	assert_int_equal(db_client_number(client, "SELECT COUNT(*) FROM users"),
			 0);
}

static struct user new_user(const char *username)
{
	return (struct user){ .username = username, .password = "!" };
}

static void names_are_taken_once(void **state)
{
	struct db_client *client = *state;
	struct user first, second = new_user("ann"), found;

	db_client_must(client,
		       user_find(&first, &client->work, user_anonymous));
	second.tier_id = first.tier_id;
	db_client_must(client, user_add(&second, &client->work));
	db_client_must(client, user_by_name(&found, &client->work, "ann"));
	assert_true(uuid_equal(found.id, second.id));
	assert_false(user_add(&second, &client->work));
	assert_int_equal(client->work.err, ERR_CONFLICT);
	db_client_must(client, user_mark_deleted(&client->work, found.id));
	assert_false(user_by_name(&found, &client->work, "ann"));
	assert_int_equal(client->work.err, ERR_NOT_FOUND);
	assert_false(user_mark_deleted(&client->work, found.id));
	assert_int_equal(client->work.err, ERR_NOT_FOUND);
}

static void names_have_no_other_characters(void **state)
{
	static const char *const names[] = { "",    "a b",  "a:b",
					     "a/b", "\xff", "\n" };
	struct db_client *client = *state;
	char long_name[66];

	memset(long_name, 'a', 65);
	long_name[65] = '\0';
	for (size_t i = 0; i <= ARRAY_LEN(names); i++) {
		struct user user =
			new_user(i < ARRAY_LEN(names) ? names[i] : long_name);

		assert_false(user_add(&user, &client->work));
		assert_int_equal(client->work.err, ERR_INVALID_FIELD);
	}
}

static bool change_password(struct db_client *client, const char *from,
			    const char *to)
{
	return user_update(
		&client->work, user_anonymous,
		&(struct user_change){ .password = to, .old_password = from });
}

static void a_password_is_changed_by_one_who_knows_it(void **state)
{
	struct db_client *client = *state;

	db_client_must(client, change_password(client, "!", "a"));
	assert_false(change_password(client, "!", "b"));
	assert_int_equal(client->work.err, ERR_CONFLICT);
	db_client_must(client, change_password(client, NULL, "c"));
	assert_false(user_update(&client->work, (struct uuid){ { 9 } },
				 &(struct user_change){ .password = "a" }));
	assert_int_equal(client->work.err, ERR_NOT_FOUND);
}

static void a_name_is_changed_to_a_free_one(void **state)
{
	struct db_client *client = *state;
	struct work *work = &client->work;
	struct user ann = new_user("ann"), ben = new_user("ben"), found;

	db_client_must(client, user_find(&found, work, user_anonymous));
	ann.tier_id = ben.tier_id = found.tier_id;
	db_client_must(client, user_add(&ann, work) && user_add(&ben, work));
	assert_false(user_update(work, ann.id,
				 &(struct user_change){ .username = "BEN" }));
	assert_int_equal(work->err, ERR_CONFLICT);
	assert_non_null(strstr(work->why, "\"BEN\" is in use"));
	assert_false(user_update(work, ann.id,
				 &(struct user_change){ .username = "a b" }));
	assert_int_equal(work->err, ERR_INVALID_FIELD);
	db_client_must(client,
		       user_update(work, ann.id,
				   &(struct user_change){ .username = "eve" }));
	db_client_must(client, user_by_name(&found, work, "eve"));
	assert_true(uuid_equal(found.id, ann.id));
	assert_false(user_by_name(&found, work, "ann"));
}

static void must_be_internal(const struct db_client *client, bool done)
{
	assert_false(done);
	assert_int_equal(client->work.err, ERR_INTERNAL);
}

static void failures_of_the_database_are_passed_on(void **state)
{
	struct db_client *client = *state;
	struct work *work = &client->work;
	const struct uuid id = user_anonymous;
	struct user user = new_user("ann"), *users;
	const char *hash;
	size_t count;

	db_client_script(client, "RENAME TABLE users TO elsewhere");
	must_be_internal(client, user_find(&user, work, id));
	must_be_internal(client, user_by_name(&user, work, "ann"));
	must_be_internal(client, user_next_hash(&hash, work, ""));
	must_be_internal(client,
			 user_list(&users, &count, work,
				   &(struct user_filter){ .limit = 1 }));
	must_be_internal(client, user_add(&user, work));
	must_be_internal(client,
			 user_update(work, id, &(struct user_change){ 0 }));
	must_be_internal(client, user_lock(work, id));
	must_be_internal(client, user_is_dispensable(work, &user));
	must_be_internal(client, user_mark_deleted(work, id));
	must_be_internal(client, user_drop(work, id));
	must_be_internal(client, user_charge(work, id, 1, 1, 1, 1));
	must_be_internal(client, user_charge_bytes(work, id, 1, 1));
	must_be_internal(client, user_credit(work, id, 1, 1));
}

/* Most of the 20,000 users have no image. */
static void lists_read_few_rows(void **state)
{
	static const struct {
		enum user_order order;
		const char *key; /* of the user that a page begins after */
	} cases[] = {
		{ 0, "" },
		{ USER_NEWEST, "" },
		{ USER_OLDEST, "" },
		{ USER_BY_NAME, "u15000" },
		{ USER_BY_NAME_DOWN, "u15000" },
		{ USER_BY_IMAGES, "0" },
		{ USER_BY_IMAGES_DOWN, "0" },
		{ USER_BY_BYTES, "0" },
		{ USER_BY_BYTES_DOWN, "0" },
	};
	struct db_client *client = *state;
	const struct uuid none = { { 0 } };
	const struct uuid middle = { { [4] = 0x27, 0x10 } };

	db_client_script(client,
			 "INSERT INTO users (id, username, password, tier_id,"
			 " created_at, used_images, used_bytes) SELECT"
			 " UNHEX(CONCAT(LPAD(HEX(seq), 12, '0'),"
			 " '70008000000000000000')), CONCAT('u', seq), '!',"
			 " tier_id, created_at, seq % 100 = 0, seq % 100 = 0"
			 " FROM users JOIN seq_1_to_20000");
	EACH_ROW(i, cases) {
		for (int page = 0; page < 2; page++) {
			const struct user_filter filter = {
				.order = cases[i].order,
				.before = page ? middle : none,
				.before_key = page ? cases[i].key : "",
				.limit = 21,
			};
			struct user *users;
			size_t count;

			db_client_rows_read(client);
			db_client_must(client,
				       user_list(&users, &count, &client->work,
						 &filter));
			assert_in_range(db_client_rows_read(client), 0, 60);
			assert_int_equal(count, 21);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DB_CLIENT_SCHEMA_TEST(the_last_byte_of_a_quota_can_be_used),
		DB_CLIENT_SCHEMA_TEST(more_bytes_are_no_upload),
		DB_CLIENT_SCHEMA_TEST(uploads_count_for_their_day),
		DB_CLIENT_SCHEMA_TEST(what_goes_is_credited),
		DB_CLIENT_SCHEMA_TEST(variants_have_a_sum),
		DB_CLIENT_SCHEMA_TEST(a_user_with_images_stays),
		DB_CLIENT_SCHEMA_TEST(names_are_taken_once),
		DB_CLIENT_SCHEMA_TEST(names_have_no_other_characters),
		DB_CLIENT_SCHEMA_TEST(
			a_password_is_changed_by_one_who_knows_it),
		DB_CLIENT_SCHEMA_TEST(a_name_is_changed_to_a_free_one),
		DB_CLIENT_SCHEMA_TEST(failures_of_the_database_are_passed_on),
		DB_CLIENT_SCHEMA_TEST(lists_read_few_rows),
	};

	if (!mariadb_begin())
		return 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
