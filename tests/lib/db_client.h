#ifndef TESTS_LIB_DB_CLIENT_H
#define TESTS_LIB_DB_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/conf.h"
#include "lib/base/work.h"

/*
 * A connection to the private server of mariadb.h, which waits
 * DB_CLIENT_TIMEOUT_MS for an answer. What a test expects of it and does not
 * find fails the test.
 */
struct db_client {
	struct conf conf;
	struct work work;
	int64_t rows_read; /* at the last db_client_rows_read() */
};

/* The slack is for busy machines: only what hangs takes longer. */
enum { DB_CLIENT_TIMEOUT_MS = 2000, DB_CLIENT_SLACK_MS = 60000 };

void db_client_init(struct db_client *client);
void db_client_release(struct db_client *client);

/* Fails the test unless it is done. */
void db_client_must(const struct db_client *client, bool done);

void db_client_script(struct db_client *client, const char *statement);
int64_t db_client_number(struct db_client *client, const char *sql);

/* Ends the connection with this id. */
bool db_client_kill(struct db_client *client, int64_t id);

/* That the session has the settings which every session has. */
void db_client_check_session(struct db_client *client);

/* A test whose state is a db_client, and a table t with the rows (1, 0), (2,
   0). */
int db_client_set_up(void **state);
int db_client_clear_up(void **state);

/* The same with the tables of the service instead of t, of the folder schema
   in the one that the environment variable srcdir names. */
int db_client_set_up_schema(void **state);

/* How many rows the session has read since the last call, as the server counts
   them. */
int64_t db_client_rows_read(struct db_client *client);

#define DB_CLIENT_TEST(function)                                               \
	cmocka_unit_test_setup_teardown(function, db_client_set_up,            \
					db_client_clear_up)
#define DB_CLIENT_SCHEMA_TEST(function)                                        \
	cmocka_unit_test_setup_teardown(function, db_client_set_up_schema,     \
					db_client_clear_up)

#endif
