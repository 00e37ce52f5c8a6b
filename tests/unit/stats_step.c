/* stats_step.c: tests how parts of a step are merged, and, against a real
   server, the rows. */
#include "config.h"

#include "lib/model/stats_step.h"

#include "lib/base/pool.h"
#include "tests/lib/db_client.h"
#include "tests/lib/mariadb.h"
#include "tests/unit/test.h"

/* 2026-11-29 12:00 UTC. */
#define NOON INT64_C(1795953600000000)

static void values_are_merged_by_their_rules(void **state)
{
	static const struct {
		enum stats_value value;
		int64_t first, later, merged;
	} cases[] = {
		{ STATS_REQUESTS, 3, 4, 7 },
		{ STATS_REQUESTS, STATS_UNKNOWN, 4, 4 },
		{ STATS_REQUESTS, 3, STATS_UNKNOWN, 3 },
		{ STATS_REQUESTS, STATS_UNKNOWN, STATS_UNKNOWN, STATS_UNKNOWN },
		{ STATS_DECODER_DEATHS, 1, 0, 1 },
		{ STATS_QUEUED_LOW, 3, 4, 4 },
		{ STATS_QUEUED_LOW, 5, 4, 5 },
		{ STATS_OLDEST_SECONDS, 0, 9, 9 },
		{ STATS_WORKERS, 2, 0, 0 },
		{ STATS_WORKERS, STATS_UNKNOWN, 3, 3 },
		{ STATS_IMAGES, 20, 10, 10 },
		{ STATS_IMAGES, 20, STATS_UNKNOWN, 20 },
	};

	(void)state;
	EACH_ROW(i, cases) {
		struct stats_step step = stats_step_empty(NOON);
		struct stats_step later = stats_step_empty(NOON);

		step.values[cases[i].value] = cases[i].first;
		later.values[cases[i].value] = cases[i].later;
		stats_step_merge(&step, &later);
		assert_int_equal(step.values[cases[i].value], cases[i].merged);
	}
}

static void histograms_are_summed(void **state)
{
	struct stats_step step = stats_step_empty(NOON);
	struct stats_step later = { .request_times = { 1, 2, [15] = 3 },
				    .decoder_times = { [7] = 4 } };

	(void)state;
	stats_step_merge(&step, &later);
	stats_step_merge(&step, &later);
	assert_int_equal(step.request_times[0], 2);
	assert_int_equal(step.request_times[15], 6);
	assert_int_equal(step.decoder_times[7], 8);
	assert_int_equal(step.decoder_times[0], 0);
}

/* The first reading after a start is compared with zeros. */
static void counts_since_a_reading(void **state)
{
	const struct stats_step start = { 0 };
	struct stats_step now = stats_step_empty(NOON), step;
	struct stats_step later;

	(void)state;
	now.values[STATS_REQUESTS] = 5;
	now.values[STATS_WORKERS] = 2;
	now.request_times[3] = 5;
	step = stats_step_since(&now, &start);
	assert_int_equal(step.values[STATS_REQUESTS], 5);
	assert_int_equal(step.values[STATS_ERRORS], STATS_UNKNOWN);
	assert_int_equal(step.values[STATS_WORKERS], STATS_UNKNOWN);
	assert_int_equal(step.request_times[3], 5);
	later = now;
	later.values[STATS_REQUESTS] = 7;
	later.request_times[3] = 6;
	step = stats_step_since(&later, &now);
	assert_int_equal(step.at, NOON);
	assert_int_equal(step.values[STATS_REQUESTS], 2);
	assert_int_equal(step.request_times[3], 1);
}

static void histograms_are_texts(void **state)
{
	static const struct {
		int64_t times[STATS_BUCKETS];
		const char *text;
	} cases[] = {
		{ { 0 }, "" },
		{ { 1 }, "1" },
		{ { 0, 0, 3 }, "0 0 3" },
		{ { 5, [15] = 9 }, "5 0 0 0 0 0 0 0 0 0 0 0 0 0 0 9" },
	};

	(void)state;
	EACH_ROW(i, cases) {
		struct pool *pool = pool_new();
		int64_t times[STATS_BUCKETS] = { [4] = 1 };

		assert_string_equal(stats_step_times_text(pool, cases[i].times),
				    cases[i].text);
		stats_step_times_read(times, cases[i].text);
		assert_memory_equal(times, cases[i].times, sizeof(times));
		pool_free(pool);
	}
}

/* The longest text fits into its column. */
static void hosts_share_a_row(void **state)
{
	struct db_client *client = *state;
	struct work *work = &client->work;
	struct stats_step first = stats_step_empty(NOON);
	struct stats_step second = stats_step_empty(NOON);
	struct stats_step *steps;
	size_t count;

	first.values[STATS_REQUESTS] = 3;
	second.values[STATS_REQUESTS] = 4;
	second.values[STATS_IMAGES] = 0;
	for (size_t i = 0; i < STATS_BUCKETS; i++)
		second.decoder_times[i] = INT64_MAX;
	db_client_must(client, stats_step_add(work, STATS_MINUTE, &first));
	db_client_must(client, stats_step_add(work, STATS_MINUTE, &second));
	db_client_must(client, stats_step_put(work, STATS_MINUTE, &first));
	db_client_must(client, stats_step_list(&steps, &count, work,
					       STATS_MINUTE, NOON, NOON + 1));
	assert_int_equal(count, 1);
	assert_int_equal(steps->at, NOON);
	assert_int_equal(steps->values[STATS_REQUESTS], 7);
	assert_int_equal(steps->values[STATS_IMAGES], 0);
	assert_int_equal(steps->values[STATS_WORKERS], STATS_UNKNOWN);
	assert_memory_equal(steps->decoder_times, second.decoder_times,
			    sizeof(second.decoder_times));
}

static void old_rows_are_deleted_in_slices(void **state)
{
	struct db_client *client = *state;
	struct work *work = &client->work;
	uint64_t removed;

	for (int i = 0; i < 5; i++) {
		const struct stats_step step = stats_step_empty(
			NOON + i * INT64_C(1000000) * STATS_MINUTE);

		db_client_must(client,
			       stats_step_put(work, STATS_MINUTE, &step));
		db_client_must(client, stats_step_put(work, STATS_HOUR, &step));
	}
	db_client_must(client, stats_step_sweep(&removed, work, STATS_MINUTE,
						NOON + 200000000, 3));
	assert_int_equal(removed, 3);
	db_client_must(client, stats_step_sweep(&removed, work, STATS_MINUTE,
						NOON + 200000000, 3));
	assert_int_equal(removed, 1);
	assert_int_equal(db_client_number(client, "SELECT COUNT(*) FROM"
						  " stats_steps"),
			 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_merged_by_their_rules),
		cmocka_unit_test(histograms_are_summed),
		cmocka_unit_test(counts_since_a_reading),
		cmocka_unit_test(histograms_are_texts),
		DB_CLIENT_SCHEMA_TEST(hosts_share_a_row),
		DB_CLIENT_SCHEMA_TEST(old_rows_are_deleted_in_slices),
	};

	if (!mariadb_begin())
		return 0;
	return RUN_TESTS(tests);
}
