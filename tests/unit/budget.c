/* budget.c: tests against a real server what users may have pending, and what
   clients without an account may have by default. */
#include "config.h"

#include "lib/service/budget.h"

#include <dirent.h>
#include <unistd.h>

#include "lib/base/pool.h"
#include "lib/db/db.h"
#include "lib/db/migrate.h"
#include "lib/model/job.h"
#include "lib/model/user.h"
#include "lib/process/bucket.h"
#include "tests/lib/db_client.h"
#include "tests/lib/mariadb.h"
#include "tests/unit/test.h"

static const struct uuid other = { { 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
				     2, 2 } };

static void add_other(struct db_client *client)
{
	db_client_script(client,
			 "INSERT INTO users (id, username, password, tier_id,"
			 " created_at) SELECT UNHEX(REPEAT('02', 16)), 'other',"
			 " '!', tier_id, created_at FROM users LIMIT 1");
}

static void add_job(struct db_client *client, struct uuid user_id,
		    const char *state, int64_t cost_ms)
{
	const struct job job = {
		.id = uuid_new(),
		.kind = JOB_RENDER,
		.user_id = user_id,
		.address = budget_address(&client->work, user_id),
		.priority = 1,
		.cost_ms = cost_ms,
		.max_attempts = 3,
		.created_at = 1000000,
	};
	struct job found;

	db_client_must(client, job_add(&client->work, &job));
	db_client_must(client,
		       db_do(&client->work, NULL,
			     "UPDATE `jobs` SET `state` = ? WHERE `id` = ?",
			     DB_IN(db_text(state), db_uuid(job.id))));
	db_client_must(client, job_find(&found, &client->work, job.id));
	assert_int_equal(found.cost_ms, cost_ms);
}

/* Returns Retry-After, or 0 if the job may wait. */
static int64_t check(struct db_client *client, struct uuid user_id,
		     int64_t cost_ms)
{
	struct tier tier;

	tier_init(&tier, "Gold");
	tier.max_pending_seconds = 10;
	if (budget_check(&client->work, user_id, &tier, cost_ms))
		return 0;
	assert_int_equal(client->work.err, ERR_RATE_LIMITED);
	return client->work.retry_after;
}

static void jobs_are_limited_by_their_cost(void **state)
{
	static const struct {
		const char *state; /* of a job that is added first; or NULL */
		int64_t added_ms, cost_ms;
		int64_t retry_after;
	} cases[] = {
		{ NULL, 0, 1, 0 },
		{ NULL, 0, 99999, 0 }, /* alone a job of any cost may wait */
		{ "done", 99999, 1, 0 },
		{ "failed", 99999, 1, 0 },
		{ "cancelled", 99999, 1, 0 },
		{ "queued", 4000, 6000, 0 },
		{ "running", 5000, 1000, 0 },
		{ NULL, 0, 1001, 1 },
		{ NULL, 0, 3500, 3 },
		{ NULL, 0, 99999, 60 },
		{ "queued", 1000, 0, 0 },
		{ NULL, 0, 1, 1 },
	};
	struct db_client *client = *state;

	add_other(client);
	EACH_ROW(i, cases) {
		if (cases[i].state)
			add_job(client, other, cases[i].state,
				cases[i].added_ms);
		assert_int_equal(check(client, other, cases[i].cost_ms),
				 cases[i].retry_after);
	}
	assert_int_equal(check(client, user_anonymous, 99999), 0);
}

/* One that nobody limits is not asked of the database. */
static void a_tier_without_a_limit_has_none(void **state)
{
	struct db_client *client = *state;
	struct tier tier;

	add_other(client);
	add_job(client, other, "queued", INT32_MAX);
	tier_init(&tier, "Gold");
	db_client_rows_read(client);
	db_client_must(client,
		       budget_check(&client->work, other, &tier, INT32_MAX));
	assert_int_equal(db_client_rows_read(client), 0);
}

static void each_address_without_an_account_has_a_budget(void **state)
{
	static const struct {
		const char *address;
		int64_t retry_after;
	} cases[] = {
		{ "192.0.2.1", 1 },
		{ "::ffff:192.0.2.1", 1 },
		{ "192.0.2.2", 0 },
		{ "2001:db8::1", 1 },
		{ "2001:db8::ffff:2", 1 },
		{ "2001:db8:0:1::1", 0 },
		{ NULL, 0 },
	};
	struct db_client *client = *state;

	add_other(client);
	client->work.address = "192.0.2.1";
	add_job(client, other, "queued", 10000);
	assert_int_equal(check(client, user_anonymous, 10000), 0);
	add_job(client, user_anonymous, "queued", 10000);
	client->work.address = "2001:db8::1";
	add_job(client, user_anonymous, "running", 10000);
	assert_int_equal(check(client, other, 1), 1);
	EACH_ROW(i, cases) {
		client->work.address = cases[i].address;
		assert_int_equal(check(client, user_anonymous, 1),
				 cases[i].retry_after);
	}
	client->work.address = NULL;
}

static void all_addresses_without_an_account_have_a_budget(void **state)
{
	static const struct {
		int64_t limit_s, cost_ms, retry_after;
	} cases[] = {
		{ 12, 3000, 0 }, { 12, 3001, 1 }, { 12, 9000, 6 },
		{ 9, 1, 1 },     { 0, 9000, 0 },
	};
	struct db_client *client = *state;

	add_other(client);
	client->conf.anonymous_pending_seconds = 1;
	client->work.address = "192.0.2.1";
	assert_int_equal(check(client, user_anonymous, 5000), 0);
	for (int i = 1; i <= 3; i++) {
		client->work.address =
			pool_printf(client->work.pool, "192.0.2.%d", i);
		add_job(client, user_anonymous, i % 2 ? "queued" : "running",
			3000);
	}
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		client->conf.anonymous_pending_seconds = cases[i].limit_s;
		client->work.address = "192.0.2.4";
		assert_int_equal(
			check(client, user_anonymous, cases[i].cost_ms),
			cases[i].retry_after);
		client->work.address = NULL;
		assert_int_equal(
			check(client, user_anonymous, cases[i].cost_ms),
			cases[i].retry_after);
		assert_int_equal(check(client, other, 9000), 0);
	}
}

/* The sum reads the jobs that it sums up, of all the user's and others'. */
static void the_sum_reads_few_rows(void **state)
{
	struct db_client *client = *state;
	int64_t sum = 0;

	db_client_script(client,
			 "INSERT INTO jobs (id, kind, user_id, address, state,"
			 " priority, cost_ms, max_attempts, run_after,"
			 " created_at) SELECT UNHEX(CONCAT(LPAD(HEX(seq), 12,"
			 " '0'), '70008000000000000000')),"
			 " ELT(seq % 3 + 1, 'render', 'resize', 'webhook'),"
			 " X'01900000000070008000000000000010',"
			 " CONCAT('192.0.2.', seq % 200), IF(seq % 7 = 0,"
			 " 'queued', 'done'), 2, 10, 3, UTC_TIMESTAMP(6),"
			 " UTC_TIMESTAMP(6) FROM seq_1_to_20000");
	db_client_rows_read(client);
	db_client_must(client, job_sum_pending(&sum, &client->work,
					       user_anonymous, "192.0.2.1"));
	assert_in_range(db_client_rows_read(client), 5, 30);
	assert_int_equal(
		sum, 10 * db_client_number(client, "SELECT COUNT(*) FROM jobs"
						   " WHERE state = 'queued' AND"
						   " address = '192.0.2.1' AND"
						   " kind <> 'webhook'"));
}

static bool count_upload(struct db_client *client, struct uuid user_id,
			 const char *address, int64_t uploads_per_day)
{
	struct tier tier;

	tier_init(&tier, "Gold");
	tier.uploads_per_day = uploads_per_day;
	client->work.address = address;
	return budget_count_upload(&client->work, user_id, &tier);
}

static void each_address_without_an_account_has_uploads(void **state)
{
	struct db_client *client = *state;

	client->work.buckets = bucket_table_new();
	for (int i = 0; i < 3; i++)
		assert_true(
			count_upload(client, user_anonymous, "192.0.2.1", 3));
	assert_false(count_upload(client, user_anonymous, "192.0.2.1", 3));
	assert_int_equal(client->work.err, ERR_RATE_LIMITED);
	assert_in_range(client->work.retry_after, 28700, 28800);
	assert_true(count_upload(client, user_anonymous, "192.0.2.2", 3));
	assert_false(count_upload(client, user_anonymous, "192.0.2.3", 0));
	assert_true(count_upload(client, user_anonymous, "192.0.2.1",
				 TIER_NO_LIMIT));
	for (int i = 0; i < 9; i++)
		assert_true(count_upload(client, other, "192.0.2.1", 3));
	client->work.address = NULL;
	bucket_table_free(client->work.buckets);
	client->work.buckets = NULL;
}

/* Puts links to the schema's files before this one into a folder. */
static const char costs[] = "0013-costs.sql";

static void link_schema(const char *dir, const char *schema)
{
	DIR *files = opendir(schema);
	struct dirent *file;
	char from[512], to[512];

	assert_non_null(files);
	while ((file = readdir(files)))
		if (*file->d_name == '0' && strcmp(file->d_name, costs) < 0) {
			snprintf(from, sizeof(from), "%s/%s", schema,
				 file->d_name);
			snprintf(to, sizeof(to), "%s/%s", dir, file->d_name);
			assert_int_equal(symlink(from, to), 0);
		}
	closedir(files);
}

static void unlink_schema(const char *dir)
{
	DIR *files = opendir(dir);
	struct dirent *file;
	char path[512];

	assert_non_null(files);
	while ((file = readdir(files)))
		if (*file->d_name == '0') {
			snprintf(path, sizeof(path), "%s/%s", dir,
				 file->d_name);
			assert_int_equal(unlink(path), 0);
		}
	closedir(files);
	assert_int_equal(rmdir(dir), 0);
}

/* As a service that is older, is changed by a statement, and is upgraded. */
static void upgrade(struct db_client *client, const char *change)
{
	const char *srcdir = getenv("srcdir");
	char dir[] = "/tmp/pixtier-schema.XXXXXX", schema[512];

	assert_non_null(realpath(srcdir ? srcdir : ".", schema));
	strcat(schema, "/schema");
	assert_non_null(mkdtemp(dir));
	mariadb_empty();
	link_schema(dir, schema);
	client->conf.schema_dir = dir;
	db_client_must(client, migrate_apply(&client->work, 0, NULL));
	if (change)
		db_client_script(client, change);
	client->conf.schema_dir = schema;
	db_client_must(client, migrate_apply(&client->work, 0, NULL));
	client->conf.schema_dir = "";
	unlink_schema(dir);
}

static void only_an_untouched_tier_gets_limits(void **state)
{
	static const struct {
		const char *change;
		bool gets;
	} cases[] = {
		{ NULL, true },
		{ "UPDATE tiers SET max_side = 9998 WHERE name = 'Anonymous'",
		  false },
		{ "UPDATE tiers SET quota_bytes = 1 WHERE name = 'Anonymous'",
		  false },
		{ "DELETE FROM tier_sizes WHERE variant = '100x100-cover'",
		  false },
		{ "UPDATE tiers SET max_side = 9998 WHERE name = 'Basic'",
		  true },
	};
	struct db_client *client = *state;

	EACH_ROW(i, cases) {
		struct tier tier;

		upgrade(client, cases[i].change);
		db_client_must(client,
			       tier_by_name(&tier, &client->work, "Anonymous"));
		assert_int_equal(tier.max_pending_seconds,
				 cases[i].gets ? 30 : TIER_NO_LIMIT);
		assert_int_equal(tier.max_enlarged_pixels,
				 cases[i].gets ? 4000000 : TIER_NO_LIMIT);
		assert_int_equal(tier.uploads_per_day,
				 cases[i].gets ? 1000 : TIER_NO_LIMIT);
		assert_int_equal(tier.priority, cases[i].gets ? 2 : 1);
		db_client_must(client,
			       tier_by_name(&tier, &client->work, "Basic"));
		assert_int_equal(tier.max_pending_seconds, TIER_NO_LIMIT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DB_CLIENT_SCHEMA_TEST(jobs_are_limited_by_their_cost),
		DB_CLIENT_SCHEMA_TEST(a_tier_without_a_limit_has_none),
		DB_CLIENT_SCHEMA_TEST(
			each_address_without_an_account_has_a_budget),
		DB_CLIENT_SCHEMA_TEST(
			all_addresses_without_an_account_have_a_budget),
		DB_CLIENT_SCHEMA_TEST(the_sum_reads_few_rows),
		DB_CLIENT_SCHEMA_TEST(
			each_address_without_an_account_has_uploads),
		DB_CLIENT_TEST(only_an_untouched_tier_gets_limits),
	};

	if (!mariadb_begin())
		return 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
