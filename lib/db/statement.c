/* statement.c: prepared statements, their input and output values. */
#include "config.h"

#include "lib/db/statement.h"

#include <string.h>
#include <time.h>

#include "lib/base/pool.h"
#include "lib/base/work.h"

enum { US = 1000000, MAX_CELL = 1 << 20 };

static MYSQL_TIME time_to_sql(int64_t time_us)
{
	const int64_t part = (time_us % US + US) % US;
	const time_t seconds = (time_t)((time_us - part) / US);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	return (MYSQL_TIME){
		.year = (unsigned)tm.tm_year + 1900,
		.month = (unsigned)tm.tm_mon + 1,
		.day = (unsigned)tm.tm_mday,
		.hour = (unsigned)tm.tm_hour,
		.minute = (unsigned)tm.tm_min,
		.second = (unsigned)tm.tm_sec,
		.second_part = (unsigned long)part,
		.time_type = MYSQL_TIMESTAMP_DATETIME,
	};
}

static int64_t time_from_sql(const MYSQL_TIME *sql)
{
	struct tm tm = {
		.tm_year = (int)sql->year - 1900,
		.tm_mon = (int)sql->month - 1,
		.tm_mday = (int)sql->day,
		.tm_hour = (int)sql->hour,
		.tm_min = (int)sql->minute,
		.tm_sec = (int)sql->second,
	};

	return (int64_t)timegm(&tm) * US + (int64_t)sql->second_part;
}

static enum db_trouble failed(struct db *db, MYSQL_STMT *stmt)
{
	return connection_trouble(db, mysql_stmt_errno(stmt),
				  mysql_stmt_error(stmt));
}

static enum db_trouble wrong(struct db *db, const char *message)
{
	return connection_trouble(db, 0, message);
}

/* Stores the error before the statement is closed. */
static enum db_trouble prepare(struct db_statement *statement, struct db *db,
			       const char *sql)
{
	MYSQL_STMT *stmt = mysql_stmt_init(db->mysql);

	if (mysql_stmt_prepare(stmt, sql, (unsigned long)strlen(sql))) {
		enum db_trouble trouble = failed(db, stmt);

		mysql_stmt_close(stmt);
		return trouble;
	}
	if (statement->stmt)
		mysql_stmt_close(statement->stmt);
	*statement = (struct db_statement){ sql, stmt };
	return DB_FINE;
}

static enum db_trouble find(MYSQL_STMT **stmt, struct db *db, const char *sql)
{
	struct db_statement *statement = db->statements;
	enum db_trouble trouble;

	for (size_t i = 0; i < DB_STATEMENTS; i++) {
		if (db->statements[i].sql != sql)
			continue;
		*stmt = db->statements[i].stmt;
		return DB_FINE;
	}
	statement += db->next_statement;
	trouble = prepare(statement, db, sql);
	if (trouble)
		return trouble;
	db->next_statement = (db->next_statement + 1) % DB_STATEMENTS;
	*stmt = statement->stmt;
	return DB_FINE;
}

static void bind_in(MYSQL_BIND *bind, struct pool *pool, const struct db_in *in)
{
	MYSQL_TIME *time;

	bind->buffer = (void *)in->bytes;
	bind->buffer_length = (unsigned long)in->size;
	switch (in->type) {
	case DB_IN_NULL:
		bind->buffer_type = MYSQL_TYPE_NULL;
		break;
	case DB_IN_BYTES:
		bind->buffer_type = MYSQL_TYPE_BLOB;
		break;
	case DB_IN_TEXT:
		bind->buffer_type = MYSQL_TYPE_STRING;
		break;
	case DB_IN_INT:
		bind->buffer_type = MYSQL_TYPE_LONGLONG;
		bind->buffer = (void *)&in->number;
		break;
	case DB_IN_TIME:
		time = pool_alloc(pool, sizeof(*time));
		*time = time_to_sql(in->number);
		bind->buffer_type = MYSQL_TYPE_DATETIME;
		bind->buffer = time;
		break;
	case DB_IN_UUID:
		bind->buffer_type = MYSQL_TYPE_BLOB;
		bind->buffer = (void *)in->uuid.bytes;
		bind->buffer_length = sizeof(in->uuid.bytes);
		break;
	}
}

static enum db_trouble execute(struct db *db, MYSQL_STMT *stmt,
			       struct pool *pool, const struct db_query *query)
{
	MYSQL_BIND *binds;

	if (mysql_stmt_param_count(stmt) != query->in_count)
		return wrong(
			db,
			"the statement's question marks and the values differ in number");
	if (mysql_stmt_field_count(stmt) != query->out_count)
		return wrong(
			db,
			"the statement's columns and the places differ in number");

	if (query->in_count) {
		binds = pool_alloc(pool, query->in_count * sizeof(*binds));
		for (size_t i = 0; i < query->in_count; i++)
			bind_in(&binds[i], pool, &query->in[i]);
		if (mysql_stmt_bind_param(stmt, binds))
			return failed(db, stmt);
	}
	return mysql_stmt_execute(stmt) ? failed(db, stmt) : DB_FINE;
}

/* Buffers for one column of a fetch. */
struct slot {
	unsigned long length;
	__typeof__(*((MYSQL_BIND *)0)->is_null) is_null;
	__typeof__(*((MYSQL_BIND *)0)->error) error;
	long long number;
	MYSQL_TIME time;
};

static void bind_out(MYSQL_BIND *bind, struct slot *slot, enum db_out_type type)
{
	bind->length = &slot->length;
	bind->is_null = &slot->is_null;
	bind->error = &slot->error;
	switch (type) {
	case DB_OUT_INT:
	case DB_OUT_BOOL:
		bind->buffer_type = MYSQL_TYPE_LONGLONG;
		bind->buffer = &slot->number;
		break;
	case DB_OUT_TIME:
		bind->buffer_type = MYSQL_TYPE_DATETIME;
		bind->buffer = &slot->time;
		break;
	case DB_OUT_TEXT:
	case DB_OUT_FIXED:
	case DB_OUT_NAME:
		/* No buffer yet: the fetch returns the length. */
		bind->buffer_type = MYSQL_TYPE_BLOB;
		break;
	}
}

static enum db_trouble fetch_bytes(struct db_cell *cell, struct db *db,
				   MYSQL_STMT *stmt, struct pool *pool,
				   unsigned column, unsigned long length)
{
	MYSQL_BIND bind = { .buffer_type = MYSQL_TYPE_BLOB };

	if (length > MAX_CELL)
		return wrong(db,
			     "expected a value of at most 1 MiB, found more");
	cell->size = length;
	cell->bytes = pool_alloc(pool, length + 1);
	bind.buffer = cell->bytes;
	bind.buffer_length = length;
	bind.length = &bind.buffer_length;
	if (length && mysql_stmt_fetch_column(stmt, &bind, column, 0))
		return failed(db, stmt);
	return DB_FINE;
}

static enum db_trouble take(struct db_cell *cell, struct db *db,
			    MYSQL_STMT *stmt, struct pool *pool,
			    unsigned column, enum db_out_type type,
			    const struct slot *slot)
{
	if (slot->is_null)
		return DB_FINE;
	switch (type) {
	case DB_OUT_INT:
	case DB_OUT_BOOL:
		if (slot->error)
			return wrong(db, "a number is out of range");
		cell->number = slot->number;
		return DB_FINE;
	case DB_OUT_TIME:
		cell->number = time_from_sql(&slot->time);
		return DB_FINE;
	case DB_OUT_TEXT:
	case DB_OUT_FIXED:
	case DB_OUT_NAME:
		break;
	}
	return fetch_bytes(cell, db, stmt, pool, column, slot->length);
}

static enum db_trouble fetch_row(struct db_row *row, struct db *db,
				 MYSQL_STMT *stmt, struct pool *pool,
				 const struct db_query *query,
				 const struct slot *slots)
{
	enum db_trouble trouble = DB_FINE;

	for (unsigned i = 0; i < query->out_count && !trouble; i++)
		trouble = take(&row->cells[i], db, stmt, pool, i,
			       query->out[i].type, &slots[i]);
	return trouble;
}

static enum db_trouble fetch(struct db_result *result, struct db *db,
			     MYSQL_STMT *stmt, struct pool *pool,
			     const struct db_query *query)
{
	const size_t count = query->out_count;
	MYSQL_BIND *binds = pool_alloc(pool, count * sizeof(*binds));
	struct slot *slots = pool_alloc(pool, count * sizeof(*slots));
	struct db_row **end = &result->rows;
	enum db_trouble trouble;
	int more;

	for (size_t i = 0; i < count; i++)
		bind_out(&binds[i], &slots[i], query->out[i].type);
	if (mysql_stmt_bind_result(stmt, binds) ||
	    mysql_stmt_store_result(stmt))
		return failed(db, stmt);

	while (more = mysql_stmt_fetch(stmt), more != MYSQL_NO_DATA) {
		struct db_row *row;

		if (more && more != MYSQL_DATA_TRUNCATED)
			return failed(db, stmt);
		row = pool_alloc(pool,
				 sizeof(*row) + count * sizeof(row->cells[0]));
		trouble = fetch_row(row, db, stmt, pool, query, slots);
		if (trouble)
			return trouble;
		*end = row;
		end = &row->next;
		result->row_count++;
	}
	return DB_FINE;
}

enum db_trouble statement_run(struct db_result *result, struct db *db,
			      struct pool *pool, const struct db_query *query)
{
	struct db_result got = { 0 };
	MYSQL_STMT *stmt = NULL;
	enum db_trouble trouble = find(&stmt, db, query->sql);

	if (!trouble)
		trouble = execute(db, stmt, pool, query);
	if (!trouble && query->out_count)
		trouble = fetch(&got, db, stmt, pool, query);
	else if (!trouble)
		got.changed = mysql_stmt_affected_rows(stmt);
	/* After DB_UNSENT and worse, the statement was closed with its
	   connection. */
	if (trouble < DB_UNSENT && stmt && query->out_count)
		mysql_stmt_free_result(stmt);
	if (!trouble)
		*result = got;
	return trouble;
}

/* Finds the value of a name. An enum has the size of an int for gcc and
   clang. */
static bool check_cell(struct work *work, const struct db_query *query,
		       const struct db_out *out, struct db_cell *cell)
{
	unsigned value = 0;

	if (out->type == DB_OUT_FIXED && cell->bytes && cell->size != out->size)
		return fail(work, ERR_INTERNAL,
			    "expected a value of %zu bytes, found %zu: %.100s",
			    out->size, cell->size, query->sql);
	if (out->type != DB_OUT_NAME)
		return true;
	if (cell->bytes && !names_find(&value, out->names, cell->bytes) &&
	    !out->names->is_open)
		return fail(work, ERR_INTERNAL,
			    "unknown value \"%.40s\" of: %.100s", cell->bytes,
			    query->sql);
	cell->number = value;
	return true;
}

static void place_cell(const struct db_out *out, const struct db_cell *cell)
{
	switch (out->type) {
	case DB_OUT_TEXT:
		*(const char **)out->place = cell->bytes;
		break;
	case DB_OUT_INT:
	case DB_OUT_TIME:
		*(int64_t *)out->place = cell->number;
		break;
	case DB_OUT_BOOL:
		*(bool *)out->place = cell->number != 0;
		break;
	case DB_OUT_FIXED:
		if (cell->bytes)
			memcpy(out->place, cell->bytes, out->size);
		else
			memset(out->place, 0, out->size);
		break;
	case DB_OUT_NAME:
		*(unsigned *)out->place = (unsigned)cell->number;
	}
}

bool statement_place(struct work *work, const struct db_query *query,
		     struct db_row *row)
{
	for (size_t i = 0; i < query->out_count; i++)
		if (!check_cell(work, query, &query->out[i], &row->cells[i]))
			return false;
	for (size_t i = 0; i < query->out_count; i++)
		place_cell(&query->out[i], &row->cells[i]);
	return true;
}
