/* user.c: tests against a real server that users are charged exactly. */
#include "config.h"

#include "lib/model/user.h"

#include "tests/lib/end.h"
#include "tests/lib/mariadb.h"
#include "tests/unit/test.h"

enum { NO_LIMIT = -1 };

static void check(struct end *end, int64_t bytes, int64_t images, int64_t today)
{
	assert_int_equal(end_number(end, "SELECT used_bytes FROM users"),
			 bytes);
	assert_int_equal(end_number(end, "SELECT used_images FROM users"),
			 images);
	assert_int_equal(end_number(end, "SELECT uploads_today FROM users"),
			 today);
}

static void the_last_byte_of_a_quota_can_be_used(void **state)
{
	struct end *end = *state;
	struct work *work = &end->work;

	end_must(end, user_charge(work, user_anonymous, 60, 100, NO_LIMIT));
	assert_false(user_charge(work, user_anonymous, 41, 100, NO_LIMIT));
	assert_int_equal(work->err, ERR_QUOTA_EXCEEDED);
	check(end, 60, 1, 1);
	end_must(end, user_charge(work, user_anonymous, 40, 100, NO_LIMIT));
	assert_false(user_charge(work, user_anonymous, 1, 100, NO_LIMIT));
	end_must(end, user_charge(work, user_anonymous, 0, 100, NO_LIMIT));
	check(end, 100, 3, 3);
	end_must(end, user_charge(work, user_anonymous, INT64_C(1) << 40,
				  NO_LIMIT, NO_LIMIT));
}

static void more_bytes_are_no_upload(void **state)
{
	struct end *end = *state;
	struct work *work = &end->work;

	end_must(end, user_charge_bytes(work, user_anonymous, 100, 100));
	assert_false(user_charge_bytes(work, user_anonymous, 1, 100));
	assert_int_equal(work->err, ERR_QUOTA_EXCEEDED);
	end_must(end, user_charge_bytes(work, user_anonymous, -30, 100));
	check(end, 70, 0, 0);
}

static void uploads_count_for_their_day(void **state)
{
	struct end *end = *state;
	struct work *work = &end->work;

	for (int i = 0; i < 2; i++)
		end_must(end,
			 user_charge(work, user_anonymous, 1, NO_LIMIT, 2));
	assert_false(user_charge(work, user_anonymous, 1, NO_LIMIT, 2));
	assert_int_equal(work->err, ERR_QUOTA_EXCEEDED);
	end_script(end, "UPDATE users SET"
			" uploads_day = UTC_DATE() - INTERVAL 1 DAY");
	end_must(end, user_charge(work, user_anonymous, 1, NO_LIMIT, 2));
	check(end, 3, 3, 1);
	assert_false(user_charge(work, user_anonymous, 1, NO_LIMIT, 0));
}

/* The upload is given back, but not the day's count of them. */
static void what_goes_is_credited(void **state)
{
	struct end *end = *state;
	struct work *work = &end->work;

	end_must(end, user_charge(work, user_anonymous, 7, 7, 1));
	end_must(end, user_credit(work, user_anonymous, 7));
	check(end, 0, 0, 1);
	assert_false(user_credit(work, (struct uuid){ { 9 } }, 1));
	assert_int_equal(work->err, ERR_NOT_FOUND);
	assert_false(user_charge(work, (struct uuid){ { 9 } }, 1, 9, 9));
}

static void a_user_with_images_stays(void **state)
{
	struct end *end = *state;

	end_script(end, "INSERT INTO images (id, user_id, kind, name, status,"
			" bytes, created_at) SELECT UNHEX(REPEAT('03', 16)),"
			" id, 'upload', 'a', 'ready', 1, UTC_TIMESTAMP(6)"
			" FROM users");
	assert_false(user_drop(&end->work, user_anonymous));
	assert_int_equal(end->work.err, ERR_CONFLICT);
	end_script(end, "DELETE FROM images");
	end_must(end, user_drop(&end->work, user_anonymous));
	assert_int_equal(end_number(end, "SELECT COUNT(*) FROM users"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		END_SCHEMA_TEST(the_last_byte_of_a_quota_can_be_used),
		END_SCHEMA_TEST(more_bytes_are_no_upload),
		END_SCHEMA_TEST(uploads_count_for_their_day),
		END_SCHEMA_TEST(what_goes_is_credited),
		END_SCHEMA_TEST(a_user_with_images_stays),
	};

	if (!mariadb_begin())
		return 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
