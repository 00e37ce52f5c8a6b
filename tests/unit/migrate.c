/* migrate.c: tests lib/db/migrate.c against a real server. */
#include "config.h"

#include "lib/db/migrate.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/db/db.h"
#include "tests/lib/mariadb.h"
#include "tests/lib/wait.h"
#include "tests/unit/test.h"

enum { WAIT_SECONDS = 20, PROCESSES = 4 };

/* A folder of schema files and a connection. */
struct site {
	struct conf conf;
	struct work work;
	char dir[40];
};

static const char *path_of(struct site *site, const char *name)
{
	return pool_printf(site->work.pool, "%s/%s", site->dir, name);
}

static void put(struct site *site, const char *name, const char *text)
{
	FILE *file = fopen(path_of(site, name), "we");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void drop(struct site *site, const char *name)
{
	assert_int_equal(unlink(path_of(site, name)), 0);
}

static int setup(void **state)
{
	struct site *site = calloc(1, sizeof(*site));

	mariadb_empty();
	strcpy(site->dir, "/tmp/pixtier-schema.XXXXXX");
	assert_non_null(mkdtemp(site->dir));
	mariadb_conf(&site->conf);
	site->conf.schema_dir = site->dir;
	site->work.conf = &site->conf;
	site->work.pool = pool_new();
	site->work.db = db_open(&site->conf);
	site->work.id = "test";
	put(site, "0001-base.sql",
	    "-- a; comment\n"
	    "CREATE TABLE log (id INT AUTO_INCREMENT PRIMARY KEY,\n"
	    "  text VARCHAR(40) NOT NULL);\n"
	    "INSERT INTO log (text) VALUES ('one; it''s');\n"
	    "INSERT INTO log (text) VALUES ('two');\n");
	put(site, "0002-more.sql", "INSERT INTO log (text) VALUES ('three')");
	put(site, "0010-last.sql", "INSERT INTO log (text) VALUES ('four');\n");
	put(site, "README", "no schema file");
	*state = site;
	return 0;
}

static int teardown(void **state)
{
	static const char *const names[] = { "0001-base.sql", "0002-more.sql",
					     "0010-last.sql", "README" };
	struct site *site = *state;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		unlink(path_of(site, names[i]));
	assert_int_equal(rmdir(site->dir), 0);
	db_close(site->work.db);
	pool_free(site->work.pool);
	free(site);
	return 0;
}

static void must(struct site *site, bool done)
{
	if (!done)
		print_error("%s\n", site->work.why);
	assert_true(done);
}

static void must_fail(struct site *site, bool done, enum err err,
		      const char *part)
{
	assert_false(done);
	assert_int_equal(site->work.err, err);
	if (!strstr(site->work.why, part))
		print_error("\"%s\" not in \"%s\"\n", part, site->work.why);
	assert_non_null(strstr(site->work.why, part));
}

static const char *text(struct site *site, const char *sql)
{
	const char *found = NULL;

	must(site,
	     db_one(&site->work, sql, DB_NO_IN, DB_OUT(db_text_to(&found))));
	return found;
}

static const char *logged(struct site *site)
{
	return text(site, "SELECT GROUP_CONCAT(text ORDER BY id) FROM log");
}

static void doing(struct site *site, const char *sql)
{
	must(site, db_do(&site->work, NULL, sql, DB_NO_IN));
}

static char noted[4096];

static void note(const struct migration *applied)
{
	strcat(noted, applied->name);
	strcat(noted, applied->applied_at ? " " : "! ");
}

static bool apply(struct site *site)
{
	*noted = '\0';
	return migrate_apply(&site->work, 0, note);
}

static void test_apply(void **state)
{
	struct site *site = *state;
	struct migrations status;

	must(site, migrate_status(&status, &site->work));
	assert_int_equal(status.count, 3);
	assert_int_equal(status.pending, 3);
	assert_int_equal(status.list[2].version, 10);
	assert_string_equal(status.list[2].name, "0010-last.sql");
	assert_int_equal(status.list[0].applied_at, 0);
	/* Looking writes nothing. */
	assert_string_equal(text(site, "SELECT COUNT(*) FROM"
				       " information_schema.tables"
				       " WHERE table_schema = 'pixtier'"),
			    "0");

	must(site, apply(site));
	assert_string_equal(noted,
			    "0001-base.sql 0002-more.sql 0010-last.sql ");
	assert_string_equal(logged(site), "one; it's,two,three,four");
	must(site, migrate_status(&status, &site->work));
	assert_int_equal(status.pending, 0);
	for (size_t i = 0; i < status.count; i++) {
		assert_in_range(clock_now_us() - status.list[i].applied_at, 0,
				60000000);
		assert_false(status.list[i].changed);
	}
	/* Of the file as sha256sum prints it. */
	assert_string_equal(status.list[1].checksum,
			    text(site, "SELECT SHA2('INSERT INTO log (text)"
				       " VALUES (\\'three\\')', 256)"));

	must(site, apply(site));
	assert_string_equal(noted, "");
	assert_string_equal(logged(site), "one; it's,two,three,four");
}

static void test_later_file(void **state)
{
	struct site *site = *state;

	drop(site, "0010-last.sql");
	must(site, apply(site));
	put(site, "0010-last.sql", "INSERT INTO log (text) VALUES ('late')");
	must(site, apply(site));
	assert_string_equal(noted, "0010-last.sql ");
	assert_string_equal(logged(site), "one; it's,two,three,late");
}

static void test_changed_file(void **state)
{
	struct site *site = *state;
	struct migrations status;

	drop(site, "0010-last.sql");
	must(site, apply(site));
	put(site, "0002-more.sql", "INSERT INTO log (text) VALUES ('other')");
	put(site, "0010-last.sql", "INSERT INTO log (text) VALUES ('late')");
	must(site, migrate_status(&status, &site->work));
	assert_true(status.list[1].changed);
	assert_int_equal(status.pending, 1);
	must_fail(site, apply(site), ERR_CONFLICT,
		  "0002-more.sql has changed since it was applied");
	assert_string_equal(logged(site), "one; it's,two,three");
}

static void test_unknown_version(void **state)
{
	struct site *site = *state;
	struct migrations status;

	must(site, apply(site));
	drop(site, "0010-last.sql");
	must_fail(site, migrate_status(&status, &site->work), ERR_CONFLICT,
		  "0010-last.sql");
	must_fail(site, apply(site), ERR_CONFLICT, "0010-last.sql");
}

/* What was done before the failure is not done again. */
static void test_bad_statement(void **state)
{
	struct site *site = *state;

	put(site, "0002-more.sql",
	    "CREATE TABLE more (id INT PRIMARY KEY);\n"
	    "INSERT INTO log (text) VALUES ('three');\n"
	    "INSERT INTO log (no_such) VALUES ('bad');\n"
	    "INSERT INTO log (text) VALUES ('3 and a half');\n");
	must_fail(site, apply(site), ERR_INTERNAL,
		  "0002-more.sql, statement 3: ");
	assert_string_equal(noted, "0001-base.sql ");
	assert_string_equal(logged(site), "one; it's,two,three");
	must_fail(site, apply(site), ERR_INTERNAL,
		  "0002-more.sql, statement 3: ");

	put(site, "0002-more.sql",
	    "CREATE TABLE more (id INT PRIMARY KEY);\n"
	    "INSERT INTO log (text) VALUES ('three');\n"
	    "INSERT INTO log (text) VALUES ('good');\n");
	must(site, apply(site));
	assert_string_equal(noted, "0002-more.sql 0010-last.sql ");
	assert_string_equal(logged(site), "one; it's,two,three,good,four");
}

static void test_bad_folder(void **state)
{
	static const struct {
		const char *name, *text, *why;
	} cases[] = {
		{ "1-short.sql", "", "NNNN-words.sql" },
		{ "00001-long.sql", "", "NNNN-words.sql" },
		{ "0000-zero.sql", "", "NNNN-words.sql" },
		{ "0001.sql", "", "NNNN-words.sql" },
		{ "0002-again.sql", "", "the same number" },
		{ "0003-open.sql", "SELECT 'open;\n", "does not end" },
	};
	struct site *site = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		put(site, cases[i].name, cases[i].text);
		must_fail(site, apply(site), ERR_INTERNAL, cases[i].why);
		drop(site, cases[i].name);
	}
	site->conf.schema_dir = "/nonexistent";
	must_fail(site, apply(site), ERR_INTERNAL, "/nonexistent");
}

static bool apply_anew(const struct site *site, struct site *copy)
{
	*copy = *site;
	copy->work.pool = pool_new();
	copy->work.conf = &copy->conf;
	copy->work.db = db_open(&copy->conf);
	return migrate_apply(&copy->work, WAIT_SECONDS, NULL);
}

static void test_many_at_once(void **state)
{
	struct site *site = *state;
	pid_t pids[PROCESSES];

	put(site, "0002-more.sql",
	    "INSERT INTO log (text) SELECT CONCAT('x', SLEEP(0.3));\n"
	    "INSERT INTO log (text) VALUES ('three');\n");
	for (int i = 0; i < PROCESSES; i++) {
		struct site copy;

		pids[i] = fork();
		if (!pids[i])
			_exit(!apply_anew(site, &copy));
	}
	for (int i = 0; i < PROCESSES; i++) {
		int status;

		waitpid(pids[i], &status, 0);
		assert_int_equal(status, 0);
	}
	assert_string_equal(logged(site), "one; it's,two,x0,three,four");
	assert_string_equal(text(site, "SELECT owner FROM schema_lock"), "");
}

static void test_lock(void **state)
{
	struct site *site = *state;

	drop(site, "0010-last.sql");
	must(site, apply(site));
	put(site, "0010-last.sql", "INSERT INTO log (text) VALUES ('late')");
	doing(site, "UPDATE schema_lock SET owner = 'elsewhere:1:x',"
		    " leased_until = '2999-01-02 03:04:05'");
	must_fail(site, apply(site), ERR_CONFLICT,
		  "elsewhere:1:x applies the schema; its lock ends at "
		  "2999-01-02T03:04:05Z");
	assert_string_equal(logged(site), "one; it's,two,three");

	/* Whose lease has ended has died. */
	doing(site, "UPDATE schema_lock SET leased_until ="
		    " UTC_TIMESTAMP(6) - INTERVAL 1 SECOND");
	must(site, apply(site));
	assert_string_equal(logged(site), "one; it's,two,three,late");
	assert_string_equal(text(site, "SELECT owner FROM schema_lock"), "");
}

/* A process that dies in the middle: the next resumes when the lease ends. */
static void test_killed(void **state)
{
	struct site *site = *state;
	struct site copy;
	pid_t pid;
	int status;

	put(site, "0002-more.sql",
	    "INSERT INTO log (text) VALUES ('three');\n"
	    "DO SLEEP(1);\n"
	    "INSERT INTO log (text) VALUES ('3 and a half');\n");
	pid = fork();
	if (!pid)
		_exit(!apply_anew(site, &copy));
	assert_true(EVENTUALLY(
		!strcmp(text(site, "SELECT CAST(COUNT(*) AS CHAR) FROM"
				   " information_schema.processlist"
				   " WHERE info LIKE 'DO SLEEP%'"),
			"1")));
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	must_fail(site, apply(site), ERR_CONFLICT, "applies the schema");
	assert_string_equal(logged(site), "one; it's,two,three");

	doing(site, "UPDATE schema_lock SET leased_until ="
		    " UTC_TIMESTAMP(6) - INTERVAL 1 SECOND");
	must(site, apply(site));
	assert_string_equal(noted, "0002-more.sql 0010-last.sql ");
	assert_string_equal(logged(site), "one; it's,two,three,3 and a half,"
					  "four");
}

/* A statement may take longer than those of a request. */
static void test_slow_statement(void **state)
{
	struct site *site = *state;

	site->conf.db_timeout = 1;
	put(site, "0002-more.sql", "DO SLEEP(1.5)");
	must(site, apply(site));
	assert_string_equal(logged(site), "one; it's,two,four");
}

/* The schema that is installed, on an empty database. */
static void test_own_schema(void **state)
{
	struct site *site = *state;
	const char *srcdir = getenv("srcdir");
	struct migrations status;

	site->conf.schema_dir = pool_printf(site->work.pool, "%s/schema",
					    srcdir ? srcdir : ".");
	must(site, apply(site));
	must(site, migrate_status(&status, &site->work));
	assert_int_equal(status.pending, 0);
	assert_true(status.count > 0);
}

#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	/* clang-format off */
	const struct CMUnitTest tests[] = {
		TEST(test_apply),
		TEST(test_later_file),
		TEST(test_changed_file),
		TEST(test_unknown_version),
		TEST(test_bad_statement),
		TEST(test_bad_folder),
		TEST(test_many_at_once),
		TEST(test_lock),
		TEST(test_killed),
		TEST(test_slow_statement),
		TEST(test_own_schema),
	};
	/* clang-format on */

	if (!mariadb_begin())
		return 0;
	return RUN_TESTS(tests);
}
