/* connection.c: tests connections that are lost, slow or wrong. */
#include "config.h"

#include "lib/db/connection.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/pool.h"
#include "lib/db/db.h"
#include "tests/lib/end.h"
#include "tests/lib/mariadb.h"
#include "tests/unit/test.h"

static void test_settings(void **state)
{
	struct end *end = *state;
	const char *version = db_server_version(&end->work);

	end_check_session(end);
	assert_non_null(version);
	assert_non_null(strstr(version, " innodb_flush_log_at_trx_commit=1"));
}

static void test_killed_between_statements(void **state)
{
	struct end *end = *state, other;
	const int64_t before = end_number(end, "SELECT CONNECTION_ID()");

	end_init(&other);
	end_must(&other, end_kill(&other, before));
	end_must(end,
		 db_do(&end->work, NULL, "UPDATE t SET n = n + 1", DB_NO_IN));
	assert_int_equal(end_number(end, "SELECT SUM(n) FROM t"), 2);
	assert_true(end_number(end, "SELECT CONNECTION_ID()") != before);
	end_check_session(end);
	end_release(&other);
}

static int64_t seconds_ahead(const struct end *end)
{
	const int64_t half = 500000;

	return (db_now_us(&end->work) - clock_now_us() + half) / 1000000;
}

/* The server's clock is read at the first use, and again when that was long
   ago; between statements only. */
static void test_clock(void **state)
{
	struct end *end = *state;
	struct db *db = end->work.db;

	connection_close(db);
	db->was_tried = false;
	db->clock_ahead_us = 60000000;
	assert_int_equal(seconds_ahead(end), 0);

	end_script(end, "SET timestamp = UNIX_TIMESTAMP() + 3600");
	end_number(end, "SELECT COUNT(*) FROM t");
	assert_int_equal(seconds_ahead(end), 0);
	db->clock_read_ms -= DB_CLOCK_MS;
	end_number(end, "SELECT COUNT(*) FROM t");
	assert_in_range(seconds_ahead(end), 3600 - END_SLACK_MS / 1000, 3600);
}

static bool sleeps(struct end *end, int64_t id)
{
	char sql[128];

	snprintf(sql, sizeof(sql),
		 "SELECT COUNT(*) FROM information_schema.processlist"
		 " WHERE id = %ld AND info LIKE '%%SLEEP%%'",
		 (long)id);
	return end_number(end, sql) == 1;
}

/* Kills the connection `id` as soon as it executes a statement that sleeps. */
static pid_t kill_asleep(int64_t id)
{
	int ready[2];
	pid_t pid;
	struct end end;
	bool done;
	char byte;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid) {
		close(ready[1]);
		assert_int_equal(read(ready[0], &byte, 1), 1);
		close(ready[0]);
		return pid;
	}
	end_init(&end);
	if (sleeps(&end, id) || write(ready[1], "", 1) != 1)
		_exit(2);
	while (!sleeps(&end, id))
		usleep(1000);
	done = end_kill(&end, id);
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
	const int64_t before = end_number(end, "SELECT CONNECTION_ID()");
	const pid_t killer = kill_asleep(before);
	char sql[64];

	/* The second attempt has another connection and does not sleep. */
	snprintf(sql, sizeof(sql),
		 "SELECT SLEEP(IF(CONNECTION_ID() = %ld, 9, 0))", (long)before);
	assert_int_equal(end_number(end, sql), 0);
	wait_for(killer);
	assert_true(end_number(end, "SELECT CONNECTION_ID()") != before);
	end_check_session(end);
}

/* Nobody knows whether it was done, so it is not done again. */
static void test_killed_under_a_write(void **state)
{
	struct end *end = *state;
	const pid_t killer =
		kill_asleep(end_number(end, "SELECT CONNECTION_ID()"));

	assert_false(db_do(&end->work, NULL,
			   "UPDATE t SET n = n + 1 + SLEEP(9) WHERE id = 1",
			   DB_NO_IN));
	assert_int_equal(end->work.err, ERR_UNAVAILABLE);
	wait_for(killer);
	assert_int_equal(end_number(end, "SELECT SUM(n) FROM t"), 0);
}

static bool count(struct work *work, void *bodies)
{
	(void)work;
	++*(int *)bodies;
	return true;
}

static void assert_unavailable(struct end *end, int64_t within_ms)
{
	const int64_t started = clock_monotonic_ms();
	int bodies = 0;
	int64_t n;

	assert_false(db_one(&end->work, "SELECT 1", DB_NO_IN,
			    DB_OUT(db_int_to(&n))));
	assert_int_equal(end->work.err, ERR_UNAVAILABLE);
	assert_string_equal(end->work.why, "the database does not answer");
	assert_false(db_transaction(&end->work, count, &bodies));
	assert_int_equal(end->work.err, ERR_UNAVAILABLE);
	assert_int_equal(bodies, 0);
	assert_in_range(clock_monotonic_ms() - started, 0, within_ms);
}

static void test_server_stopped(void **state)
{
	struct end *end = *state;

	assert_int_equal(end_number(end, "SELECT COUNT(*) FROM t"), 2);
	mariadb_stop();
	assert_unavailable(end, END_SLACK_MS);
	assert_unavailable(end, END_SLACK_MS);
	assert_null(db_server_version(&end->work));
	mariadb_start();
	assert_int_equal(end_number(end, "SELECT COUNT(*) FROM t"), 2);
	end_check_session(end);
}

/* The read waits db_timeout and is not repeated; the transaction then waits
   db_connect_timeout, 2 seconds by default. */
static void test_server_hangs(void **state)
{
	struct end *end = *state;

	assert_int_equal(end_number(end, "SELECT COUNT(*) FROM t"), 2);
	mariadb_signal(SIGSTOP);
	assert_unavailable(end, END_TIMEOUT_MS + 2000 + END_SLACK_MS);
	mariadb_signal(SIGCONT);
	assert_int_equal(end_number(end, "SELECT COUNT(*) FROM t"), 2);
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
	assert_in_range(clock_monotonic_ms() - started, END_TIMEOUT_MS - 200,
			END_TIMEOUT_MS + END_SLACK_MS);
	while (!db_do(&other.work, NULL, "UPDATE t SET n = 1", DB_NO_IN))
		assert_string_equal(other.work.why, "the database is too busy");
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
	assert_int_equal(end_number(end, "SELECT SUM(n) FROM t"), 0);
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
	EACH_ROW(i, cases) {
		struct end end;

		end_init(&end);
		if (cases[i].socket)
			end.conf.db_socket = cases[i].socket;
		end.conf.db_host = "127.0.0.1";
		end.conf.db_port = 1;
		end.conf.db_user = cases[i].user;
		end.conf.db_name = cases[i].name;
		assert_unavailable(&end, END_SLACK_MS);
		end_release(&end);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		END_TEST(test_settings),
		END_TEST(test_clock),
		END_TEST(test_killed_between_statements),
		END_TEST(test_killed_under_a_read),
		END_TEST(test_killed_under_a_write),
		END_TEST(test_server_stopped),
		END_TEST(test_server_hangs),
		END_TEST(test_statement_timeout),
		END_TEST(test_tls_is_demanded),
		END_TEST(test_wrong_address),
	};

	if (!mariadb_begin())
		return 0;
	return RUN_TESTS(tests);
}
