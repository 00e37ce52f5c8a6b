/* db_client.c: a connection to the database, for tests. */
#include "config.h"

#include "tests/lib/db_client.h"

#include <signal.h>

#include "lib/base/pool.h"
#include "lib/db/db.h"
#include "lib/db/migrate.h"
#include "tests/lib/mariadb.h"
#include "tests/unit/test.h"

void db_client_init(struct db_client *client)
{
	*client = (struct db_client){ 0 };
	mariadb_conf(&client->conf);
	client->conf.db_timeout = DB_CLIENT_TIMEOUT_MS / 1000;
	client->work.conf = &client->conf;
	client->work.pool = pool_new();
	client->work.db = db_open(&client->conf);
	client->work.id = "test";
}

void db_client_release(struct db_client *client)
{
	db_close(client->work.db);
	pool_free(client->work.pool);
}

void db_client_must(const struct db_client *client, bool done)
{
	if (!done)
		print_error("%s\n", client->work.why);
	assert_true(done);
}

void db_client_script(struct db_client *client, const char *statement)
{
	db_client_must(client, db_script(&client->work, statement));
}

int64_t db_client_number(struct db_client *client, const char *sql)
{
	int64_t n = -1;

	db_client_must(client, db_one(&client->work, sql, DB_NO_IN,
				      DB_OUT(db_int_to(&n))));
	return n;
}

bool db_client_kill(struct db_client *client, int64_t id)
{
	char sql[40];

	snprintf(sql, sizeof(sql), "KILL %ld", (long)id);
	return db_script(&client->work, sql);
}

void db_client_check_session(struct db_client *client)
{
	const char *isolation = NULL;

	db_client_must(
		client,
		db_one(&client->work,
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

int db_client_set_up(void **state)
{
	struct db_client *client = malloc(sizeof(*client));

	mariadb_empty();
	db_client_init(client);
	db_client_script(client,
			 "CREATE TABLE t (id INT PRIMARY KEY, n INT NOT NULL)");
	db_client_script(client, "INSERT INTO t VALUES (1, 0), (2, 0)");
	/* Not with the patience of a script. */
	db_client_release(client);
	db_client_init(client);
	*state = client;
	return 0;
}

int db_client_set_up_schema(void **state)
{
	const char *srcdir = getenv("srcdir");
	struct db_client *client = malloc(sizeof(*client));

	mariadb_empty();
	db_client_init(client);
	client->conf.schema_dir = pool_printf(client->work.pool, "%s/schema",
					      srcdir ? srcdir : ".");
	db_client_must(client, migrate_apply(&client->work, 0, NULL));
	/* Not with the patience of a script. */
	db_client_release(client);
	db_client_init(client);
	*state = client;
	return 0;
}

static int64_t count_rows_read(struct db_client *client)
{
	return db_client_number(client,
				"SELECT CAST(SUM(variable_value) AS SIGNED)"
				" FROM information_schema.session_status"
				" WHERE variable_name LIKE 'Handler_read%'"
				" OR variable_name = 'Handler_icp_attempts'");
}

/* To count reads rows, too, after it has counted. */
int64_t db_client_rows_read(struct db_client *client)
{
	const int64_t before = client->rows_read;
	const int64_t now = count_rows_read(client);

	client->rows_read = count_rows_read(client);
	client->rows_read += client->rows_read - now;
	return now - before;
}

int db_client_clear_up(void **state)
{
	/* A test may have failed before it did. */
	mariadb_signal(SIGCONT);
	mariadb_start();
	db_client_release(*state);
	free(*state);
	return 0;
}
