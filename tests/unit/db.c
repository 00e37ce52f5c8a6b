/* db.c: tests lib/db/db.c against a real server. */
#include "config.h"

#include "lib/db/db.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "tests/lib/mariadb.h"
#include "tests/unit/test.h"

#undef fail /* cmocka's: here it is that of lib/base/work.h */

enum { TIMEOUT_MS = 2000, SLACK_MS = 1500 };

/* One end of a conversation with the database. */
struct end {
	struct conf conf;
	struct work work;
};

static void end_init(struct end *end)
{
	*end = (struct end){ 0 };
	mariadb_conf(&end->conf);
	end->conf.db_timeout = TIMEOUT_MS / 1000;
	end->work.conf = &end->conf;
	end->work.pool = pool_new();
	end->work.db = db_open(&end->conf);
	end->work.id = "test";
}

static void end_release(struct end *end)
{
	db_close(end->work.db);
	pool_free(end->work.pool);
}

static void must(const struct end *end, bool done)
{
	if (!done)
		print_error("%s\n", end->work.why);
	assert_true(done);
}

static void script(struct end *end, const char *statement)
{
	must(end, db_script(&end->work, statement));
}

static int64_t number(struct end *end, const char *sql)
{
	int64_t n = -1;

	must(end, db_one(&end->work, sql, DB_NO_IN, DB_OUT(db_int_to(&n))));
	return n;
}

/* Table t, with a row (1, 0), (2, 0). */
static int setup(void **state)
{
	struct end *end = malloc(sizeof(*end));

	mariadb_empty();
	end_init(end);
	script(end, "CREATE TABLE t (id INT PRIMARY KEY, n INT NOT NULL)");
	script(end, "INSERT INTO t VALUES (1, 0), (2, 0)");
	/* Not with the patience of a script. */
	end_release(end);
	end_init(end);
	*state = end;
	return 0;
}

static int teardown(void **state)
{
	/* A test may have failed before it did. */
	mariadb_signal(SIGCONT);
	mariadb_start();
	end_release(*state);
	free(*state);
	return 0;
}

/* Values */

struct all {
	const char *text;
	int64_t number, time;
	bool yes;
	struct uuid uuid;
	uint8_t sum[32];
};

static bool write_all(struct work *work, const struct all *all, bool nulls)
{
	return db_do(work, NULL, "DELETE FROM v", DB_NO_IN) &&
	       db_do(work, NULL,
		     "INSERT INTO v (t, n, at, b, u, s)"
		     " VALUES (?, ?, ?, ?, ?, ?)",
		     DB_IN(db_text(all->text),
			   nulls ? db_null() : db_int(all->number),
			   db_time(all->time),
			   nulls ? db_null() : db_bool(all->yes),
			   db_uuid(all->uuid),
			   nulls ? db_null()
				 : db_bytes(all->sum, sizeof(all->sum))));
}

static bool read_all(struct all *all, struct work *work)
{
	return db_one(work, "SELECT t, n, at, b, u, s FROM v", DB_NO_IN,
		      DB_OUT(db_text_to(&all->text), db_int_to(&all->number),
			     db_time_to(&all->time), db_bool_to(&all->yes),
			     db_uuid_to(&all->uuid),
			     db_fixed_to(all->sum, sizeof(all->sum))));
}

static void create_values(struct end *end)
{
	script(end, "CREATE TABLE v (t MEDIUMTEXT, n BIGINT, at DATETIME(6),"
		    " b BOOLEAN, u BINARY(16), s VARBINARY(32))");
}

static void test_values(void **state)
{
	static const struct {
		const char *text;
		int64_t number, time;
		bool yes;
		uint8_t byte;
	} cases[] = {
		{ "", 0, 1, false, 1 },
		{ "plain", 1, 1000000, true, 0x7f },
		{ "na\xc3\xafve \xf0\x9f\x90\xbb '\"\\;", -1, 1700000000123456,
		  true, 0xff },
		{ "max", INT64_MAX, 253402300799999999, true, 0x80 },
		{ "min", INT64_MIN, -1, false, 0xc3 },
		{ "old", 5, -62135596800000000 + 1, false, 0x27 },
	};
	struct end *end = *state;

	create_values(end);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct all all = { cases[i].text, cases[i].number,
				   cases[i].time, cases[i].yes,
				   uuid_new(),    { 0 } };
		struct all back = { 0 };

		memset(all.sum, cases[i].byte, sizeof(all.sum));
		must(end, write_all(&end->work, &all, false));
		must(end, read_all(&back, &end->work));
		assert_string_equal(back.text, all.text);
		assert_int_equal(back.number, all.number);
		assert_int_equal(back.time, all.time);
		assert_int_equal(back.yes, all.yes);
		assert_true(uuid_equal(back.uuid, all.uuid));
		assert_memory_equal(back.sum, all.sum, sizeof(all.sum));
	}
}

static void test_nulls(void **state)
{
	struct end *end = *state;
	const struct all none = { 0 };
	struct all back = { "x", 1, 1, true, uuid_new(), { 1, 2, 3 } };

	create_values(end);
	must(end, write_all(&end->work, &none, true));
	assert_int_equal(
		number(end, "SELECT COUNT(*) FROM v WHERE t IS NULL AND n IS"
			    " NULL AND at IS NULL AND b IS NULL AND u IS NULL"
			    " AND s IS NULL"),
		1);
	must(end, read_all(&back, &end->work));
	assert_null(back.text);
	assert_int_equal(back.number, 0);
	assert_int_equal(back.time, 0);
	assert_false(back.yes);
	assert_true(uuid_is_nil(back.uuid));
	assert_memory_equal(back.sum, none.sum, sizeof(none.sum));
}

static void test_long_text(void **state)
{
	static const size_t sizes[] = { 1, 255, 256, 65535, 65536, 1 << 20 };
	struct end *end = *state;

	create_values(end);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct all all = { .time = 1 };
		struct all back;
		char *text = pool_alloc(end->work.pool, sizes[i] + 1);

		memset(text, 'a' + (int)i, sizes[i]);
		all.text = text;
		must(end, write_all(&end->work, &all, false));
		must(end, read_all(&back, &end->work));
		assert_string_equal(back.text, text);
	}
	must(end, db_do(&end->work, NULL, "UPDATE v SET t = CONCAT(t, 'x')",
			DB_NO_IN));
	assert_false(read_all(&(struct all){ 0 }, &end->work));
	assert_int_equal(end->work.err, ERR_INTERNAL);
}

static void test_other_columns_as_text_and_number(void **state)
{
	struct end *end = *state;
	const char *n = NULL, *d = NULL, *t = NULL;
	int64_t sum = 0, word = 0;

	must(end, db_one(&end->work,
			 "SELECT 42, CAST(1.50 AS DECIMAL(5,2)),"
			 " CAST('2026-01-02 03:04:05' AS DATETIME),"
			 " (SELECT SUM(id) FROM t), '17'",
			 DB_NO_IN,
			 DB_OUT(db_text_to(&n), db_text_to(&d), db_text_to(&t),
				db_int_to(&sum), db_int_to(&word))));
	assert_string_equal(n, "42");
	assert_string_equal(d, "1.50");
	assert_string_equal(t, "2026-01-02 03:04:05");
	assert_int_equal(sum, 3);
	assert_int_equal(word, 17);
}

static void test_text_compares_as_its_column(void **state)
{
	struct end *end = *state;
	int64_t n = 0;

	script(end, "CREATE TABLE names (name VARCHAR(20) CHARACTER SET utf8mb4"
		    " COLLATE utf8mb4_unicode_520_ci PRIMARY KEY)");
	must(end, db_do(&end->work, NULL, "INSERT INTO names VALUES (?)",
			DB_IN(db_text("Zo\xc3\xab"))));
	must(end,
	     db_one(&end->work, "SELECT COUNT(*) FROM names WHERE name = ?",
		    DB_IN(db_text("zoe")), DB_OUT(db_int_to(&n))));
	assert_int_equal(n, 1);
	assert_false(db_do(&end->work, NULL, "INSERT INTO names VALUES (?)",
			   DB_IN(db_text("\xff"))));
}

static void test_wrong_places(void **state)
{
	struct end *end = *state;
	struct work *work = &end->work;
	int64_t n = 7;
	struct uuid uuid;
	uint8_t two[2];

	assert_false(
		db_one(work, "SELECT 1, 2", DB_NO_IN, DB_OUT(db_int_to(&n))));
	assert_int_equal(work->err, ERR_INTERNAL);
	assert_false(db_one(work, "SELECT ?", DB_NO_IN, DB_OUT(db_int_to(&n))));
	assert_int_equal(work->err, ERR_INTERNAL);
	assert_false(db_do(work, NULL, "SELECT 1", DB_NO_IN));
	assert_int_equal(work->err, ERR_INTERNAL);
	assert_false(db_one(work, "SELECT 'abc'", DB_NO_IN,
			    DB_OUT(db_fixed_to(two, sizeof(two)))));
	assert_int_equal(work->err, ERR_INTERNAL);
	assert_false(db_one(work, "SELECT 'abc'", DB_NO_IN,
			    DB_OUT(db_uuid_to(&uuid))));
	assert_int_equal(work->err, ERR_INTERNAL);
	assert_false(db_one(work, "SELECT id FROM t", DB_NO_IN,
			    DB_OUT(db_int_to(&n))));
	assert_int_equal(work->err, ERR_INTERNAL);
	assert_false(db_one(work, "SELECT 18446744073709551615", DB_NO_IN,
			    DB_OUT(db_int_to(&n))));
	assert_int_equal(work->err, ERR_INTERNAL);
	assert_false(
		db_one(work, "SELECT no SQL", DB_NO_IN, DB_OUT(db_int_to(&n))));
	assert_int_equal(work->err, ERR_INTERNAL);
	assert_int_equal(n, 7);
	assert_int_equal(number(end, "SELECT COUNT(*) FROM t"), 2);
}

/* Strict mode: nothing is cut, rounded away or made zero. */
static void test_strict(void **state)
{
	static const char *const bad[] = {
		"INSERT INTO narrow VALUES ('abcd', 1, NULL)",
		"INSERT INTO narrow VALUES ('a', 300, NULL)",
		"INSERT INTO narrow VALUES ('a', 1, '0000-00-00 00:00:00')",
		"INSERT INTO narrow VALUES ('a', 1 / 0, NULL)",
		"INSERT INTO narrow (a) VALUES ('a')",
	};
	struct end *end = *state;

	script(end, "CREATE TABLE narrow (a VARCHAR(3) NOT NULL,"
		    " b TINYINT NOT NULL, c DATETIME)");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_false(db_do(&end->work, NULL, bad[i], DB_NO_IN));
		assert_int_equal(end->work.err, ERR_INTERNAL);
	}
	assert_int_equal(number(end, "SELECT COUNT(*) FROM narrow"), 0);
}

static void test_duplicate_and_not_found(void **state)
{
	struct end *end = *state;
	int64_t n = 7;

	assert_false(db_do(&end->work, NULL, "INSERT INTO t VALUES (?, 0)",
			   DB_IN(db_int(1))));
	assert_int_equal(end->work.err, ERR_CONFLICT);
	assert_null(strstr(end->work.why, "PRIMARY"));
	assert_false(db_one(&end->work, "SELECT n FROM t WHERE id = ?",
			    DB_IN(db_int(3)), DB_OUT(db_int_to(&n))));
	assert_int_equal(end->work.err, ERR_NOT_FOUND);
	assert_int_equal(n, 7);
}

static void test_changed_counts_what_was_found(void **state)
{
	struct end *end = *state;
	uint64_t changed = 7;

	must(end, db_do(&end->work, &changed, "UPDATE t SET n = 0", DB_NO_IN));
	assert_int_equal(changed, 2);
	must(end, db_do(&end->work, &changed, "UPDATE t SET n = 0 WHERE id = 3",
			DB_NO_IN));
	assert_int_equal(changed, 0);
}

struct loop {
	int64_t id;
	int64_t sum;
	int64_t stop_at;
};

/* Runs the very statement that is being looped over. */
static bool add_up(struct work *work, void *arg)
{
	struct loop *loop = arg;
	int64_t id = 0;

	if (!db_one(work, "SELECT id FROM t WHERE id = ?",
		    DB_IN(db_int(loop->id)), DB_OUT(db_int_to(&id))))
		return false;
	loop->sum = 10 * loop->sum + id;
	return loop->id != loop->stop_at || fail(work, ERR_FORBIDDEN, "stop");
}

static bool each(struct end *end, struct loop *loop)
{
	return db_each(&end->work, "SELECT id FROM t WHERE id >= ? ORDER BY id",
		       DB_IN(db_int(2)), DB_OUT(db_int_to(&loop->id)), add_up,
		       loop);
}

static void test_each(void **state)
{
	struct end *end = *state;
	struct loop all = { 0 }, some = { .stop_at = 3 };

	must(end, each(end, &all));
	assert_int_equal(all.sum, 2);
	script(end, "INSERT INTO t VALUES (3, 0), (4, 0)");
	all.sum = 0;
	must(end, each(end, &all));
	assert_int_equal(all.sum, 234);
	assert_false(each(end, &some));
	assert_int_equal(end->work.err, ERR_FORBIDDEN);
	assert_int_equal(some.sum, 23);
}

/* More statements than the cache has room for, twice. */
static void test_many_statements(void **state)
{
	struct end *end = *state;
	char(*sql)[32] = pool_alloc(end->work.pool, 300 * sizeof(*sql));

	for (int turn = 0; turn < 2; turn++) {
		for (int i = 0; i < 300; i++) {
			sprintf(sql[i], "SELECT %d", i);
			assert_int_equal(number(end, sql[i]), i);
		}
	}
}

static void test_session(struct end *end)
{
	const char *isolation = NULL;

	must(end, db_one(&end->work,
			 "SELECT CONCAT_WS('|', @@tx_isolation, @@time_zone,"
			 " @@innodb_lock_wait_timeout, @@lock_wait_timeout,"
			 " @@max_statement_time, @@character_set_client,"
			 " @@sql_mode)",
			 DB_NO_IN, DB_OUT(db_text_to(&isolation))));
	assert_string_equal(isolation,
			    "READ-COMMITTED|+00:00|1|1|2.000000|utf8mb4|"
			    "STRICT_ALL_TABLES,NO_ZERO_DATE,"
			    "ERROR_FOR_DIVISION_BY_ZERO,"
			    "NO_ENGINE_SUBSTITUTION");
}

static void test_settings(void **state)
{
	struct end *end = *state;
	const char *version = db_server_version(&end->work);

	test_session(end);
	assert_non_null(version);
	assert_non_null(strstr(version, " innodb_flush_log_at_trx_commit=1"));
}

/* Transactions */

struct step {
	int bodies;
	const char *sql;
	enum err fail_with;
	unsigned long kill; /* connection that is killed in the first body */
	struct end *other;
};

static bool kill_it(struct end *other, int64_t id)
{
	char sql[40];

	snprintf(sql, sizeof(sql), "KILL %ld", (long)id);
	return db_script(&other->work, sql);
}

static bool step_body(struct work *work, void *arg)
{
	struct step *step = arg;
	int64_t id = 0;

	step->bodies++;
	if (!db_do(work, NULL, "UPDATE t SET n = n + 1 WHERE id = 1", DB_NO_IN))
		return false;
	if (step->other && step->bodies == 1 &&
	    !(db_one(work, "SELECT CONNECTION_ID()", DB_NO_IN,
		     DB_OUT(db_int_to(&id))) &&
	      kill_it(step->other, id)))
		return false;
	if (step->sql && !db_do(work, NULL, step->sql, DB_NO_IN))
		return false;
	return !step->fail_with || fail(work, step->fail_with, "no");
}

static void test_commit_and_rollback(void **state)
{
	static const struct {
		struct step step;
		bool done;
		enum err err;
		int64_t n;
	} cases[] = {
		{ { .sql = "UPDATE t SET n = n + 10 WHERE id = 1" },
		  true,
		  0,
		  11 },
		{ { .fail_with = ERR_QUOTA_EXCEEDED },
		  false,
		  ERR_QUOTA_EXCEEDED,
		  11 },
		{ { .sql = "INSERT INTO t VALUES (2, 0)" },
		  false,
		  ERR_CONFLICT,
		  11 },
		{ { .sql = "UPDATE nothing SET n = 1" },
		  false,
		  ERR_INTERNAL,
		  11 },
		{ { .sql = "UPDATE t SET n = n + 10 WHERE id = 1" },
		  true,
		  0,
		  22 },
	};
	struct end *end = *state, other;

	end_init(&other);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct step step = cases[i].step;

		assert_int_equal(db_transaction(&end->work, step_body, &step),
				 cases[i].done);
		if (!cases[i].done)
			assert_int_equal(end->work.err, cases[i].err);
		assert_int_equal(step.bodies, 1);
		/* Another sees it, and no lock is left behind. */
		must(&other,
		     db_do(&other.work, NULL, "UPDATE t SET n = n", DB_NO_IN));
		assert_int_equal(number(&other, "SELECT n FROM t WHERE id = 1"),
				 cases[i].n);
	}
	end_release(&other);
}

static bool nest(struct work *work, void *arg)
{
	return db_transaction(work, step_body, arg);
}

static void test_transactions_do_not_nest(void **state)
{
	struct end *end = *state;
	struct step step = { 0 };

	assert_false(db_transaction(&end->work, nest, &step));
	assert_int_equal(end->work.err, ERR_INTERNAL);
	assert_int_equal(step.bodies, 0);
	must(end, db_transaction(&end->work, step_body, &step));
}

/* Two processes lock two rows, each in another order: one of them is the
   server's victim and succeeds when it repeats. They overlook that, and go on
   to a third row: nothing of that may be left outside of a transaction. */
struct crossing {
	int64_t first, second;
	int bodies;
	int told, hear; /* pipes: "I have my first" */
};

static bool cross(struct work *work, void *arg)
{
	struct crossing *crossing = arg;
	char byte = 'x';

	crossing->bodies++;
	if (!db_do(work, NULL, "UPDATE t SET n = n + 1 WHERE id = ?",
		   DB_IN(db_int(crossing->first))))
		return false;
	if (crossing->bodies == 1 && (write(crossing->told, &byte, 1) != 1 ||
				      read(crossing->hear, &byte, 1) != 1))
		return fail(work, ERR_INTERNAL, "the pipe is broken");
	if (!db_do(work, NULL, "UPDATE t SET n = n + 1 WHERE id = ?",
		   DB_IN(db_int(crossing->second))))
		work->why[0] = '\0';
	return db_do(work, NULL, "UPDATE t SET n = n + 100 WHERE id = 3",
		     DB_NO_IN);
}

/* The exit status: how often the body ran, or 99. */
static int cross_in_child(struct crossing crossing)
{
	struct end end;
	bool done;

	end_init(&end);
	done = db_transaction(&end.work, cross, &crossing);
	end_release(&end);
	return done ? crossing.bodies : 99;
}

static void test_deadlock(void **state)
{
	struct end *end = *state;
	int a[2], b[2], bodies = 0;
	pid_t children[2];

	script(end, "INSERT INTO t VALUES (3, 0)");
	assert_int_equal(pipe(a) | pipe(b), 0);
	for (int i = 0; i < 2; i++) {
		children[i] = fork();
		if (!children[i])
			_exit(cross_in_child(
				i ? (struct crossing){ 1, 2, 0, a[1], b[0] }
				  : (struct crossing){ 2, 1, 0, b[1], a[0] }));
	}
	for (int i = 0; i < 2; i++) {
		int status;

		waitpid(children[i], &status, 0);
		assert_true(WIFEXITED(status));
		bodies += WEXITSTATUS(status);
		close(a[i]);
		close(b[i]);
	}
	assert_int_equal(bodies, 3);
	assert_int_equal(number(end, "SELECT SUM(n) FROM t"), 204);
}

/* A body that overlooks the failure of its first statement must not have the
   second one committed. */
static bool overlook(struct work *work, void *arg)
{
	struct end *other = arg;
	int64_t id = 0;

	if (!db_one(work, "SELECT CONNECTION_ID()", DB_NO_IN,
		    DB_OUT(db_int_to(&id))) ||
	    !kill_it(other, id))
		return false;
	for (int i = 0; i < 2; i++)
		if (db_do(work, NULL, "UPDATE t SET n = 5", DB_NO_IN))
			return fail(work, ERR_CONFLICT, "a statement alone");
	return true;
}

static void test_overlooked_failure(void **state)
{
	struct end *end = *state, other;

	end_init(&other);
	assert_false(db_transaction(&end->work, overlook, &other));
	assert_int_equal(end->work.err, ERR_UNAVAILABLE);
	assert_int_equal(number(end, "SELECT SUM(n) FROM t"), 0);
	end_release(&other);
}

static bool hold_row(struct work *work, void *arg)
{
	struct end *waiting = arg;
	int64_t started = clock_monotonic_ms();
	struct step step = { 0 };

	if (!db_do(work, NULL, "UPDATE t SET n = 9 WHERE id = 1", DB_NO_IN))
		return false;
	assert_false(db_transaction(&waiting->work, step_body, &step));
	assert_int_equal(waiting->work.err, ERR_UNAVAILABLE);
	assert_in_range(clock_monotonic_ms() - started, 900,
			TIMEOUT_MS + SLACK_MS);
	assert_int_equal(step.bodies, 2);

	started = clock_monotonic_ms();
	assert_false(db_do(&waiting->work, NULL,
			   "UPDATE t SET n = 1 WHERE id = 1", DB_NO_IN));
	assert_int_equal(waiting->work.err, ERR_UNAVAILABLE);
	assert_string_equal(waiting->work.why, "the database is too busy");
	assert_in_range(clock_monotonic_ms() - started, 900,
			TIMEOUT_MS + SLACK_MS);
	return true;
}

static void test_lock_timeout(void **state)
{
	struct end *end = *state, waiting;

	end_init(&waiting);
	must(end, db_transaction(&end->work, hold_row, &waiting));
	assert_int_equal(number(&waiting, "SELECT SUM(n) FROM t"), 9);
	must(&waiting,
	     db_do(&waiting.work, NULL, "UPDATE t SET n = 3", DB_NO_IN));
	end_release(&waiting);
}

/* Lost connections */

static void test_killed_between_statements(void **state)
{
	struct end *end = *state, other;
	const int64_t before = number(end, "SELECT CONNECTION_ID()");

	end_init(&other);
	must(&other, kill_it(&other, before));
	must(end, db_do(&end->work, NULL, "UPDATE t SET n = n + 1", DB_NO_IN));
	assert_int_equal(number(end, "SELECT SUM(n) FROM t"), 2);
	assert_true(number(end, "SELECT CONNECTION_ID()") != before);
	test_session(end);
	end_release(&other);
}

/* Kills the connection `id` when it is at work. */
static pid_t kill_soon(int64_t id)
{
	pid_t pid = fork();
	struct end end;
	bool done;

	if (pid)
		return pid;
	end_init(&end);
	usleep(300000);
	done = kill_it(&end, id);
	end_release(&end);
	_exit(!done);
}

static void wait_for(pid_t pid)
{
	int status;

	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
}

static void test_killed_under_a_read(void **state)
{
	struct end *end = *state;
	const int64_t before = number(end, "SELECT CONNECTION_ID()");
	const pid_t killer = kill_soon(before);

	assert_int_equal(number(end, "SELECT SLEEP(0.9)"), 0);
	wait_for(killer);
	assert_true(number(end, "SELECT CONNECTION_ID()") != before);
	test_session(end);
}

/* Nobody knows whether it was done, so it is not done again. */
static void test_killed_under_a_write(void **state)
{
	struct end *end = *state;
	const pid_t killer = kill_soon(number(end, "SELECT CONNECTION_ID()"));

	assert_false(db_do(&end->work, NULL,
			   "UPDATE t SET n = n + 1 + SLEEP(0.9) WHERE id = 1",
			   DB_NO_IN));
	assert_int_equal(end->work.err, ERR_UNAVAILABLE);
	wait_for(killer);
	assert_int_equal(number(end, "SELECT SUM(n) FROM t"), 0);
}

static void test_killed_in_a_transaction(void **state)
{
	struct end *end = *state, other;
	struct step step = { .other = &other,
			     .sql = "UPDATE t SET n = n + 10 WHERE id = 1" };

	end_init(&other);
	must(end, db_transaction(&end->work, step_body, &step));
	assert_int_equal(step.bodies, 2);
	assert_int_equal(number(end, "SELECT n FROM t WHERE id = 1"), 11);

	/* At COMMIT */
	step = (struct step){ .other = &other };
	must(end, db_transaction(&end->work, step_body, &step));
	assert_int_equal(step.bodies, 2);
	assert_int_equal(number(end, "SELECT n FROM t WHERE id = 1"), 12);
	test_session(end);
	end_release(&other);
}

static void assert_unavailable(struct end *end, int64_t within_ms)
{
	const int64_t started = clock_monotonic_ms();
	struct step step = { 0 };
	int64_t n;

	assert_false(db_one(&end->work, "SELECT 1", DB_NO_IN,
			    DB_OUT(db_int_to(&n))));
	assert_int_equal(end->work.err, ERR_UNAVAILABLE);
	assert_string_equal(end->work.why, "the database does not answer");
	assert_false(db_transaction(&end->work, step_body, &step));
	assert_int_equal(end->work.err, ERR_UNAVAILABLE);
	assert_int_equal(step.bodies, 0);
	assert_in_range(clock_monotonic_ms() - started, 0, within_ms);
}

static void test_server_stopped(void **state)
{
	struct end *end = *state;

	assert_int_equal(number(end, "SELECT COUNT(*) FROM t"), 2);
	mariadb_stop();
	assert_unavailable(end, SLACK_MS);
	assert_unavailable(end, SLACK_MS);
	assert_null(db_server_version(&end->work));
	mariadb_start();
	assert_int_equal(number(end, "SELECT COUNT(*) FROM t"), 2);
	test_session(end);
}

/* The read waits db_timeout and is not repeated; the transaction then waits
   db_connect_timeout, 2 seconds by default. */
static void test_server_hangs(void **state)
{
	struct end *end = *state;

	assert_int_equal(number(end, "SELECT COUNT(*) FROM t"), 2);
	mariadb_signal(SIGSTOP);
	assert_unavailable(end, TIMEOUT_MS + 2000 + SLACK_MS);
	mariadb_signal(SIGCONT);
	assert_int_equal(number(end, "SELECT COUNT(*) FROM t"), 2);
}

/* The server gives up what nobody waits for. */
static void test_statement_timeout(void **state)
{
	struct end *end = *state, other;
	const int64_t started = clock_monotonic_ms();

	end_init(&other);
	assert_false(db_do(&end->work, NULL,
			   "UPDATE t SET n = n + 1 + SLEEP(30) WHERE id = 1",
			   DB_NO_IN));
	assert_int_equal(end->work.err, ERR_UNAVAILABLE);
	assert_in_range(clock_monotonic_ms() - started, TIMEOUT_MS - 200,
			TIMEOUT_MS + SLACK_MS);
	usleep(500000);
	must(&other, db_do(&other.work, NULL, "UPDATE t SET n = 1", DB_NO_IN));
	end_release(&other);
}

static void test_tls_is_demanded(void **state)
{
	struct end *end = *state, other;

	end_init(&other);
	other.conf.db_tls_ca = "/etc/ssl/certs/ca-certificates.crt";
	assert_false(db_do(&other.work, NULL, "UPDATE t SET n = 7", DB_NO_IN));
	assert_int_equal(other.work.err, ERR_UNAVAILABLE);
	end_release(&other);
	assert_int_equal(number(end, "SELECT SUM(n) FROM t"), 0);
}

static void test_wrong_address(void **state)
{
	static const struct {
		const char *socket, *user, *name;
	} cases[] = {
		{ "/nonexistent/socket", "pixtier", "pixtier" },
		{ NULL, "somebody", "pixtier" },
		{ NULL, "pixtier", "another" },
		{ "", "pixtier", "pixtier" }, /* TCP: it does not listen */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct end end;

		end_init(&end);
		if (cases[i].socket)
			end.conf.db_socket = cases[i].socket;
		end.conf.db_host = "127.0.0.1";
		end.conf.db_port = 1;
		end.conf.db_user = cases[i].user;
		end.conf.db_name = cases[i].name;
		assert_unavailable(&end, SLACK_MS);
		end_release(&end);
	}
}

#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_values),
		TEST(test_nulls),
		TEST(test_long_text),
		TEST(test_other_columns_as_text_and_number),
		TEST(test_text_compares_as_its_column),
		TEST(test_wrong_places),
		TEST(test_strict),
		TEST(test_duplicate_and_not_found),
		TEST(test_changed_counts_what_was_found),
		TEST(test_each),
		TEST(test_many_statements),
		TEST(test_settings),
		TEST(test_commit_and_rollback),
		TEST(test_transactions_do_not_nest),
		TEST(test_deadlock),
		TEST(test_overlooked_failure),
		TEST(test_lock_timeout),
		TEST(test_killed_between_statements),
		TEST(test_killed_under_a_read),
		TEST(test_killed_under_a_write),
		TEST(test_killed_in_a_transaction),
		TEST(test_server_stopped),
		TEST(test_server_hangs),
		TEST(test_statement_timeout),
		TEST(test_tls_is_demanded),
		TEST(test_wrong_address),
	};

	if (!mariadb_begin())
		return 0;
	return RUN_TESTS(tests);
}
