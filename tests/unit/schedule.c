/* schedule.c: tests against a real server which jobs workers take next. */
#include "config.h"

#include "lib/service/schedule.h"

#include "lib/base/clock.h"
#include "lib/base/pool.h"
#include "lib/model/user.h"
#include "lib/service/budget.h"
#include "tests/lib/db_client.h"
#include "tests/lib/mariadb.h"
#include "tests/lib/wait.h"
#include "tests/unit/test.h"

static int next_id;

/* Users from 1 on. */
static void add_users(struct db_client *client, int count)
{
	db_client_script(
		client,
		pool_printf(client->work.pool,
			    "INSERT INTO users (id, username, password,"
			    " tier_id, created_at)"
			    " SELECT UNHEX(LPAD(HEX(seq), 32, '0')), seq,"
			    " '!', t.id, UTC_TIMESTAMP(6)"
			    " FROM seq_1_to_%d, (SELECT id FROM tiers"
			    "   LIMIT 1) t",
			    count));
}

struct jobs {
	int first_user, users;
	int count; /* of each */
	int priority;
	int seconds; /* that they have been due; negative: until they are */
};

static void add_jobs(struct db_client *client, const struct jobs *jobs)
{
	const char *user = pool_printf(client->work.pool,
				       "UNHEX(LPAD(HEX(u.seq + %d), 32, '0'))",
				       jobs->first_user - 1);

	db_client_script(
		client,
		pool_printf(client->work.pool,
			    "INSERT INTO jobs (id, kind, user_id, fair_key,"
			    " state, priority, max_attempts, run_after,"
			    " created_at) SELECT UNHEX(CONCAT(LPAD(HEX("
			    "%d + 1000 * n.seq + u.seq), 12, '0'),"
			    " '70008000000000000000')), 'render', %s, %s,"
			    " 'queued', %d, 3,"
			    " UTC_TIMESTAMP(6) - INTERVAL %d SECOND,"
			    " UTC_TIMESTAMP(6)"
			    " FROM seq_1_to_%d u, seq_1_to_%d n",
			    next_id += 1000000, user, user, jobs->priority,
			    jobs->seconds, jobs->users, jobs->count));
}

static bool claim(struct job *job, struct db_client *client,
		  struct schedule *schedule)
{
	const struct job_claimant claimant = { .worker = "test",
					       .per_receiver = 1,
					       .lease = 60 };
	bool found;

	db_client_must(client, schedule_claim(job, &found, &client->work,
					      schedule, &claimant));
	return found;
}

static int user_of(const struct job *job)
{
	return job->user_id.bytes[14] << 8 | job->user_id.bytes[15];
}

static int claim_user(struct db_client *client, struct schedule *schedule)
{
	struct job job;

	return claim(&job, client, schedule) ? user_of(&job) : 0;
}

static void finish_all(struct db_client *client)
{
	db_client_script(client, "UPDATE jobs SET state = 'done'"
				 " WHERE state = 'running'");
}

/* What was read before is no longer used. */
static void outlast_a_look(void)
{
	const int64_t end_ms = clock_monotonic_ms() + SCHEDULE_LOOK_MS + 1;

	assert_true(EVENTUALLY(clock_monotonic_ms() >= end_ms));
}

/* With any number of workers, the user that has nothing running is next. */
static void a_newcomer_waits_for_what_is_running(void **state)
{
	struct db_client *client = *state;
	struct schedule *workers[4];

	add_users(client, 3);
	add_jobs(client, &(struct jobs){ 1, 1, 200, JOB_NORMAL, 30 });
	add_jobs(client, &(struct jobs){ 3, 1, 200, JOB_NORMAL, 30 });
	EACH_ROW(i, workers) {
		workers[i] = schedule_new(client->work.pool);
		assert_int_not_equal(claim_user(client, workers[i]), 0);
	}
	EACH_ROW(i, workers) {
		add_jobs(client, &(struct jobs){ 2, 1, 1, JOB_NORMAL, 0 });
		outlast_a_look();
		assert_int_equal(claim_user(client, workers[i]), 2);
		db_client_script(client,
				 "UPDATE jobs SET state = 'done' WHERE state ="
				 " 'running' AND user_id ="
				 " X'00000000000000000000000000000002'");
	}
}

/* Also when nothing is running: after one turn, however short its jobs. */
static void short_jobs_take_turns(void **state)
{
	struct db_client *client = *state;
	struct schedule *worker = schedule_new(client->work.pool);
	int taken[4] = { 0 };

	add_users(client, 3);
	add_jobs(client, &(struct jobs){ 1, 3, 100, JOB_NORMAL, 30 });
	for (int i = 0; i < 120; i++) {
		taken[claim_user(client, worker)]++;
		finish_all(client);
	}
	assert_int_equal(taken[0], 0);
	for (int user = 1; user <= 3; user++)
		assert_in_range(taken[user], 24, 56);
}

/* Each of many users once, before any twice. */
static void many_users_take_turns(void **state)
{
	enum { USERS = 300 };
	struct db_client *client = *state;
	struct schedule *worker = schedule_new(client->work.pool);
	int taken[USERS + 1] = { 0 };

	add_users(client, USERS);
	add_jobs(client, &(struct jobs){ 1, USERS, 2, JOB_NORMAL, 30 });
	for (int round = 1; round <= 2; round++) {
		for (int i = 0; i < USERS; i++)
			taken[claim_user(client, worker)]++;
		if (round == 2)
			for (int user = 1; user <= USERS; user++)
				assert_int_equal(taken[user], 2);
	}
	assert_int_equal(claim_user(client, worker), 0);
	assert_int_equal(taken[0], 0);
	assert_int_equal(db_client_number(client, "SELECT COUNT(*) FROM jobs"
						  " WHERE attempts = 1"),
			 2 * USERS);
}

/* However many others have jobs that are due later. */
static void what_is_due_is_found(void **state)
{
	enum { USERS = 300 };
	struct db_client *client = *state;
	struct schedule *worker = schedule_new(client->work.pool);

	add_users(client, USERS);
	add_jobs(client, &(struct jobs){ 1, USERS, 1, JOB_NORMAL, -3600 });
	assert_int_equal(claim_user(client, worker), 0);
	add_jobs(client, &(struct jobs){ USERS / 2, 1, 1, JOB_NORMAL, 0 });
	assert_int_equal(claim_user(client, worker), USERS / 2);
	assert_int_equal(claim_user(client, worker), 0);
}

static void priorities_have_shares(void **state)
{
	static const struct {
		int seconds[3];
		int claims;
		int taken[3];
	} cases[] = {
		{ { 30, 30, 30 }, 84, { 64, 16, 4 } },
		{ { 30, 70, 30 }, 50, { 32, 16, 2 } },
		{ { 30, 30, 400 }, 48, { 32, 8, 8 } },
		{ { 400, 400, 400 }, 45, { 20, 20, 5 } },
		/* What nobody wants is for the others. */
		{ { 30, 30, -3600 }, 50, { 40, 10, 0 } },
		{ { -3600, 30, 30 }, 50, { 0, 40, 10 } },
		{ { -3600, -3600, 30 }, 50, { 0, 0, 50 } },
	};
	struct db_client *client = *state;

	add_users(client, 1);
	EACH_ROW(i, cases) {
		struct schedule *worker = schedule_new(client->work.pool);
		int taken[3] = { 0 };
		struct job job;

		for (int p = JOB_HIGH; p <= JOB_LOW; p++)
			add_jobs(client, &(struct jobs){ 1, 1, 100, p,
							 cases[i].seconds[p] });
		for (int n = 0; n < cases[i].claims; n++) {
			assert_true(claim(&job, client, worker));
			taken[job.priority]++;
		}
		for (int p = JOB_HIGH; p <= JOB_LOW; p++)
			assert_in_range(taken[p] + 1, cases[i].taken[p],
					cases[i].taken[p] + 2);
		db_client_script(client, "DELETE FROM jobs");
	}
}

/* Of one address many, of others one. */
static void addresses_without_users_take_turns(void **state)
{
	struct db_client *client = *state;
	struct schedule *worker = schedule_new(client->work.pool);
	struct job job = { .kind = JOB_RENDER,
			   .user_id = user_anonymous,
			   .priority = JOB_NORMAL,
			   .max_attempts = 3,
			   .created_at = clock_now_us() };
	char address[20];

	for (int i = 0; i < 100; i++) {
		job.id = uuid_new();
		snprintf(address, sizeof(address), "2001:db8::%d", i);
		client->work.address = address;
		job.address = budget_address(&client->work, job.user_id);
		db_client_must(client, job_add(&client->work, &job));
	}
	assert_int_equal(db_client_number(client,
					  "SELECT COUNT(DISTINCT fair_key)"
					  " FROM jobs"),
			 1);
	for (int i = 1; i <= 8; i++) {
		job.id = uuid_new();
		snprintf(address, sizeof(address), "192.0.2.%d", i);
		job.address = budget_address(&client->work, job.user_id);
		db_client_must(client, job_add(&client->work, &job));
	}
	/* Some of nine may share one of 16 keys. */
	for (int i = 0; i < 3; i++)
		assert_true(claim(&job, client, worker));
	assert_in_range(db_client_number(client,
					 "SELECT COUNT(DISTINCT fair_key)"
					 " FROM jobs WHERE state = 'running'"),
			1, 3);
	outlast_a_look();
	assert_true(claim(&job, client, worker));
	outlast_a_look();
	assert_true(claim(&job, client, worker));
	assert_in_range(db_client_number(client,
					 "SELECT COUNT(DISTINCT fair_key)"
					 " FROM jobs WHERE state = 'running'"),
			2, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DB_CLIENT_SCHEMA_TEST(a_newcomer_waits_for_what_is_running),
		DB_CLIENT_SCHEMA_TEST(short_jobs_take_turns),
		DB_CLIENT_SCHEMA_TEST(many_users_take_turns),
		DB_CLIENT_SCHEMA_TEST(what_is_due_is_found),
		DB_CLIENT_SCHEMA_TEST(priorities_have_shares),
		DB_CLIENT_SCHEMA_TEST(addresses_without_users_take_turns),
	};

	if (!mariadb_begin())
		return 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
