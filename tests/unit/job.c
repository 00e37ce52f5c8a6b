/* job.c: tests against a real server that lists and claims of jobs read few of
   many. */
#include "config.h"

#include "lib/model/job.h"

#include "lib/base/pool.h"
#include "lib/model/user.h"
#include "lib/service/schedule.h"
#include "lib/service/task.h"
#include "tests/lib/db_client.h"
#include "tests/lib/mariadb.h"
#include "tests/unit/test.h"

/* 20,000 jobs of the built-in user in this state and of this priority, all due;
   ids begin with the number of the call. */
static void add_jobs(struct db_client *client, int call, const char *state,
		     int priority)
{
	db_client_script(
		client,
		pool_printf(client->work.pool,
			    "INSERT INTO jobs (id, kind, user_id, state,"
			    " priority, max_attempts, run_after, created_at)"
			    " SELECT UNHEX(CONCAT(LPAD(HEX(seq + %d * 100000"
			    "), 12, '0'), '70008000000000000000')),"
			    " 'render', X'01900000000070008000000000000010',"
			    " '%s', %d, 3, UTC_TIMESTAMP(6) - INTERVAL 1 HOUR"
			    " + INTERVAL seq MICROSECOND, UTC_TIMESTAMP(6)"
			    " FROM seq_1_to_20000",
			    call, state, priority));
}

static void lists_read_few_rows(void **state)
{
	static const struct {
		enum job_state state;
		size_t count;
	} cases[] = { { 0, 21 },
		      { JOB_DONE, 21 },
		      { JOB_FAILED, 1 },
		      { JOB_QUEUED, 0 } };
	struct db_client *client = *state;

	add_jobs(client, 0, "done", 1);
	db_client_script(
		client, "UPDATE jobs SET state = 'failed' ORDER BY id LIMIT 1");
	/* The newest 20,000 jobs are another user's. */
	db_client_script(client,
			 "INSERT INTO users (id, username, password, tier_id,"
			 " created_at) SELECT UNHEX(REPEAT('02', 16)), 'other',"
			 " '!', tier_id, created_at FROM users LIMIT 1");
	add_jobs(client, 1, "done", 1);
	db_client_script(client,
			 "UPDATE jobs SET user_id = UNHEX(REPEAT('02', 16))"
			 " WHERE id > X'00000000FFFF'");
	EACH_ROW(i, cases) {
		const struct job_filter filter = { .user_id = user_anonymous,
						   .state = cases[i].state,
						   .limit = 21 };
		struct job *jobs;
		size_t count;

		db_client_rows_read(client);
		db_client_must(client,
			       job_list(&jobs, &count, &client->work, &filter));
		assert_in_range(db_client_rows_read(client), 0, 30);
		assert_int_equal(count, cases[i].count);
	}
}

static bool claim(struct job *job, struct db_client *client,
		  const char *but_kinds)
{
	struct schedule *schedule = schedule_new(client->work.pool);
	const struct job_claimant claimant = { .worker = "test",
					       .but_kinds = but_kinds,
					       .per_receiver = 1,
					       .lease = 60 };
	bool found;

	db_client_rows_read(client);
	db_client_must(client, schedule_claim(job, &found, &client->work,
					      schedule, &claimant));
	assert_in_range(db_client_rows_read(client), 0, 1000);
	return found;
}

/* The first priority first, then those that have waited longest. */
static void a_claim_reads_few_rows(void **state)
{
	struct db_client *client = *state;
	struct job job;

	assert_false(claim(&job, client, NULL));
	add_jobs(client, 0, "done", 0);
	add_jobs(client, 1, "queued", 2);
	add_jobs(client, 2, "queued", 1);
	assert_true(claim(&job, client, NULL));
	assert_int_equal(job.priority, 1);
	assert_in_range(db_client_number(
				client, "SELECT COUNT(*) FROM jobs WHERE"
					" priority = 1 AND run_after <= (SELECT"
					" run_after FROM jobs"
					" WHERE state = 'running')"),
			1, 64);
	db_client_script(client,
			 "INSERT INTO jobs (id, kind, receiver, user_id, state,"
			 " priority, max_attempts, run_after, created_at)"
			 " SELECT UNHEX(REPEAT(seq, 16)), 'webhook',"
			 " 'example.org', id, 'queued', 0, 3, created_at,"
			 " created_at FROM users, seq_11_to_12");
	assert_true(claim(&job, client, "fetch,webhook"));
	assert_int_equal(job.priority, 1);
	assert_true(claim(&job, client, "fetch"));
	assert_int_equal(job.priority, 0);
	/* One at a time for a receiver. */
	assert_true(claim(&job, client, "fetch"));
	assert_int_equal(job.priority, 1);
}

/* Another version of the program may have inserted it. */
static void a_job_of_another_kind_is_read(void **state)
{
	struct db_client *client = *state;
	struct job job, *held;
	size_t count;

	add_jobs(client, 0, "queued", 1);
	db_client_script(client, "UPDATE jobs SET kind = 'sing'");
	assert_true(claim(&job, client, NULL));
	assert_int_equal(job.kind, 0);
	assert_string_equal(job_kind_name(job.kind), "unknown");
	assert_int_equal(job.state, JOB_RUNNING);
	db_client_must(client,
		       job_list_held(&held, &count, &client->work, "test", 9));
	assert_int_equal(count, 1);
	assert_int_equal(held[0].kind, 0);
	assert_false(task_run(&client->work, &job));
	assert_int_equal(client->work.err, ERR_INTERNAL);
	db_client_must(client, task_give_up(&client->work, &job, "internal",
					    "no such kind"));
	assert_int_equal(db_client_number(client, "SELECT COUNT(*) FROM jobs"
						  " WHERE state = 'failed'"),
			 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DB_CLIENT_SCHEMA_TEST(lists_read_few_rows),
		DB_CLIENT_SCHEMA_TEST(a_claim_reads_few_rows),
		DB_CLIENT_SCHEMA_TEST(a_job_of_another_kind_is_read),
	};

	if (!mariadb_begin())
		return 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
