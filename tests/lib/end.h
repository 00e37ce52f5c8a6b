#ifndef TESTS_LIB_END_H
#define TESTS_LIB_END_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/conf.h"
#include "lib/base/work.h"

/*
 * One end of a conversation with the private server of mariadb.h, which waits
 * END_TIMEOUT_MS for an answer. What a test expects of it and does not find
 * fails the test.
 */
struct end {
	struct conf conf;
	struct work work;
	int64_t rows_read; /* at the last end_rows_read() */
};

/* The slack is for busy machines: only what hangs takes longer. */
enum { END_TIMEOUT_MS = 2000, END_SLACK_MS = 60000 };

void end_init(struct end *end);
void end_release(struct end *end);

/* What the end was to do is done. */
void end_must(const struct end *end, bool done);

void end_script(struct end *end, const char *statement);
int64_t end_number(struct end *end, const char *sql);

/* Ends the connection with this id. */
bool end_kill(struct end *end, int64_t id);

/* That the session has the settings which every session has. */
void end_check_session(struct end *end);

/* A test whose state is an end, and a table t with the rows (1, 0), (2, 0). */
int end_set_up(void **state);
int end_clear_up(void **state);

/* The same with the tables of the service instead of t, of the folder schema
   in the one that the environment variable srcdir names. */
int end_set_up_schema(void **state);

/* How many rows the session has read since the last call, as the server counts
   them. */
int64_t end_rows_read(struct end *end);

#define END_TEST(function)                                                     \
	cmocka_unit_test_setup_teardown(function, end_set_up, end_clear_up)
#define END_SCHEMA_TEST(function)                                              \
	cmocka_unit_test_setup_teardown(function, end_set_up_schema,           \
					end_clear_up)

#endif
