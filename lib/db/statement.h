#ifndef LIB_DB_STATEMENT_H
#define LIB_DB_STATEMENT_H

#include "lib/db/connection.h"
#include "lib/db/db.h"

/* Only for the files of lib/db. */

struct db_query {
	const char *sql;
	const struct db_in *in;
	size_t in_count;
	const struct db_out *out;
	size_t out_count;
};

/* One value of a row: `bytes` for texts and bytes, `number` for other types. */
struct db_cell {
	char *bytes; /* NULL if the value is NULL */
	size_t size;
	int64_t number;
};

struct db_row {
	struct db_row *next;
	struct db_cell cells[];
};

struct db_result {
	struct db_row *rows;
	size_t row_count;
	uint64_t changed;
};

/* Prepares the query if necessary, runs it, and fetches all rows into the pool.
   The connection must be open. */
enum db_trouble statement_run(struct db_result *result, struct db *db,
			      struct pool *pool,
			      const struct db_query *query) MUST_CHECK;

/* Stores a row's values in their places, or none of them: ERR_INTERNAL if bytes
   have another length than their place, or a name is unknown. */
bool statement_place(struct work *work, const struct db_query *query,
		     struct db_row *row) MUST_CHECK;

#endif
