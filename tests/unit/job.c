/* job.c: tests against a real server that lists and claims of jobs read few of
   many. */
#include "config.h"

#include "lib/model/job.h"

#include "lib/base/pool.h"
#include "lib/model/user.h"
#include "lib/service/schedule.h"
#include "tests/lib/end.h"
#include "tests/lib/mariadb.h"
#include "tests/unit/test.h"

/* 20,000 jobs of the built-in user in this state and of this priority, all due;
   ids begin with the number of the call. */
static void add_jobs(struct end *end, int call, const char *state, int priority)
{
	end_script(
		end,
		pool_printf(end->work.pool,
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
		const char *state;
		size_t count;
	} cases[] = {
		{ NULL, 21 }, { "done", 21 }, { "failed", 1 }, { "queued", 0 }
	};
	struct end *end = *state;

	add_jobs(end, 0, "done", 1);
	end_script(end, "UPDATE jobs SET state = 'failed' ORDER BY id LIMIT 1");
	/* The newest 20,000 jobs are another user's. */
	end_script(end, "INSERT INTO users (id, username, password, tier_id,"
			" created_at) SELECT UNHEX(REPEAT('02', 16)), 'other',"
			" '!', tier_id, created_at FROM users LIMIT 1");
	add_jobs(end, 1, "done", 1);
	end_script(end, "UPDATE jobs SET user_id = UNHEX(REPEAT('02', 16))"
			" WHERE id > X'00000000FFFF'");
	EACH_ROW(i, cases) {
		const struct job_filter filter = { .user_id = user_anonymous,
						   .state = cases[i].state,
						   .limit = 21 };
		struct job *jobs;
		size_t count;

		end_rows_read(end);
		end_must(end, job_list(&jobs, &count, &end->work, &filter));
		assert_in_range(end_rows_read(end), 0, 30);
		assert_int_equal(count, cases[i].count);
	}
}

static bool claim(struct job *job, struct end *end, const char *but_kinds)
{
	struct schedule *schedule = schedule_new(end->work.pool);
	const struct job_claimant claimant = { .worker = "test",
					       .but_kinds = but_kinds,
					       .per_receiver = 1,
					       .lease = 60 };
	bool found;

	end_rows_read(end);
	end_must(end,
		 schedule_claim(job, &found, &end->work, schedule, &claimant));
	assert_in_range(end_rows_read(end), 0, 1000);
	return found;
}

/* The first priority first, then those that have waited longest. */
static void a_claim_reads_few_rows(void **state)
{
	struct end *end = *state;
	struct job job;

	assert_false(claim(&job, end, NULL));
	add_jobs(end, 0, "done", 0);
	add_jobs(end, 1, "queued", 2);
	add_jobs(end, 2, "queued", 1);
	assert_true(claim(&job, end, NULL));
	assert_int_equal(job.priority, 1);
	assert_in_range(end_number(end, "SELECT COUNT(*) FROM jobs WHERE"
					" priority = 1 AND run_after <= (SELECT"
					" run_after FROM jobs"
					" WHERE state = 'running')"),
			1, 64);
	end_script(end, "INSERT INTO jobs (id, kind, receiver, user_id, state,"
			" priority, max_attempts, run_after, created_at)"
			" SELECT UNHEX(REPEAT(seq, 16)), 'webhook',"
			" 'example.org', id, 'queued', 0, 3, created_at,"
			" created_at FROM users, seq_11_to_12");
	assert_true(claim(&job, end, "fetch,webhook"));
	assert_int_equal(job.priority, 1);
	assert_true(claim(&job, end, "fetch"));
	assert_int_equal(job.priority, 0);
	/* One at a time for a receiver. */
	assert_true(claim(&job, end, "fetch"));
	assert_int_equal(job.priority, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		END_SCHEMA_TEST(lists_read_few_rows),
		END_SCHEMA_TEST(a_claim_reads_few_rows),
	};

	if (!mariadb_begin())
		return 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
