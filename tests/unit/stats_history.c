/* stats_history.c: tests against a real server how minutes become hours, and
   what a range has of them. */
#include "config.h"

#include "lib/service/stats_history.h"

#include <string.h>

#include "lib/db/db.h"
#include "lib/model/stats_step.h"
#include "tests/lib/db_client.h"
#include "tests/lib/mariadb.h"
#include "tests/unit/test.h"

/* From 0 to `hours` hours before the present hour: in each minute one request
   and 1000 bytes of a tier for each hour. */
static void add_minutes(struct db_client *client, int hours)
{
	char sql[400];

	snprintf(sql, sizeof(sql),
		 "INSERT INTO stats_steps (step_seconds, at, requests, workers,"
		 " request_times, decoder_times) SELECT 60,"
		 " DATE_FORMAT(UTC_TIMESTAMP, '%%Y-%%m-%%d %%H:00:00')"
		 " - INTERVAL seq MINUTE, 1, 2, '0 1', '' FROM seq_1_to_%d",
		 60 * hours);
	db_client_script(client, sql);
	db_client_script(client,
			 "INSERT INTO stats_tiers SELECT 60, at, 'Basic',"
			 " 1000 * CEIL(TIMESTAMPDIFF(MINUTE, at,"
			 " DATE_FORMAT(UTC_TIMESTAMP, '%Y-%m-%d %H:00:00'))"
			 " / 60) FROM stats_steps WHERE step_seconds = 60");
}

static void roll_up(struct db_client *client)
{
	bool is_left = true;

	db_client_must(client, stats_history_roll_up(&is_left, &client->work));
	assert_false(is_left);
}

/* Within two minutes after the hour, the last hour is not written yet. */
static int64_t hours_that_ended(struct db_client *client, int hours)
{
	return hours - (db_client_number(client, "SELECT MINUTE(UTC_TIMESTAMP"
						 " - INTERVAL 2 MINUTE)") > 57);
}

static void ended_hours_are_written_once(void **state)
{
	struct db_client *client = *state;
	int64_t ended;

	add_minutes(client, 3);
	ended = hours_that_ended(client, 3);
	roll_up(client);
	roll_up(client);
	assert_in_range(db_client_number(client,
					 "SELECT COUNT(*) FROM stats_steps"
					 " WHERE step_seconds = 3600 AND"
					 " requests = 60 AND workers = 2 AND"
					 " request_times = '0 60'"),
			ended, 3);
	assert_in_range(db_client_number(client,
					 "SELECT COUNT(*) FROM stats_tiers"
					 " WHERE step_seconds = 3600"),
			ended, 3);
	assert_int_equal(db_client_number(client,
					  "SELECT bytes FROM stats_tiers WHERE"
					  " step_seconds = 3600 ORDER BY at"
					  " LIMIT 1"),
			 3000);
}

/* Minutes for more than a day, hours for a month. */
static void old_steps_are_deleted(void **state)
{
	struct db_client *client = *state;

	add_minutes(client, 30);
	db_client_script(client,
			 "INSERT INTO stats_steps (step_seconds, at,"
			 " request_times, decoder_times) SELECT 3600,"
			 " DATE_FORMAT(UTC_TIMESTAMP, '%Y-%m-%d %H:00:00')"
			 " - INTERVAL seq + 30 HOUR, '', '' FROM"
			 " seq_1_to_1000");
	roll_up(client);
	assert_in_range(db_client_number(client,
					 "SELECT COUNT(*) FROM stats_steps"
					 " WHERE step_seconds = 60"),
			25 * 60, 26 * 60);
	assert_in_range(db_client_number(client,
					 "SELECT COUNT(*) FROM stats_steps"
					 " WHERE step_seconds = 3600"),
			31 * 24 - 2, 31 * 24);
	assert_in_range(db_client_number(client,
					 "SELECT COUNT(*) FROM stats_tiers"
					 " WHERE step_seconds = 60"),
			25 * 60, 26 * 60);
}

static const struct stats_series *find(const struct stats_history *history,
				       const char *name)
{
	for (size_t i = 0; i < history->series_count; i++)
		if (!strcmp(history->series[i].name, name))
			return &history->series[i];
	fail_msg("no series %s", name);
	return NULL;
}

static int64_t sum_of(const struct stats_history *history, const char *name)
{
	const struct stats_series *series = find(history, name);
	int64_t sum = 0;

	for (size_t i = 0; i < history->points; i++)
		if (series->values[i] > 0)
			sum += series->values[i];
	return sum;
}

/* Each minute counts once, whether its hour is written or not. */
static void a_range_has_each_minute_once(void **state)
{
	static const struct {
		enum stats_range range;
		int64_t points, least, most;
	} cases[] = {
		{ STATS_RANGE_HOUR, 60, 0, 60 },
		{ STATS_RANGE_DAY, 144, 22 * 60, 24 * 60 },
		{ STATS_RANGE_MONTH, 240, 26 * 60, 26 * 60 },
	};
	struct db_client *client = *state;
	struct stats_history history;

	add_minutes(client, 26);
	for (int turn = 0; turn < 2; turn++) {
		EACH_ROW(i, cases) {
			db_client_must(client, stats_history_read(
						       &history, &client->work,
						       cases[i].range));
			assert_int_equal(history.points, cases[i].points);
			assert_in_range(sum_of(&history, "requests"),
					cases[i].least, cases[i].most);
		}
		assert_string_equal(find(&history, "bytes")->label, "Basic");
		roll_up(client);
	}
}

/* All times are between 1 and 2.5 ms. */
static void what_was_not_measured_is_unknown(void **state)
{
	struct db_client *client = *state;
	struct stats_history history;
	size_t last;

	add_minutes(client, 2);
	db_client_must(client, stats_history_read(&history, &client->work,
						  STATS_RANGE_MONTH));
	last = history.points - 1;
	if (find(&history, "requests")->values[last] < 0)
		last--; /* the step has just begun */
	assert_int_equal(find(&history, "p50_ms")->values[last], 17);
	assert_int_equal(find(&history, "p99_ms")->values[last], 24);
	assert_int_equal(find(&history, "decoder_p50_ms")->values[last],
			 STATS_UNKNOWN);
	assert_int_equal(find(&history, "errors")->values[last], STATS_UNKNOWN);
	assert_int_equal(find(&history, "workers")->values[last], 2);
	assert_int_equal(find(&history, "workers")->values[0], STATS_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DB_CLIENT_SCHEMA_TEST(ended_hours_are_written_once),
		DB_CLIENT_SCHEMA_TEST(old_steps_are_deleted),
		DB_CLIENT_SCHEMA_TEST(a_range_has_each_minute_once),
		DB_CLIENT_SCHEMA_TEST(what_was_not_measured_is_unknown),
	};

	if (!mariadb_begin())
		return 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
