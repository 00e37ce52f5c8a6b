/* connection.c: tests connections that are lost, slow or wrong. */
#include "config.h"

#include "lib/db/connection.h"

#include <pwd.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/pool.h"
#include "lib/db/db.h"
#include "lib/db/remedy.h"
#include "tests/lib/db_client.h"
#include "tests/lib/mariadb.h"
#include "tests/lib/wait.h"
#include "tests/unit/test.h"

static void test_settings(void **state)
{
	struct db_client *client = *state;
	const char *version = db_server_version(&client->work);

	db_client_check_session(client);
	assert_non_null(version);
	assert_non_null(strstr(version, " innodb_flush_log_at_trx_commit=1"));
}

static void test_killed_between_statements(void **state)
{
	struct db_client *client = *state, other;
	const int64_t before =
		db_client_number(client, "SELECT CONNECTION_ID()");

	db_client_init(&other);
	db_client_must(&other, db_client_kill(&other, before));
	db_client_must(client, db_do(&client->work, NULL,
				     "UPDATE t SET n = n + 1", DB_NO_IN));
	assert_int_equal(db_client_number(client, "SELECT SUM(n) FROM t"), 2);
	assert_true(db_client_number(client, "SELECT CONNECTION_ID()") !=
		    before);
	db_client_check_session(client);
	db_client_release(&other);
}

static int64_t seconds_ahead(const struct db_client *client)
{
	const int64_t half = 500000;

	return (db_now_us(&client->work) - clock_now_us() + half) / 1000000;
}

/* The server's clock is read at the first use, and again when that was long
   ago; between statements only. */
static void test_clock(void **state)
{
	struct db_client *client = *state;
	struct db *db = client->work.db;

	connection_close(db);
	db->was_tried = false;
	db->clock_ahead_us = 60000000;
	assert_int_equal(seconds_ahead(client), 0);

	db_client_script(client, "SET timestamp = UNIX_TIMESTAMP() + 3600");
	db_client_number(client, "SELECT COUNT(*) FROM t");
	assert_int_equal(seconds_ahead(client), 0);
	db->clock_read_ms -= DB_CLOCK_MS;
	db_client_number(client, "SELECT COUNT(*) FROM t");
	assert_in_range(seconds_ahead(client), 3600 - DB_CLIENT_SLACK_MS / 1000,
			3600);
}

static bool sleeps(struct db_client *client, int64_t id)
{
	char sql[128];

	snprintf(sql, sizeof(sql),
		 "SELECT COUNT(*) FROM information_schema.processlist"
		 " WHERE id = %ld AND info LIKE '%%SLEEP%%'",
		 (long)id);
	return db_client_number(client, sql) == 1;
}

/* Kills the connection `id` as soon as it executes a statement that sleeps. */
static pid_t kill_asleep(int64_t id)
{
	int ready[2];
	pid_t pid;
	struct db_client client;
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
	db_client_init(&client);
	if (sleeps(&client, id) || write(ready[1], "", 1) != 1)
		_exit(2);
	done = EVENTUALLY(sleeps(&client, id)) && db_client_kill(&client, id);
	db_client_release(&client);
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
	struct db_client *client = *state;
	const int64_t before =
		db_client_number(client, "SELECT CONNECTION_ID()");
	const pid_t killer = kill_asleep(before);
	char sql[64];

	/* The second attempt has another connection and does not sleep. */
	snprintf(sql, sizeof(sql),
		 "SELECT SLEEP(IF(CONNECTION_ID() = %ld, 9, 0))", (long)before);
	assert_int_equal(db_client_number(client, sql), 0);
	wait_for(killer);
	assert_true(db_client_number(client, "SELECT CONNECTION_ID()") !=
		    before);
	db_client_check_session(client);
}

/* Nobody knows whether it was done, so it is not done again. */
static void test_killed_under_a_write(void **state)
{
	struct db_client *client = *state;
	const pid_t killer =
		kill_asleep(db_client_number(client, "SELECT CONNECTION_ID()"));

	assert_false(db_do(&client->work, NULL,
			   "UPDATE t SET n = n + 1 + SLEEP(9) WHERE id = 1",
			   DB_NO_IN));
	assert_int_equal(client->work.err, ERR_UNAVAILABLE);
	wait_for(killer);
	assert_int_equal(db_client_number(client, "SELECT SUM(n) FROM t"), 0);
}

static bool count(struct work *work, void *bodies)
{
	(void)work;
	++*(int *)bodies;
	return true;
}

static void assert_unavailable_as(struct db_client *client, int64_t within_ms,
				  const char *why)
{
	const int64_t started = clock_monotonic_ms();
	int bodies = 0;
	int64_t n;

	assert_false(db_one(&client->work, "SELECT 1", DB_NO_IN,
			    DB_OUT(db_int_to(&n))));
	assert_int_equal(client->work.err, ERR_UNAVAILABLE);
	assert_string_equal(client->work.why, why);
	assert_false(db_transaction(&client->work, count, &bodies));
	assert_int_equal(client->work.err, ERR_UNAVAILABLE);
	assert_int_equal(bodies, 0);
	assert_in_range(clock_monotonic_ms() - started, 0, within_ms);
}

static void assert_unavailable(struct db_client *client, int64_t within_ms)
{
	assert_unavailable_as(client, within_ms,
			      "the database does not answer");
}

static void test_server_stopped(void **state)
{
	struct db_client *client = *state;

	assert_int_equal(db_client_number(client, "SELECT COUNT(*) FROM t"), 2);
	mariadb_stop();
	assert_unavailable(client, DB_CLIENT_SLACK_MS);
	assert_unavailable(client, DB_CLIENT_SLACK_MS);
	assert_null(db_server_version(&client->work));
	mariadb_start();
	assert_int_equal(db_client_number(client, "SELECT COUNT(*) FROM t"), 2);
	db_client_check_session(client);
}

/* The read waits db_timeout and is not repeated; the transaction then waits
   db_connect_timeout, 2 seconds by default. */
static void test_server_hangs(void **state)
{
	struct db_client *client = *state;

	assert_int_equal(db_client_number(client, "SELECT COUNT(*) FROM t"), 2);
	mariadb_signal(SIGSTOP);
	assert_unavailable(client,
			   DB_CLIENT_TIMEOUT_MS + 2000 + DB_CLIENT_SLACK_MS);
	mariadb_signal(SIGCONT);
	assert_int_equal(db_client_number(client, "SELECT COUNT(*) FROM t"), 2);
}

/* The server gives up what nobody waits for. */
static void test_statement_timeout(void **state)
{
	struct db_client *client = *state, other;
	const int64_t started = clock_monotonic_ms();

	db_client_init(&other);
	assert_false(db_do(&client->work, NULL,
			   "UPDATE t SET n = n + 1 + SLEEP(30) WHERE id = 1",
			   DB_NO_IN));
	assert_int_equal(client->work.err, ERR_UNAVAILABLE);
	assert_in_range(clock_monotonic_ms() - started,
			DB_CLIENT_TIMEOUT_MS - 200,
			DB_CLIENT_TIMEOUT_MS + DB_CLIENT_SLACK_MS);
	while (!db_do(&other.work, NULL, "UPDATE t SET n = 1", DB_NO_IN))
		assert_string_equal(other.work.why, "the database is too busy");
	db_client_release(&other);
}

static void test_tls_is_demanded(void **state)
{
	struct db_client *client = *state, other;

	db_client_init(&other);
	other.conf.db_tls_ca = "/etc/ssl/certs/ca-certificates.crt";
	assert_false(db_do(&other.work, NULL, "UPDATE t SET n = 7", DB_NO_IN));
	assert_int_equal(other.work.err, ERR_UNAVAILABLE);
	db_client_release(&other);
	assert_int_equal(db_client_number(client, "SELECT SUM(n) FROM t"), 0);
}

static void test_wrong_address(void **state)
{
	static const char down[] = "the database does not answer";
	static const char refused[] = "the database refuses the connection";
	/* An empty socket is TCP, where it does not listen. The account of this
	   process administers the server: mariadb.sh. */
	/* clang-format off */
	static const struct {
		const char *socket, *user, *name, *why, *remedy;
	} cases[] = {
		{ "/nonexistent/socket", "pixtier", "pixtier", down, "check that the server runs" },
		{ NULL, "somebody", "pixtier", refused, "CREATE USER somebody@localhost" },
		{ NULL, "pixtier", "another", refused, "GRANT ALL ON another.* TO pixtier@localhost" },
		{ NULL, NULL, "another", refused, "CREATE DATABASE another CHARACTER SET utf8mb4" },
		{ "", "pixtier", "pixtier", down, "at 127.0.0.1:1 (db_host, db_port): " },
	};
	/* clang-format on */

	(void)state;
	EACH_ROW(i, cases) {
		struct db_client client;

		db_client_init(&client);
		if (cases[i].socket)
			client.conf.db_socket = cases[i].socket;
		client.conf.db_host = "127.0.0.1";
		client.conf.db_port = 1;
		client.conf.db_user = cases[i].user
					      ? cases[i].user
					      : getpwuid(geteuid())->pw_name;
		client.conf.db_name = cases[i].name;
		assert_unavailable_as(&client, DB_CLIENT_SLACK_MS,
				      cases[i].why);
		assert_non_null(
			strstr(remedy_text(&client.work), cases[i].remedy));
		db_client_release(&client);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DB_CLIENT_TEST(test_settings),
		DB_CLIENT_TEST(test_clock),
		DB_CLIENT_TEST(test_killed_between_statements),
		DB_CLIENT_TEST(test_killed_under_a_read),
		DB_CLIENT_TEST(test_killed_under_a_write),
		DB_CLIENT_TEST(test_server_stopped),
		DB_CLIENT_TEST(test_server_hangs),
		DB_CLIENT_TEST(test_statement_timeout),
		DB_CLIENT_TEST(test_tls_is_demanded),
		DB_CLIENT_TEST(test_wrong_address),
	};

	if (!mariadb_begin())
		return 0;
	return RUN_TESTS(tests);
}
