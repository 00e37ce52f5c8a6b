#ifndef LIB_DB_CONNECTION_H
#define LIB_DB_CONNECTION_H

#include <mysql.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/util.h"

/* Only for the files of lib/db. */

struct conf;
struct pool;
struct work;

/* What a database error means for the statement. */
enum db_trouble {
	DB_FINE,
	DB_WRONG,     /* the statement or its values are wrong */
	DB_DUPLICATE, /* a unique key already has the value */
	DB_BUSY,      /* deadlock or lock time-out: the server did nothing */
	DB_UNSENT, /* the connection was dead before the statement: the server
		      did nothing */
	DB_LOST,   /* the connection died during the statement: the server may
		      have run it */
	DB_DOWN,   /* the database does not answer, or refuses temporarily */
	DB_REFUSED /* the database answers, but refuses the connection */
};

struct db_statement {
	const char *sql;
	MYSQL_STMT *stmt;
};

enum {
	DB_STATEMENTS = 128,
	DB_SCRIPT_SECONDS = 540,
	DB_CLOCK_MS = 60000 /* interval at which the server's clock is read */
};

struct db {
	const struct conf *conf;
	struct pool *pool;
	MYSQL *mysql; /* NULL: closed */
	bool was_tried, was_open;
	bool patient; /* the time-out of statements is DB_SCRIPT_SECONDS */
	bool begun;   /* db_begin() was called: its caller commits */
	bool in_transaction;
	bool in_body;          /* the body of db_transaction() runs */
	enum db_trouble ended; /* the error that ended the transaction early */

	/* Prepared statements. If all are in use, `next_statement` is
	   replaced. */
	struct db_statement statements[DB_STATEMENTS];
	size_t next_statement;

	/* How far the server's clock is ahead of this host's clock, and when
	   that was measured, by clock_monotonic_ms(). */
	int64_t clock_ahead_us, clock_read_ms;

	/* The last trouble */
	unsigned number;
	char message[256];
};

/* Opens the connection if it is not open. Outside a transaction, reopens it if
   the server has closed it. Reads the server's clock when the connection opens,
   and every DB_CLOCK_MS. */
enum db_trouble connection_open(struct db *db) MUST_CHECK;
void connection_close(struct db *db);

/* Sends a statement as text, and drops its rows. */
enum db_trouble connection_send(struct db *db, const char *sql) MUST_CHECK;

/* Stores number and message of an error, closes a connection that is no longer
   usable, and returns what the error means. */
enum db_trouble connection_trouble(struct db *db, unsigned number,
				   const char *message);

/* Fails the work with the kind of failure of the trouble and the stored
   message. */
bool connection_fail(struct work *work, enum db_trouble trouble);

/* Logs the stored message, because clients do not see it with
   ERR_UNAVAILABLE. */
void connection_log(const struct work *work, const char *sql);

#endif
