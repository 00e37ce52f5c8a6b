/* end.c: one end of a conversation with the database, for tests. */
#include "config.h"

#include "tests/lib/end.h"

#include <signal.h>

#include "lib/base/pool.h"
#include "lib/db/db.h"
#include "lib/db/migrate.h"
#include "tests/lib/mariadb.h"
#include "tests/unit/test.h"

void end_init(struct end *end)
{
	*end = (struct end){ 0 };
	mariadb_conf(&end->conf);
	end->conf.db_timeout = END_TIMEOUT_MS / 1000;
	end->work.conf = &end->conf;
	end->work.pool = pool_new();
	end->work.db = db_open(&end->conf);
	end->work.id = "test";
}

void end_release(struct end *end)
{
	db_close(end->work.db);
	pool_free(end->work.pool);
}

void end_must(const struct end *end, bool done)
{
	if (!done)
		print_error("%s\n", end->work.why);
	assert_true(done);
}

void end_script(struct end *end, const char *statement)
{
	end_must(end, db_script(&end->work, statement));
}

int64_t end_number(struct end *end, const char *sql)
{
	int64_t n = -1;

	end_must(end, db_one(&end->work, sql, DB_NO_IN, DB_OUT(db_int_to(&n))));
	return n;
}

bool end_kill(struct end *end, int64_t id)
{
	char sql[40];

	snprintf(sql, sizeof(sql), "KILL %ld", (long)id);
	return db_script(&end->work, sql);
}

void end_check_session(struct end *end)
{
	const char *isolation = NULL;

	end_must(end,
		 db_one(&end->work,
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

int end_set_up(void **state)
{
	struct end *end = malloc(sizeof(*end));

	mariadb_empty();
	end_init(end);
	end_script(end, "CREATE TABLE t (id INT PRIMARY KEY, n INT NOT NULL)");
	end_script(end, "INSERT INTO t VALUES (1, 0), (2, 0)");
	/* Not with the patience of a script. */
	end_release(end);
	end_init(end);
	*state = end;
	return 0;
}

int end_set_up_schema(void **state)
{
	const char *srcdir = getenv("srcdir");
	struct end *end = malloc(sizeof(*end));

	mariadb_empty();
	end_init(end);
	end->conf.schema_dir =
		pool_printf(end->work.pool, "%s/schema", srcdir ? srcdir : ".");
	end_must(end, migrate_apply(&end->work, 0, NULL));
	/* Not with the patience of a script. */
	end_release(end);
	end_init(end);
	*state = end;
	return 0;
}

static int64_t count_rows_read(struct end *end)
{
	return end_number(end, "SELECT CAST(SUM(variable_value) AS SIGNED)"
			       " FROM information_schema.session_status"
			       " WHERE variable_name LIKE 'Handler_read%'"
			       " OR variable_name = 'Handler_icp_attempts'");
}

/* To count reads rows, too, after it has counted. */
int64_t end_rows_read(struct end *end)
{
	const int64_t before = end->rows_read;
	const int64_t now = count_rows_read(end);

	end->rows_read = count_rows_read(end);
	end->rows_read += end->rows_read - now;
	return now - before;
}

int end_clear_up(void **state)
{
	/* A test may have failed before it did. */
	mariadb_signal(SIGCONT);
	mariadb_start();
	end_release(*state);
	free(*state);
	return 0;
}
