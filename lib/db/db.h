#ifndef LIB_DB_DB_H
#define LIB_DB_DB_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/names.h"
#include "lib/base/uuid.h"
#include "lib/base/work.h"

/* MySQL or MariaDB through prepared statements. Times are int64_t microseconds
   since 1970 UTC, 0 for NULL. Every connection has time-outs, uses UTC, strict
   mode and READ COMMITTED, and opens on first use. */
struct db;

/* Does not connect yet. `conf` must outlive it. Must not be shared across a
   fork. */
struct db *db_open(const struct conf *conf);
void db_close(struct db *db);

/*
 * Returns the time in microseconds by the database's clock, which all hosts
 * share. Every time that is stored in a row, compared with one or signed must
 * come from here or from UTC_TIMESTAMP(6). Connects if that was not tried yet.
 * As long as the database has never answered, returns the time of this host.
 */
int64_t db_now_us(const struct work *work);

/* An input value of a statement. */
struct db_in {
	enum db_in_type {
		DB_IN_NULL,
		DB_IN_BYTES,
		DB_IN_TEXT, /* UTF-8 */
		DB_IN_INT,
		DB_IN_TIME,
		DB_IN_UUID
	} type;
	const void *bytes;
	size_t size;
	int64_t number;
	struct uuid uuid;
};

/* A place for an output value. NULL becomes 0, false, NULL text or the nil
   UUID. Texts and bytes belong to the work's pool. The place of a name is an
   enum; any other text than the names is ERR_INTERNAL. */
struct db_out {
	enum db_out_type {
		DB_OUT_TEXT,
		DB_OUT_INT,
		DB_OUT_BOOL,
		DB_OUT_TIME,
		DB_OUT_FIXED,
		DB_OUT_NAME
	} type;
	void *place;
	size_t size; /* DB_OUT_FIXED: exact length in bytes */
	const struct names *names;
};

struct db_in db_bytes(const void *bytes, size_t size);
struct db_in db_text(const char *text); /* NULL becomes NULL */
struct db_in db_int(int64_t number);
struct db_in db_bool(bool yes);
struct db_in db_time(int64_t time_us);  /* 0 becomes NULL */
struct db_in db_uuid(struct uuid uuid); /* nil becomes NULL */
struct db_in db_name(size_t value, const struct names *names);
struct db_in db_null(void);

/* Returns a pattern for LIKE that matches any text that contains this one, with
   \ % and _ escaped. NULL for NULL. */
const char *db_containing(struct pool *pool, const char *text);

struct db_out db_text_to(const char **place);
struct db_out db_int_to(int64_t *place);
struct db_out db_bool_to(bool *place);
struct db_out db_time_to(int64_t *place);
struct db_out db_uuid_to(struct uuid *place);
struct db_out db_fixed_to(void *place, size_t size);
struct db_out db_name_to(void *place, const struct names *names);

/* The values of a statement, in the order of its question marks or columns. */
/* clang-format off */
#define DB_LIST(type, ...) (const type[]){ __VA_ARGS__ }, \
	sizeof((const type[]){ __VA_ARGS__ }) / sizeof(type)
#define DB_IN(...)  DB_LIST(struct db_in, __VA_ARGS__)
#define DB_OUT(...) DB_LIST(struct db_out, __VA_ARGS__)
#define DB_NO_IN    (const struct db_in *)0, 0
/* clang-format on */

/*
 * Every `sql` is a string literal: its address is the key in the connection's
 * cache of prepared statements. Failures: ERR_CONFLICT after a duplicate key,
 * ERR_UNAVAILABLE if the database does not answer or refuses the connection,
 * else ERR_INTERNAL.
 *
 * Outside a transaction, a lost connection is reopened, and the statement is
 * repeated once if that is safe: a SELECT, or a statement that was not sent
 * completely. If the answer of a write is lost, the write may or may not be
 * done: it fails with ERR_UNAVAILABLE. After a deadlock or a lock time-out, a
 * statement is repeated like a transaction. Nothing is repeated after
 * db_timeout.
 */

/* Called for a row, or in a transaction. */
typedef bool db_body(struct work *work, void *arg);

/* Runs a statement that finds one row. ERR_NOT_FOUND if it finds none,
   ERR_INTERNAL if it finds more. The places are filled only on success. */
bool db_one(struct work *work, const char *sql, const struct db_in *in,
	    size_t in_count, const struct db_out *out,
	    size_t out_count) MUST_CHECK;

/* As db_one(), for the row of a thing with an id. If there is none, the error
   is "no WHAT ID". */
bool db_find(struct work *work, const char *what, struct uuid id,
	     const char *sql, const struct db_in *in, size_t in_count,
	     const struct db_out *out, size_t out_count) MUST_CHECK;

/* Calls `row` for each row, in order, after its values were stored in their
   places. All rows are fetched first, so `row` may use the database. If `row`
   returns false, the loop stops and returns false. */
bool db_each(struct work *work, const char *sql, const struct db_in *in,
	     size_t in_count, const struct db_out *out, size_t out_count,
	     db_body *row, void *arg) MUST_CHECK;

/* As db_each(), but returns the rows in an array that belongs to the pool.
   ROWS() has the places for the array and the number of rows, and the struct
   that contains the places of DB_OUT(). */
#define ROWS(list, count, row)                                                 \
	(list), (count), &(row), sizeof(row) + 0 * sizeof(*(list) == &(row))
bool db_list(struct work *work, void *list, size_t *count, const void *row,
	     size_t row_size, const char *sql, const struct db_in *in,
	     size_t in_count, const struct db_out *out,
	     size_t out_count) MUST_CHECK;

/* Runs a statement without rows. `changed` (may be NULL) is the number of
   matched rows, as CLIENT_FOUND_ROWS counts, even if nothing in them
   changes. */
bool db_do(struct work *work, uint64_t *changed, const char *sql,
	   const struct db_in *in, size_t in_count) MUST_CHECK;

/* As db_do(), for the row of a thing with an id. ERR_NOT_FOUND as db_find() if
   no row matches. */
bool db_change(struct work *work, const char *what, struct uuid id,
	       const char *sql, const struct db_in *in,
	       size_t in_count) MUST_CHECK;

/*
 * Runs `body` between START TRANSACTION and COMMIT; rolls back if it fails.
 * After a deadlock or a lock time-out (1213, 1205), the whole transaction is
 * repeated, at most three times; after a lost connection, once, even if only
 * the answer of COMMIT was lost. So `body` must be repeatable: it begins with
 * an INSERT of an id that the caller made (ERR_CONFLICT then means that it was
 * done), or consists of guarded updates. Transactions cannot be nested.
 */
bool db_transaction(struct work *work, db_body *body, void *arg) MUST_CHECK;

/*
 * One transaction around several calls. After db_begin(), the first write opens
 * it. It stays open until db_commit() or db_rollback(); a caller of db_begin()
 * must always call one of them. A db_transaction() in between is a part of the
 * transaction: if its body fails, only what the body did is undone. The first
 * part is repeated as above, but never after a COMMIT; later parts are not
 * repeated.
 *
 * db_commit() repeats nothing. If it fails with ERR_UNAVAILABLE, the answer of
 * COMMIT may be lost, and only the rows show whether it was done. Without a
 * write, db_commit() does nothing.
 */
void db_begin(struct work *work);
bool db_commit(struct work *work) MUST_CHECK;
void db_rollback(struct work *work);

/* Runs `body` in a transaction that sees the database as it was at one moment
   (REPEATABLE READ), and only reads. Repeats nothing. Statements may take nine
   minutes, as with db_script(). */
bool db_snapshot(struct work *work, bool (*body)(struct work *work, void *arg),
		 void *arg) MUST_CHECK;

/* Only for the files of lib/db: runs one statement as text. From the first call
   on, statements of this db may take nine minutes. */
bool db_script(struct work *work, const char *statement) MUST_CHECK;

/* Returns the client library's version. */
const char *db_client_version(void);

/* Returns "10.11.19-MariaDB innodb_flush_log_at_trx_commit=1 ...": the server's
   version and the settings that `pixtierctl doctor` checks. NULL if the
   database does not answer; the work has then failed. */
const char *db_server_version(struct work *work);

#endif
