/* idempotency.c: tests against a real server that a request with a key is
   carried out once, and that its answer is kept. */
#include "config.h"

#include "lib/model/idempotency.h"

#include "lib/db/db.h"
#include "lib/model/user.h"
#include "lib/service/idempotency.h"
#include "tests/lib/db_client.h"
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
static void write_row(struct db_client *client)
{
	db_client_must(client,
		       db_do(&client->work, NULL,
			     "UPDATE `users` SET `used_images` = 1", DB_NO_IN));
}

static int64_t rows_written(struct db_client *client)
{
	return db_client_number(client, "SELECT used_images FROM users");
}

static void begin(struct idempotency *one, struct db_client *client)
{
	db_client_must(client, idempotency_begin(one, &client->work));
}

static void must_fail(const struct db_client *client, bool done, enum err err)
{
	assert_false(done);
	assert_int_equal(client->work.err, err);
}

static void gives_the_first_answer_again(void **state)
{
	struct db_client *client = *state;
	struct idempotency first = attempt_of(1, 1), again = first;
	struct idempotency changed = attempt_of(1, 2), new = attempt_of(2, 1);

	begin(&first, client);
	assert_int_equal(first.status, 0);
	write_row(client);
	answer(&first, 201);
	db_client_must(client, idempotency_commit(&client->work, &first));

	begin(&again, client);
	assert_int_equal(again.status, 201);
	assert_string_equal(again.headers, first.headers);
	assert_string_equal(again.text, first.text);
	assert_int_equal(rows_written(client), 1);
	must_fail(client, idempotency_begin(&changed, &client->work),
		  ERR_IDEMPOTENCY_MISMATCH);
	begin(&new, client);
	assert_int_equal(new.status, 0);
	idempotency_rollback(&client->work, &new);
}

static void refuses_a_second_while_the_first_works(void **state)
{
	struct db_client *client = *state, other;
	struct idempotency first = attempt_of(1, 1), second = first;
	const long lease = client->conf.db_timeout +
			   2 * client->conf.decoder_seconds_request;

	db_client_init(&other);
	begin(&first, client);
	must_fail(&other, idempotency_begin(&second, &other.work),
		  ERR_IDEMPOTENCY_RUNNING);
	assert_in_range(other.work.retry_after, 1, lease);
	idempotency_rollback(&client->work, &first);
	begin(&second, &other);
	assert_int_equal(second.status, 0);
	idempotency_rollback(&other.work, &second);
	db_client_release(&other);
}

static void gives_the_key_to_another_when_the_lease_is_over(void **state)
{
	struct db_client *client = *state, other;
	struct idempotency slow = attempt_of(1, 1), next = slow, last = slow;

	db_client_init(&other);
	begin(&slow, client);
	db_client_script(&other,
			 "UPDATE idempotency SET"
			 " lease_until = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND");
	begin(&next, &other);
	assert_int_equal(next.status, 0);
	answer(&slow, 200);
	must_fail(client, idempotency_commit(&client->work, &slow),
		  ERR_IDEMPOTENCY_RUNNING);
	assert_true(client->work.retry_after > 0);
	answer(&next, 202);
	db_client_must(&other, idempotency_commit(&other.work, &next));
	begin(&last, client);
	assert_int_equal(last.status, 202);
	db_client_release(&other);
}

static void only_one_takes_over(void **state)
{
	struct db_client *client = *state;
	struct idempotency dead = attempt_of(1, 1), next = dead, found;

	begin(&dead, client);
	db_rollback(&client->work);
	db_client_script(client,
			 "UPDATE idempotency SET"
			 " lease_until = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND");
	db_client_must(client, idempotency_find(&found, &client->work,
						dead.user_id, dead.key));
	assert_int_equal(found.lease_left, 0);
	next.attempt = uuid_new();
	db_client_must(client,
		       idempotency_claim(&client->work, &found, &next, 60));
	must_fail(client, idempotency_claim(&client->work, &found, &dead, 60),
		  ERR_CONFLICT);
}

static void forgets_an_answer_after_a_day(void **state)
{
	struct db_client *client = *state;
	struct idempotency first = attempt_of(1, 1), later = attempt_of(1, 2);

	begin(&first, client);
	answer(&first, 201);
	db_client_must(client, idempotency_commit(&client->work, &first));
	db_client_script(client, "UPDATE idempotency SET created_at ="
				 " UTC_TIMESTAMP(6) - INTERVAL 86401 SECOND");
	begin(&later, client);
	assert_int_equal(later.status, 0);
	idempotency_rollback(&client->work, &later);
}

/* With a status the refusal is the answer; without, the request may come
   again. */
static void undoes_what_a_failed_request_wrote(void **state)
{
	static const int64_t statuses[] = { 0, 422 };
	struct db_client *client = *state;

	EACH_ROW(i, statuses) {
		struct idempotency one = attempt_of((uint8_t)i, 1);
		struct idempotency again = one;

		begin(&one, client);
		write_row(client);
		if (statuses[i])
			answer(&one, statuses[i]);
		idempotency_rollback(&client->work, &one);
		assert_int_equal(rows_written(client), 0);
		begin(&again, client);
		assert_int_equal(again.status, statuses[i]);
		if (!again.status)
			idempotency_rollback(&client->work, &again);
	}
}

static void frees_the_key_when_the_connection_is_lost(void **state)
{
	struct db_client *client = *state, other;
	struct idempotency one = attempt_of(1, 1), again = one;

	db_client_init(&other);
	begin(&one, client);
	write_row(client);
	db_client_must(
		&other,
		db_client_kill(
			&other,
			db_client_number(client, "SELECT CONNECTION_ID()")));
	answer(&one, 201);
	must_fail(client, idempotency_commit(&client->work, &one),
		  ERR_UNAVAILABLE);
	assert_int_equal(rows_written(&other), 0);
	begin(&again, &other);
	assert_int_equal(again.status, 0);
	idempotency_rollback(&other.work, &again);
	db_client_release(&other);
}

/* More than one batch of them. */
static void removes_what_is_old(void **state)
{
	struct db_client *client = *state;
	struct idempotency one = attempt_of(1, 1);
	int64_t removed = 0;

	begin(&one, client);
	answer(&one, 201);
	db_client_must(client, idempotency_commit(&client->work, &one));
	db_client_script(
		client, "INSERT INTO idempotency (user_id, key_sha256,"
			" body_sha256, attempt, created_at, lease_until)"
			" SELECT u.id, UNHEX(SHA2(seq, 256)),"
			" UNHEX(SHA2(seq, 256)), u.id, t.old, t.old"
			" FROM users u, seq_1_to_1100, (SELECT UTC_TIMESTAMP(6)"
			" - INTERVAL 90000 SECOND AS old) t");
	db_client_must(client, idempotency_purge_old(&removed, &client->work));
	assert_int_equal(removed, 1100);
	assert_int_equal(
		db_client_number(client, "SELECT COUNT(*) FROM idempotency"),
		1);
}

static void says_when_the_database_fails(void **state)
{
	struct db_client *client = *state;
	struct work *work = &client->work;
	struct idempotency one = attempt_of(1, 1), next = one;
	int64_t removed = 0;
	bool finished;

	db_client_script(client, "RENAME TABLE idempotency TO elsewhere");
	must_fail(client, idempotency_begin(&one, work), ERR_INTERNAL);
	must_fail(client, idempotency_find(&next, work, one.user_id, one.key),
		  ERR_INTERNAL);
	must_fail(client, idempotency_claim(work, &one, &next, 1),
		  ERR_INTERNAL);
	must_fail(client, idempotency_is_finished(&finished, work, &one),
		  ERR_INTERNAL);
	must_fail(client, idempotency_drop(work, &one), ERR_INTERNAL);
	must_fail(client, idempotency_purge_old(&removed, work), ERR_INTERNAL);
	assert_int_equal(removed, 0);

	db_begin(work);
	write_row(client);
	answer(&one, 201);
	must_fail(client, idempotency_commit(work, &one), ERR_INTERNAL);
	assert_int_equal(rows_written(client), 0);

	db_begin(work);
	write_row(client);
	idempotency_rollback(work, &one);
	assert_int_equal(rows_written(client), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DB_CLIENT_SCHEMA_TEST(gives_the_first_answer_again),
		DB_CLIENT_SCHEMA_TEST(refuses_a_second_while_the_first_works),
		DB_CLIENT_SCHEMA_TEST(
			gives_the_key_to_another_when_the_lease_is_over),
		DB_CLIENT_SCHEMA_TEST(only_one_takes_over),
		DB_CLIENT_SCHEMA_TEST(forgets_an_answer_after_a_day),
		DB_CLIENT_SCHEMA_TEST(undoes_what_a_failed_request_wrote),
		DB_CLIENT_SCHEMA_TEST(
			frees_the_key_when_the_connection_is_lost),
		DB_CLIENT_SCHEMA_TEST(removes_what_is_old),
		DB_CLIENT_SCHEMA_TEST(says_when_the_database_fails),
	};

	if (!mariadb_begin())
		return 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
