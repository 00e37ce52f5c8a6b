#ifndef LIB_DB_CONNECTION_H
#define LIB_DB_CONNECTION_H

#include <mysql.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/util.h"

/* Between the files of lib/db only. */

struct conf;
struct pool;
struct work;

/* What an error of the database means for the statement that met it. */
enum db_trouble {
	DB_FINE,
	DB_WRONG,     /* the statement is at fault, or its values */
	DB_DUPLICATE, /* of a unique key */
	DB_BUSY,      /* deadlock or lock time-out: nothing was done */
	DB_UNSENT,    /* the connection was dead before it: nothing was done */
	DB_LOST,      /* the connection died under it: perhaps it was done */
	DB_DOWN       /* the database does not answer, or refuses for now */
};

struct db_statement {
	const char *sql;
	MYSQL_STMT *stmt;
};

enum {
	DB_STATEMENTS = 128,
	DB_SCRIPT_SECONDS = 540,
	DB_CLOCK_MS = 60000 /* the server's clock is read so often */
};

struct db {
	const struct conf *conf;
	struct pool *pool;
	MYSQL *mysql; /* NULL: closed */
	bool was_tried, was_open;
	bool patient; /* statements may take DB_SCRIPT_SECONDS */
	bool begun; /* db_begin(): what is written is committed by its caller */
	bool in_transaction;
	bool in_body;          /* of db_transaction() */
	enum db_trouble ended; /* what ended the transaction too early */

	/* Prepared ones; `next_statement` is replaced when all are in use. */
	struct db_statement statements[DB_STATEMENTS];
	size_t next_statement;

	/* The server's clock: how far it is ahead of this host's, and when that
	   was read, by clock_monotonic_ms(). */
	int64_t clock_ahead_us, clock_read_ms;

	/* The last trouble */
	unsigned number;
	char message[256];
};

/* Opens it unless it is open. One whose other end has hung up is opened anew,
   outside a transaction. The server's clock is read when the connection is
   opened, and after DB_CLOCK_MS. */
enum db_trouble connection_open(struct db *db) MUST_CHECK;
void connection_close(struct db *db);

/* A statement as text, whose rows are thrown away. */
enum db_trouble connection_send(struct db *db, const char *sql) MUST_CHECK;

/* Keeps number and message of an error, closes a connection of no further use,
   and says what it means. */
enum db_trouble connection_trouble(struct db *db, unsigned number,
				   const char *message);

/* Fails the work as the trouble, with the kept message. */
bool connection_fail(struct work *work, enum db_trouble trouble);

/* Logs the kept message, which ERR_UNAVAILABLE keeps from clients. */
void connection_log(const struct work *work, const char *sql);

#endif
