/* metric.c: tests counters that many processes share. */
#include "config.h"

#include "lib/process/metric.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "tests/unit/test.h"

static const char *printed(struct pool *pool)
{
	struct buf *out = buf_new(pool, 1 << 20);

	assert_true(metric_print(out));
	return out->data;
}

/* The number behind a name and its labels; -1: it is not there. */
static int64_t value_of(const char *series)
{
	struct pool *pool = pool_new();
	const char *text = printed(pool);
	const char *line = strstr(text, pool_printf(pool, "\n%s ", series));
	int64_t value =
		line ? strtoll(line + strlen(series) + 2, NULL, 10) : -1;

	pool_free(pool);
	return value;
}

/* Runs first. */
static void does_nothing_before_init(void **state)
{
	struct pool *pool = pool_new();

	(void)state;
	metric_add(METRIC_DB_RETRIES, NULL, 1);
	metric_add(METRIC_JOBS, "render|done", 1);
	metric_observe_us(METRIC_REQUEST_SECONDS, 1);
	assert_int_equal(metric_sum(METRIC_DB_RETRIES, ""), 0);
	assert_string_equal(printed(pool), "");
	pool_free(pool);
}

static void starts_at_zero(void **state)
{
	(void)state;
	metric_init();
	assert_int_equal(value_of("pixtier_db_retries_total"), 0);
	assert_int_equal(value_of("pixtier_request_seconds_count"), 0);
	assert_int_equal(value_of("pixtier_jobs_total{kind=\"other\","
				  "result=\"other\"}"),
			 -1);
}

static void counts_with_labels(void **state)
{
	(void)state;
	metric_add(METRIC_JOBS, "render|done", 2);
	metric_add(METRIC_JOBS, "render|done", 3);
	metric_add(METRIC_JOBS, "render|failed", 1);
	metric_add(METRIC_REQUESTS, "GET /v1/images/{id}|200", 7);
	metric_add(METRIC_REQUESTS, "a\"b\\c\nd|404", 1);
	metric_add(METRIC_RESPAWNS, "worker", 1);
	metric_add(METRIC_UPLOAD_BYTES, NULL, 1ull << 40);
	metric_init();
	assert_int_equal(value_of("pixtier_jobs_total{kind=\"render\","
				  "result=\"done\"}"),
			 5);
	assert_int_equal(value_of("pixtier_jobs_total{kind=\"render\","
				  "result=\"failed\"}"),
			 1);
	assert_int_equal(value_of("pixtier_requests_total{"
				  "route=\"GET /v1/images/{id}\","
				  "status=\"200\"}"),
			 7);
	assert_int_equal(value_of("pixtier_requests_total{"
				  "route=\"a\\\"b\\\\c\\nd\","
				  "status=\"404\"}"),
			 1);
	assert_int_equal(value_of("pixtier_respawns_total{group=\"worker\"}"),
			 1);
	assert_int_equal(value_of("pixtier_upload_bytes_total"), 1ll << 40);
}

static void fills_buckets(void **state)
{
	static const int64_t times[] = {
		-5,      0,        1000,     1001,     999999,
		1000000, 59999999, 60000000, 60000001, INT64_C(7200000000)
	};
	static const struct {
		const char *series;
		int64_t value;
	} cases[] = {
		{ "pixtier_paint_seconds_bucket{le=\"0.001\"}", 3 },
		{ "pixtier_paint_seconds_bucket{le=\"0.0025\"}", 4 },
		{ "pixtier_paint_seconds_bucket{le=\"0.5\"}", 4 },
		{ "pixtier_paint_seconds_bucket{le=\"1\"}", 6 },
		{ "pixtier_paint_seconds_bucket{le=\"30\"}", 6 },
		{ "pixtier_paint_seconds_bucket{le=\"60\"}", 8 },
		{ "pixtier_paint_seconds_bucket{le=\"+Inf\"}", 10 },
		{ "pixtier_paint_seconds_count", 10 },
		{ "pixtier_paint_seconds_sum", 7382 },
		{ "pixtier_request_seconds_count", 0 },
	};
	struct pool *pool = pool_new();

	(void)state;
	EACH_ROW(i, times)
		metric_observe_us(METRIC_RENDER_SECONDS, times[i]);
	EACH_ROW(i, cases)
		assert_int_equal(value_of(cases[i].series), cases[i].value);
	assert_non_null(strstr(printed(pool),
			       "pixtier_paint_seconds_sum 7382.002000\n"));
	pool_free(pool);
}

static void sums_counters(void **state)
{
	static const struct {
		enum metric metric;
		const char *last;
		uint64_t sum;
	} cases[] = {
		{ METRIC_REQUESTS, "", 8 },
		{ METRIC_REQUESTS, "2", 7 },
		{ METRIC_REQUESTS, "4", 1 },
		{ METRIC_REQUESTS, "5", 0 },
		{ METRIC_JOBS, "failed", 1 },
		{ METRIC_RESPAWNS, "worker", 1 },
		{ METRIC_UPLOAD_BYTES, "", UINT64_C(1) << 40 },
		{ METRIC_UPLOADS, "", 0 },
	};

	(void)state;
	EACH_ROW(i, cases)
		assert_int_equal(metric_sum(cases[i].metric, cases[i].last),
				 cases[i].sum);
}

static void reads_buckets(void **state)
{
	int64_t counts[METRIC_BUCKETS];

	(void)state;
	metric_read(counts, METRIC_RENDER_SECONDS);
	assert_int_equal(counts[0], 3);
	assert_int_equal(counts[1], 1);
	assert_int_equal(counts[METRIC_BUCKETS - 1], 2);
}

/* The bounds are 1, 2.5, 5, ... ms. */
static void interpolates_quantiles(void **state)
{
	static const struct {
		int64_t counts[METRIC_BUCKETS];
		int64_t per_cent, us;
	} cases[] = {
		{ { 0 }, 50, -1 },
		{ { 1 }, 50, 500 },
		{ { 100 }, 99, 990 },
		{ { 100 }, 100, 1000 },
		{ { 0, 10 }, 50, 1750 },
		{ { 10, 10 }, 50, 1000 },
		{ { 10, 0, 10 }, 75, 3750 },
		{ { 99, 1 }, 99, 1000 },
		{ { 98, 2 }, 99, 1750 },
		{ { 1, [METRIC_BUCKETS - 1] = 1 }, 99, 60000000 },
	};

	(void)state;
	EACH_ROW(i, cases)
		assert_int_equal(
			metric_quantile_us(cases[i].counts, cases[i].per_cent),
			cases[i].us);
}

enum { CHILDREN = 8, TURNS = 20000 };

/* All race for the same new labels. */
static void add_much(int child)
{
	char label[40];

	for (int i = 0; i < TURNS; i++) {
		snprintf(label, sizeof(label), "race%d|done", i % 50);
		metric_add(METRIC_JOBS, label, 1);
		metric_add(METRIC_DB_RECONNECTS, NULL, 2);
		metric_observe_us(METRIC_REQUEST_SECONDS, child * 100);
	}
}

static void sums_exactly_over_processes(void **state)
{
	pid_t pids[CHILDREN];
	int status;

	(void)state;
	for (int child = 0; child < CHILDREN; child++) {
		pids[child] = fork();
		if (!pids[child]) {
			add_much(child);
			_exit(0);
		}
	}
	for (int child = 0; child < CHILDREN; child++) {
		assert_int_equal(waitpid(pids[child], &status, 0), pids[child]);
		assert_int_equal(status, 0);
	}
	for (int i = 0; i < 50; i++) {
		char series[80];

		snprintf(series, sizeof(series),
			 "pixtier_jobs_total{kind=\"race%d\",result=\"done\"}",
			 i);
		assert_int_equal(value_of(series), CHILDREN * TURNS / 50);
	}
	assert_int_equal(value_of("pixtier_db_reconnects_total"),
			 2 * CHILDREN * TURNS);
	assert_int_equal(value_of("pixtier_request_seconds_count"),
			 CHILDREN * TURNS);
	assert_int_equal(value_of("pixtier_request_seconds_sum"),
			 28 * TURNS / 10000);
}

static NORETURN void add_forever(int i)
{
	char label[40];

	for (int n = 0;; n++) {
		snprintf(label, sizeof(label), "dead%d|x", i + n % 2);
		metric_add(METRIC_JOBS, label, 1);
	}
}

/* Wherever a process dies, the others count on. */
static void outlives_killed_processes(void **state)
{
	(void)state;
	for (int i = 0; i < 60; i++) {
		pid_t pid = fork();

		if (!pid) {
			raise(SIGSTOP);
			add_forever(i);
		}
		assert_int_equal(waitpid(pid, NULL, WUNTRACED), pid);
		kill(pid, SIGCONT);
		usleep((useconds_t)(i * 37)); /* the moment is what is tested */
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
	}
	for (int i = 0; i < 60; i++) {
		char label[40], series[80];
		int64_t before;

		snprintf(label, sizeof(label), "dead%d|x", i);
		snprintf(series, sizeof(series),
			 "pixtier_jobs_total{kind=\"dead%d\",result=\"x\"}", i);
		metric_add(METRIC_JOBS, label, 1);
		before = value_of(series);
		assert_true(before > 0);
		metric_add(METRIC_JOBS, label, 1);
		assert_int_equal(value_of(series), before + 1);
	}
}

static size_t count_lines(const char *text, const char *start)
{
	size_t count = 0;

	for (; text && *text; text = strchr(text, '\n')) {
		text += *text == '\n';
		count += text_starts(text, start);
	}
	return count;
}

static const char *other_process_sets(const char *label, uint64_t value)
{
	pid_t child = fork();

	if (!child) {
		metric_set(METRIC_QUEUED, label, value);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	return label;
}

/* The last value holds, in all processes, until it is forgotten. */
static void sets_and_forgets(void **state)
{
	struct pool *pool = pool_new();
	const char *name = "pixtier_jobs_queued{priority=\"high\"} ";

	(void)state;
	assert_null(strstr(printed(pool), name));
	metric_set(METRIC_QUEUED, "high", 5);
	metric_set(METRIC_QUEUED, other_process_sets("high", 3), 4);
	metric_set(METRIC_QUEUED, "low", 0);
	metric_set(METRIC_DB_UP, NULL, 1);
	assert_non_null(strstr(printed(pool), "{priority=\"high\"} 4\n"));
	assert_non_null(strstr(printed(pool), "{priority=\"low\"} 0\n"));
	assert_non_null(strstr(printed(pool), "\npixtier_database_up 1\n"));
	metric_forget(METRIC_QUEUED);
	assert_null(strstr(printed(pool), "\npixtier_jobs_queued{"));
	other_process_sets("high", 7);
	assert_non_null(strstr(printed(pool), "{priority=\"high\"} 7\n"));
	pool_free(pool);
}

static void is_due_once(void **state)
{
	(void)state;
	assert_true(metric_is_due(60000));
	assert_false(metric_is_due(60000));
	assert_false(metric_is_due(0));
}

/* Prometheus' text format: one TYPE a metric, before its samples, and no
   series twice. */
static void follows_the_format(void **state)
{
	struct pool *pool = pool_new();
	const char *text = printed(pool);
	char name[200] = "", kind[20];

	(void)state;
	assert_int_equal(text[strlen(text) - 1], '\n');
	assert_int_equal(count_lines(text, "# TYPE "), METRIC__COUNT);
	assert_int_equal(count_lines(text, "# HELP "), METRIC__COUNT);
	for (char *line = strtok(pool_strdup(pool, text), "\n"); line;
	     line = strtok(NULL, "\n")) {
		char *end = strrchr(line, ' ');

		if (text_starts(line, "# HELP "))
			continue;
		if (sscanf(line, "# TYPE %199s %19s", name, kind) == 2) {
			assert_true(!strcmp(kind, "counter") ||
				    !strcmp(kind, "gauge") ||
				    !strcmp(kind, "histogram"));
			assert_true(text_starts(name, "pixtier_"));
			continue;
		}
		assert_true(text_starts(line, name));
		assert_int_equal(strspn(end + 1, "0123456789."),
				 strlen(end + 1));
		end[1] = '\0';
		assert_int_equal(count_lines(text, line), 1);
	}
	pool_free(pool);
}

static void needs_room(void **state)
{
	struct pool *pool = pool_new();
	size_t len = strlen(printed(pool));

	(void)state;
	for (size_t limit = 0; limit < len; limit += 1 + len / 50)
		assert_false(metric_print(buf_new(pool, limit)));
	assert_false(metric_print(buf_new(pool, len - 1)));
	assert_true(metric_print(buf_new(pool, len)));
	pool_free(pool);
}

/* Runs last: it fills all slots. */
static void overflows_to_other(void **state)
{
	static const char other[] =
		"pixtier_requests_total{route=\"other\",status=\"other\"}";
	char label[METRIC_MAX_LABEL + 2];

	(void)state;
	memset(label, 'x', sizeof(label));
	label[METRIC_MAX_LABEL + 1] = '\0';
	metric_add(METRIC_REQUESTS, label, 1);
	assert_int_equal(value_of(other), 1);
	label[METRIC_MAX_LABEL] = '\0';
	metric_add(METRIC_REQUESTS, label, 1);
	assert_int_equal(value_of(other), 1);

	for (int i = 0; i < 2 * METRIC_MAX_LABELS; i++) {
		snprintf(label, sizeof(label), "route%d|200", i);
		metric_add(METRIC_REQUESTS, label, 1);
	}
	assert_in_range(value_of(other), METRIC_MAX_LABELS,
			2 * METRIC_MAX_LABELS);
	metric_add(METRIC_JOBS, "render|done", 1);
	assert_int_equal(value_of("pixtier_jobs_total{kind=\"render\","
				  "result=\"done\"}"),
			 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(does_nothing_before_init),
		cmocka_unit_test(starts_at_zero),
		cmocka_unit_test(counts_with_labels),
		cmocka_unit_test(fills_buckets),
		cmocka_unit_test(sums_counters),
		cmocka_unit_test(reads_buckets),
		cmocka_unit_test(interpolates_quantiles),
		cmocka_unit_test(sums_exactly_over_processes),
		cmocka_unit_test(outlives_killed_processes),
		cmocka_unit_test(sets_and_forgets),
		cmocka_unit_test(is_due_once),
		cmocka_unit_test(follows_the_format),
		cmocka_unit_test(needs_room),
		cmocka_unit_test(overflows_to_other),
	};

	return RUN_TESTS(tests);
}
