/* idempotency.c: tests against a real server that a request with a key is
   carried out once, and that its answer is kept. */
#include "config.h"

#include "lib/model/idempotency.h"

#include "lib/db/db.h"
#include "lib/model/user.h"
#include "lib/service/idempotency.h"
#include "tests/lib/end.h"
#include "tests/lib/mariadb.h"
#include "tests/unit/test.h"

static struct idempotency attempt_of(uint8_t key, uint8_t body)
{
	struct idempotency one = { .user_id = user_anonymous };

	memset(one.key, key, sizeof(one.key));
	memset(one.body, body, sizeof(one.body));
	return one;
}

static void answer(struct idempotency *one, int64_t status)
{
	one->status = status;
	one->headers = "Location: /x\n";
	one->text = "{}";
}

/* What a request writes. */
static void write_row(struct end *end)
{
	end_must(end, db_do(&end->work, NULL,
			    "UPDATE `users` SET `used_images` = 1", DB_NO_IN));
}

static int64_t rows_written(struct end *end)
{
	return end_number(end, "SELECT used_images FROM users");
}

static void begin(struct idempotency *one, struct end *end)
{
	end_must(end, idempotency_begin(one, &end->work));
}

static void must_fail(const struct end *end, bool done, enum err err)
{
	assert_false(done);
	assert_int_equal(end->work.err, err);
}

static void gives_the_first_answer_again(void **state)
{
	struct end *end = *state;
	struct idempotency first = attempt_of(1, 1), again = first;
	struct idempotency changed = attempt_of(1, 2), new = attempt_of(2, 1);

	begin(&first, end);
	assert_int_equal(first.status, 0);
	write_row(end);
	answer(&first, 201);
	end_must(end, idempotency_commit(&end->work, &first));

	begin(&again, end);
	assert_int_equal(again.status, 201);
	assert_string_equal(again.headers, first.headers);
	assert_string_equal(again.text, first.text);
	assert_int_equal(rows_written(end), 1);
	must_fail(end, idempotency_begin(&changed, &end->work),
		  ERR_IDEMPOTENCY_MISMATCH);
	begin(&new, end);
	assert_int_equal(new.status, 0);
	idempotency_rollback(&end->work, &new);
}

static void refuses_a_second_while_the_first_works(void **state)
{
	struct end *end = *state, other;
	struct idempotency first = attempt_of(1, 1), second = first;
	const long lease =
		end->conf.db_timeout + 2 * end->conf.decoder_seconds_request;

	end_init(&other);
	begin(&first, end);
	must_fail(&other, idempotency_begin(&second, &other.work),
		  ERR_IDEMPOTENCY_RUNNING);
	assert_in_range(other.work.retry_after, 1, lease);
	idempotency_rollback(&end->work, &first);
	begin(&second, &other);
	assert_int_equal(second.status, 0);
	idempotency_rollback(&other.work, &second);
	end_release(&other);
}

static void gives_the_key_to_another_when_the_lease_is_over(void **state)
{
	struct end *end = *state, other;
	struct idempotency slow = attempt_of(1, 1), next = slow, last = slow;

	end_init(&other);
	begin(&slow, end);
	end_script(&other,
		   "UPDATE idempotency SET"
		   " lease_until = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND");
	begin(&next, &other);
	assert_int_equal(next.status, 0);
	answer(&slow, 200);
	must_fail(end, idempotency_commit(&end->work, &slow),
		  ERR_IDEMPOTENCY_RUNNING);
	assert_true(end->work.retry_after > 0);
	answer(&next, 202);
	end_must(&other, idempotency_commit(&other.work, &next));
	begin(&last, end);
	assert_int_equal(last.status, 202);
	end_release(&other);
}

static void only_one_takes_over(void **state)
{
	struct end *end = *state;
	struct idempotency dead = attempt_of(1, 1), next = dead, found;

	begin(&dead, end);
	db_rollback(&end->work);
	end_script(end, "UPDATE idempotency SET"
			" lease_until = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND");
	end_must(end,
		 idempotency_find(&found, &end->work, dead.user_id, dead.key));
	assert_int_equal(found.lease_left, 0);
	next.attempt = uuid_new();
	end_must(end, idempotency_claim(&end->work, &found, &next, 60));
	must_fail(end, idempotency_claim(&end->work, &found, &dead, 60),
		  ERR_CONFLICT);
}

static void forgets_an_answer_after_a_day(void **state)
{
	struct end *end = *state;
	struct idempotency first = attempt_of(1, 1), later = attempt_of(1, 2);

	begin(&first, end);
	answer(&first, 201);
	end_must(end, idempotency_commit(&end->work, &first));
	end_script(end, "UPDATE idempotency SET created_at ="
			" UTC_TIMESTAMP(6) - INTERVAL 86401 SECOND");
	begin(&later, end);
	assert_int_equal(later.status, 0);
	idempotency_rollback(&end->work, &later);
}

/* With a status the refusal is the answer; without, the request may come
   again. */
static void undoes_what_a_failed_request_wrote(void **state)
{
	static const int64_t statuses[] = { 0, 422 };
	struct end *end = *state;

	EACH_ROW(i, statuses) {
		struct idempotency one = attempt_of((uint8_t)i, 1);
		struct idempotency again = one;

		begin(&one, end);
		write_row(end);
		if (statuses[i])
			answer(&one, statuses[i]);
		idempotency_rollback(&end->work, &one);
		assert_int_equal(rows_written(end), 0);
		begin(&again, end);
		assert_int_equal(again.status, statuses[i]);
		if (!again.status)
			idempotency_rollback(&end->work, &again);
	}
}

static void frees_the_key_when_the_connection_is_lost(void **state)
{
	struct end *end = *state, other;
	struct idempotency one = attempt_of(1, 1), again = one;

	end_init(&other);
	begin(&one, end);
	write_row(end);
	end_must(&other,
		 end_kill(&other, end_number(end, "SELECT CONNECTION_ID()")));
	answer(&one, 201);
	must_fail(end, idempotency_commit(&end->work, &one), ERR_UNAVAILABLE);
	assert_int_equal(rows_written(&other), 0);
	begin(&again, &other);
	assert_int_equal(again.status, 0);
	idempotency_rollback(&other.work, &again);
	end_release(&other);
}

/* More than one batch of them. */
static void removes_what_is_old(void **state)
{
	struct end *end = *state;
	struct idempotency one = attempt_of(1, 1);
	int64_t removed = 0;

	begin(&one, end);
	answer(&one, 201);
	end_must(end, idempotency_commit(&end->work, &one));
	end_script(end, "INSERT INTO idempotency (user_id, key_sha256,"
			" body_sha256, attempt, created_at, lease_until)"
			" SELECT u.id, UNHEX(SHA2(seq, 256)),"
			" UNHEX(SHA2(seq, 256)), u.id, t.old, t.old"
			" FROM users u, seq_1_to_1100, (SELECT UTC_TIMESTAMP(6)"
			" - INTERVAL 90000 SECOND AS old) t");
	end_must(end, idempotency_purge_old(&removed, &end->work));
	assert_int_equal(removed, 1100);
	assert_int_equal(end_number(end, "SELECT COUNT(*) FROM idempotency"),
			 1);
}

static void says_when_the_database_fails(void **state)
{
	struct end *end = *state;
	struct work *work = &end->work;
	struct idempotency one = attempt_of(1, 1), next = one;
	int64_t removed = 0;
	bool finished;

	end_script(end, "RENAME TABLE idempotency TO elsewhere");
	must_fail(end, idempotency_begin(&one, work), ERR_INTERNAL);
	must_fail(end, idempotency_find(&next, work, one.user_id, one.key),
		  ERR_INTERNAL);
	must_fail(end, idempotency_claim(work, &one, &next, 1), ERR_INTERNAL);
	must_fail(end, idempotency_is_finished(&finished, work, &one),
		  ERR_INTERNAL);
	must_fail(end, idempotency_drop(work, &one), ERR_INTERNAL);
	must_fail(end, idempotency_purge_old(&removed, work), ERR_INTERNAL);
	assert_int_equal(removed, 0);

	db_begin(work);
	write_row(end);
	answer(&one, 201);
	must_fail(end, idempotency_commit(work, &one), ERR_INTERNAL);
	assert_int_equal(rows_written(end), 0);

	db_begin(work);
	write_row(end);
	idempotency_rollback(work, &one);
	assert_int_equal(rows_written(end), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		END_SCHEMA_TEST(gives_the_first_answer_again),
		END_SCHEMA_TEST(refuses_a_second_while_the_first_works),
		END_SCHEMA_TEST(
			gives_the_key_to_another_when_the_lease_is_over),
		END_SCHEMA_TEST(only_one_takes_over),
		END_SCHEMA_TEST(forgets_an_answer_after_a_day),
		END_SCHEMA_TEST(undoes_what_a_failed_request_wrote),
		END_SCHEMA_TEST(frees_the_key_when_the_connection_is_lost),
		END_SCHEMA_TEST(removes_what_is_old),
		END_SCHEMA_TEST(says_when_the_database_fails),
	};

	if (!mariadb_begin())
		return 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
