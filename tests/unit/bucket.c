/* bucket.c: tests token buckets, alone and shared by processes. */
#include "config.h"

#include "lib/process/bucket.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/pool.h"
#include "tests/unit/test.h"

static struct bucket bucket_of(const char *subject, int64_t limit)
{
	return (struct bucket){ "test", subject, "tests", limit, 60 };
}

/* How many of `tries` pass at once. */
static int take(struct bucket_table *table, const struct bucket *bucket,
		int tries, int64_t now_ms)
{
	struct bucket_state state;
	int taken = 0;

	while (tries--)
		taken += bucket_take(&state, table, bucket, now_ms);
	return taken;
}

static void lets_the_limit_pass_and_fills_evenly(void **state)
{
	/* clang-format off */
	static const struct {
		int64_t limit;
		struct { int64_t at_ms; int tries, pass; } turns[4];
	} cases[] = {
		{ 1, { { 0, 3, 1 }, { 59999, 3, 0 }, { 60000, 3, 1 } } },
		{ 60, { { 0, 99, 60 }, { 999, 9, 0 }, { 1000, 9, 1 }, { 11000, 99, 10 } } },
		{ 60, { { 0, 30, 30 }, { 10000, 99, 40 }, { 10000, 9, 0 } } },
		{ 7, { { 0, 9, 7 }, { 30000, 9, 3 }, { 90000, 9, 7 } } },
		{ 0, { { 0, 9, 0 }, { 600000, 9, 0 } } },
		{ 4294967295, { { 0, 1000, 1000 } } },
	};
	/* clang-format on */

	(void)state;
	EACH_ROW(i, cases) {
		struct bucket_table *table = bucket_table_new();
		struct bucket bucket = bucket_of("a", cases[i].limit);

		for (size_t t = 0; t < 4; t++)
			assert_int_equal(take(table, &bucket,
					      cases[i].turns[t].tries,
					      1000 + cases[i].turns[t].at_ms),
					 cases[i].turns[t].pass);
		bucket_table_free(table);
	}
}

static void tells_how_full_it_is(void **state)
{
	struct bucket_table *table = bucket_table_new();
	struct bucket bucket = bucket_of("a", 6);
	struct bucket_state now;

	(void)state;
	assert_true(bucket_take(&now, table, &bucket, 5000));
	assert_int_equal(now.limit, 6);
	assert_int_equal(now.window, 60);
	assert_int_equal(now.left, 5);
	assert_int_equal(now.full_ms, 10000);
	assert_int_equal(now.wait_ms, 0);
	assert_int_equal(take(table, &bucket, 4, 5000), 4);
	assert_true(bucket_take(&now, table, &bucket, 5000));
	assert_int_equal(now.left, 0);
	assert_int_equal(now.wait_ms, 10000);
	assert_false(bucket_take(&now, table, &bucket, 12500));
	assert_int_equal(now.left, 0);
	assert_int_equal(now.full_ms, 52500);
	assert_int_equal(now.wait_ms, 2500);
	bucket_table_free(table);
}

static void takes_back_what_was_taken(void **state)
{
	struct bucket_table *table = bucket_table_new();
	struct bucket bucket = bucket_of("a", 2);
	struct bucket_state now;

	(void)state;
	bucket_give(table, &bucket, 1000);
	for (int i = 0; i < 9; i++)
		assert_true(bucket_look(&now, table, &bucket, 1000));
	assert_int_equal(now.left, 2);
	assert_int_equal(take(table, &bucket, 9, 1000), 2);
	assert_false(bucket_look(&now, table, &bucket, 1000));
	assert_int_equal(now.wait_ms, 30000);
	bucket_give(table, &bucket, 1000);
	assert_int_equal(take(table, &bucket, 9, 1000), 1);
	bucket_table_free(table);
}

static void keeps_subjects_and_kinds_apart(void **state)
{
	struct bucket_table *table = bucket_table_new();
	const struct bucket buckets[] = {
		{ "test", "a", "", 2, 60 },
		{ "test", "b", "", 2, 60 },
		{ "testa", "", "", 2, 60 },
		{ "", "testa", "", 2, 60 },
	};

	(void)state;
	EACH_ROW(i, buckets)
		assert_int_equal(take(table, &buckets[i], 9, 1000), 2);
	bucket_table_free(table);
}

/* Far more than there are places: the table neither fills nor forgets one that
   is empty among many that are nearly full. */
static void outlives_a_flood_of_subjects(void **state)
{
	struct bucket_table *table = bucket_table_new();
	struct bucket empty = bucket_of("somebody", 100);

	(void)state;
	assert_int_equal(take(table, &empty, 200, 1000), 100);
	for (int i = 0; i < 300000; i++) {
		char name[16];
		struct bucket other = bucket_of(name, 100);

		snprintf(name, sizeof(name), "%d", i);
		assert_int_equal(take(table, &other, 1, 1000), 1);
	}
	assert_int_equal(take(table, &empty, 9, 1000), 0);
	bucket_table_free(table);
}

enum { PROCESSES = 8, TRIES = 20000, LIMIT = 50000 };

static void counts_exactly_for_many_processes(void **state)
{
	struct bucket_table *table = bucket_table_new();
	struct bucket bucket = bucket_of("shared", LIMIT);
	int pipes[2], taken, sum = 0;

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	for (int i = 0; i < PROCESSES; i++)
		if (!fork()) {
			taken = take(table, &bucket, TRIES, 1000);
			_exit(write(pipes[1], &taken, sizeof(taken)) !=
			      sizeof(taken));
		}
	for (int i = 0; i < PROCESSES; i++) {
		assert_int_equal(read(pipes[0], &taken, sizeof(taken)),
				 sizeof(taken));
		sum += taken;
		wait(NULL);
	}
	close(pipes[0]);
	close(pipes[1]);
	assert_int_equal(sum, LIMIT);
	bucket_table_free(table);
}

/* Each is killed at some moment of taking; what it held is free at once. */
static void outlives_processes_that_are_killed(void **state)
{
	struct bucket_table *table = bucket_table_new();
	struct bucket bucket = bucket_of("shared", 1000000000);
	struct bucket_state now;

	(void)state;
	for (int i = 0; i < 200; i++) {
		pid_t pid = fork();

		if (!pid) {
			raise(SIGSTOP);
			while (bucket_take(&now, table, &bucket, 1000))
				;
			_exit(1);
		}
		assert_int_equal(waitpid(pid, NULL, WUNTRACED), pid);
		kill(pid, SIGCONT);
		usleep((useconds_t)(i * 7)); /* the moment is what is tested */
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		assert_true(bucket_take(&now, table, &bucket, 1000));
	}
	bucket_table_free(table);
}

static void is_not_in_what_a_child_forks(void **state)
{
	struct bucket_table *table = bucket_table_new();
	struct bucket bucket = bucket_of("a", 9);
	int status;
	pid_t pid;

	(void)state;
	bucket_table_hide(table);
	pid = fork();
	if (!pid) {
		signal(SIGSEGV, SIG_DFL);
		_exit(take(table, &bucket, 1, 1000));
	}
	waitpid(pid, &status, 0);
	assert_true(WIFSIGNALED(status));
	bucket_table_free(table);
}

static void fails_with_the_time_to_wait(void **state)
{
	struct work work = { .pool = pool_new() };
	struct bucket bucket = bucket_of("a", 1);
	struct bucket_state now = { 0 };

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_true(bucket_pass(&now, &work, &bucket));
	work.buckets = bucket_table_new();
	assert_true(bucket_pass(&now, &work, &bucket));
	assert_false(bucket_pass(&now, &work, &bucket));
	assert_int_equal(work.err, ERR_RATE_LIMITED);
	assert_in_range(work.retry_after, 59, 60);
	bucket_table_free(work.buckets);
	pool_free(work.pool);
}

static void counts_networks_as_one(void **state)
{
	static const struct {
		const char *address, *network;
	} cases[] = {
		{ "192.0.2.7", "192.0.2.7" },
		{ "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::" },
		{ "2001:db8:1:2::", "2001:db8:1:2::" },
		{ "2001:db8:1:3::1", "2001:db8:1:3::" },
		{ "::ffff:192.0.2.7", "192.0.2.7" },
		{ "::1", "::" },
		{ "", "" },
		{ "unix:", "unix:" },
	};
	struct pool *pool = pool_new();

	(void)state;
	EACH_ROW(i, cases)
		assert_string_equal(bucket_network(pool, cases[i].address),
				    cases[i].network);
	pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lets_the_limit_pass_and_fills_evenly),
		cmocka_unit_test(tells_how_full_it_is),
		cmocka_unit_test(takes_back_what_was_taken),
		cmocka_unit_test(keeps_subjects_and_kinds_apart),
		cmocka_unit_test(outlives_a_flood_of_subjects),
		cmocka_unit_test(counts_exactly_for_many_processes),
		cmocka_unit_test(outlives_processes_that_are_killed),
		cmocka_unit_test(is_not_in_what_a_child_forks),
		cmocka_unit_test(fails_with_the_time_to_wait),
		cmocka_unit_test(counts_networks_as_one),
	};

	return RUN_TESTS(tests);
}
