#ifndef LIB_DB_DB_H
#define LIB_DB_DB_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/uuid.h"
#include "lib/base/work.h"

/*
 * MySQL or MariaDB through prepared statements. Times are int64_t
 * microseconds since 1970 UTC, 0 for NULL. Every connection has time-outs,
 * runs in UTC, strict mode and READ COMMITTED, and is opened when first used.
 */
struct db;

/* Connects later; `conf` must outlive it. Not shared across a fork. */
struct db *db_open(const struct conf *conf);
void db_close(struct db *db);

/*
 * The time in microseconds by the database's clock, which is the clock of all
 * hosts: what is stored in a row, compared with one or signed has its time from
 * here or from UTC_TIMESTAMP(6). Connects when that has not been tried yet.
 * While the database has never answered, it is the time of this host.
 */
int64_t db_now_us(const struct work *work);

/* A value going into a statement. */
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

/* A place for one coming out. NULL comes out as 0, false, NULL text or the nil
   UUID. Text and bytes belong to the work's pool. */
struct db_out {
	enum db_out_type {
		DB_OUT_TEXT,
		DB_OUT_INT,
		DB_OUT_BOOL,
		DB_OUT_TIME,
		DB_OUT_UUID,
		DB_OUT_FIXED
	} type;
	void *place;
	size_t size; /* DB_OUT_FIXED: bytes, exactly */
};

struct db_in db_bytes(const void *bytes, size_t size);
struct db_in db_text(const char *text); /* NULL is NULL */
struct db_in db_int(int64_t number);
struct db_in db_bool(bool yes);
struct db_in db_time(int64_t time_us);  /* 0 is NULL */
struct db_in db_uuid(struct uuid uuid); /* nil is NULL */
struct db_in db_null(void);

/* For LIKE: what contains this text, in which \ % and _ stand for themselves;
   NULL for NULL. */
const char *db_containing(struct pool *pool, const char *text);

struct db_out db_text_to(const char **place);
struct db_out db_int_to(int64_t *place);
struct db_out db_bool_to(bool *place);
struct db_out db_time_to(int64_t *place);
struct db_out db_uuid_to(struct uuid *place);
struct db_out db_fixed_to(void *place, size_t size);

/* The values of a statement, in the order of its question marks or columns. */
/* clang-format off */
#define DB_LIST(type, ...) (const type[]){ __VA_ARGS__ }, \
	sizeof((const type[]){ __VA_ARGS__ }) / sizeof(type)
#define DB_IN(...)  DB_LIST(struct db_in, __VA_ARGS__)
#define DB_OUT(...) DB_LIST(struct db_out, __VA_ARGS__)
#define DB_NO_IN    (const struct db_in *)0, 0
/* clang-format on */

/*
 * Every `sql` is a literal: its address is the key of the connection's cache of
 * prepared statements. Failures: ERR_CONFLICT after a duplicate key,
 * ERR_UNAVAILABLE when the database does not answer, else ERR_INTERNAL.
 *
 * Outside a transaction, a lost connection is reopened and the statement
 * repeated once where that is safe: a SELECT, or a statement that was not sent
 * whole. Of a write whose answer was lost nobody knows whether it was done; it
 * is ERR_UNAVAILABLE. A deadlock or a lock time-out repeats it like a
 * transaction. Nothing is repeated after db_timeout.
 */

/* A statement that finds one row; ERR_NOT_FOUND when it finds none,
   ERR_INTERNAL when it finds more. */
bool db_one(struct work *work, const char *sql, const struct db_in *in,
	    size_t in_count, const struct db_out *out,
	    size_t out_count) MUST_CHECK;

/* Calls `row` for each row, in order, after its values are in their places.
   All rows are fetched first, so `row` may use the database; it stops the loop
   by returning false, which is then the result. */
bool db_each(struct work *work, const char *sql, const struct db_in *in,
	     size_t in_count, const struct db_out *out, size_t out_count,
	     bool (*row)(struct work *work, void *arg), void *arg) MUST_CHECK;

/* A statement without rows; `changed` (may be NULL) is how many rows it found
   to change (matched, as CLIENT_FOUND_ROWS counts). */
bool db_do(struct work *work, uint64_t *changed, const char *sql,
	   const struct db_in *in, size_t in_count) MUST_CHECK;

/*
 * Runs `body` between START TRANSACTION and COMMIT; rolls back when it fails.
 * After a deadlock or a lock time-out (1213, 1205) the whole is repeated, at
 * most three times, and after a lost connection once, even when the answer of
 * COMMIT was what got lost. So `body` must be repeatable: it begins with an
 * INSERT of an id that the caller made (ERR_CONFLICT then means that it has
 * happened) or is made of guarded updates. Transactions do not nest.
 */
bool db_transaction(struct work *work,
		    bool (*body)(struct work *work, void *arg),
		    void *arg) MUST_CHECK;

/*
 * One transaction around several calls. After db_begin() the first write opens
 * it and it stays open until db_commit() or db_rollback(), which a caller of
 * db_begin() always calls. A db_transaction() in between is a part of it: what
 * its body did is undone alone when the body fails. The first part is repeated
 * as above, which here never happens after a COMMIT; later parts are not.
 *
 * db_commit() does not repeat anything. When it fails with ERR_UNAVAILABLE the
 * answer of COMMIT may have been lost, and only a look at the rows tells
 * whether it was done. Without a write there is nothing to commit.
 */
void db_begin(struct work *work);
bool db_commit(struct work *work) MUST_CHECK;
void db_rollback(struct work *work);

/* For lib/db/migrate.c only: one statement of a schema file, as text. From the
   first on, statements of this db may take nine minutes. */
bool db_script(struct work *work, const char *statement) MUST_CHECK;

/* The client library's version. */
const char *db_client_version(void);

/* "10.11.19-MariaDB innodb_flush_log_at_trx_commit=1 ...": the server's version
   and the settings that `pixtierctl doctor` checks; NULL when the database does
   not answer, with the work failed. */
const char *db_server_version(struct work *work);

#endif
