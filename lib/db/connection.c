/* connection.c: opens a connection and classifies its errors. */
#include "config.h"

#include "lib/db/connection.h"

#include <errmsg.h>
#include <mysqld_error.h>
#include <poll.h>
#include <stdio.h>

#include "lib/base/clock.h"
#include "lib/base/conf.h"
#include "lib/base/log.h"
#include "lib/base/text.h"
#include "lib/base/work.h"
#include "lib/process/metric.h"

/* MariaDB calls it my_bool, MySQL bool. */
typedef __typeof__(*((MYSQL_BIND *)0)->is_null) db_flag;

/* Error numbers that only one of the two servers' headers defines. */
enum {
	MARIADB_CONNECTION_KILLED = 1927,
	MARIADB_STATEMENT_TIMEOUT = 1969,
	MYSQL_QUERY_TIMEOUT = 3024,
	MYSQL_IDLE_TIMEOUT = 4031,
};

/* Other errors are the statement's fault. A command that was not sent
   completely gives CR_SERVER_GONE_ERROR: the server did not run it. If the
   answer is lost (CR_SERVER_LOST), the server may have run it. */
/* clang-format off */
static const struct {
	unsigned number;
	enum db_trouble trouble;
} troubles[] = {
	{ ER_DUP_ENTRY,                 DB_DUPLICATE },
	{ ER_DUP_ENTRY_WITH_KEY_NAME,   DB_DUPLICATE },
	{ ER_LOCK_DEADLOCK,             DB_BUSY },
	{ ER_LOCK_WAIT_TIMEOUT,         DB_BUSY },
	{ CR_SERVER_GONE_ERROR,         DB_UNSENT },
	{ ER_NEED_REPREPARE,            DB_UNSENT },
	{ ER_UNKNOWN_STMT_HANDLER,      DB_UNSENT },
	{ MYSQL_IDLE_TIMEOUT,           DB_UNSENT },
	{ CR_SERVER_LOST,               DB_LOST },
	{ CR_SERVER_LOST_EXTENDED,      DB_LOST },
	{ CR_SSL_CONNECTION_ERROR,      DB_LOST },
	{ CR_OUT_OF_MEMORY,             DB_LOST },
	{ CR_MALFORMED_PACKET,          DB_LOST },
	{ CR_COMMANDS_OUT_OF_SYNC,      DB_LOST },
	{ ER_SERVER_SHUTDOWN,           DB_LOST },
	{ MARIADB_CONNECTION_KILLED,    DB_LOST },
	{ ER_CON_COUNT_ERROR,           DB_DOWN },
	{ ER_DISK_FULL,                 DB_DOWN },
	{ ER_RECORD_FILE_FULL,          DB_DOWN },
	{ ER_UNKNOWN_COM_ERROR,         DB_DOWN }, /* Galera without a quorum */
	{ ER_ERROR_DURING_COMMIT,       DB_DOWN },
	{ ER_OPTION_PREVENTS_STATEMENT, DB_DOWN }, /* a replica: read only */
	{ ER_READ_ONLY_MODE,            DB_DOWN },
	{ ER_QUERY_INTERRUPTED,         DB_DOWN },
	{ MARIADB_STATEMENT_TIMEOUT,    DB_DOWN },
	{ MYSQL_QUERY_TIMEOUT,          DB_DOWN },
};
/* clang-format on */

static enum db_trouble judge(unsigned number)
{
	for (size_t i = 0; i < ARRAY_LEN(troubles); i++)
		if (troubles[i].number == number)
			return troubles[i].trouble;
	return DB_WRONG;
}

enum db_trouble connection_trouble(struct db *db, unsigned number,
				   const char *message)
{
	enum db_trouble trouble = judge(number);

	db->number = number;
	snprintf(db->message, sizeof(db->message), "%s", message);
	if (trouble >= DB_UNSENT)
		connection_close(db);
	return trouble;
}

void connection_log(const struct work *work, const char *sql)
{
	LOG_EVENT(LOG_LEVEL_ERROR, "db_error", log_text("id", work->id),
		  log_number("number", work->db->number),
		  log_text("message", work->db->message), log_text("sql", sql));
}

/* Clients see the texts of ERR_UNAVAILABLE and ERR_CONFLICT: these must not
   contain hosts, key names or values. */
bool connection_fail(struct work *work, enum db_trouble trouble)
{
	switch (trouble) {
	case DB_DUPLICATE:
		return fail(work, ERR_CONFLICT, "it already exists");
	case DB_BUSY:
		return fail(work, ERR_UNAVAILABLE, "the database is too busy");
	case DB_UNSENT:
	case DB_LOST:
	case DB_DOWN:
		return fail(work, ERR_UNAVAILABLE,
			    "the database does not answer");
	case DB_REFUSED:
		return fail(work, ERR_UNAVAILABLE,
			    "the database refuses the connection");
	case DB_FINE:
	case DB_WRONG:
		break;
	}
	return fail(work, ERR_INTERNAL, "database error %u: %s",
		    work->db->number, work->db->message);
}

/*
 * Sets the same session variables on every server. The lock time-out is shorter
 * than the time-out for answers, so that it gives an error and not a lost
 * connection. The server stops a statement when its client no longer waits.
 * MariaDB ignores the comment for MySQL, and MySQL the one for MariaDB.
 */
static void set_session(struct db *db)
{
	const long timeout =
		db->patient ? DB_SCRIPT_SECONDS : db->conf->db_timeout;
	const long lock =
		db->conf->db_timeout > 1 ? db->conf->db_timeout / 2 : 1;

	char sql[512];

	snprintf(sql, sizeof(sql),
		 "SET time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,"
		 "NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,"
		 "NO_ENGINE_SUBSTITUTION', innodb_lock_wait_timeout = %ld,"
		 " lock_wait_timeout = %ld"
		 " /*M!, max_statement_time = %ld */"
		 " /*!80000 , max_execution_time = %ld */",
		 lock, db->patient ? 60 : lock, timeout, timeout * 1000);
	mysql_options(db->mysql, MYSQL_INIT_COMMAND, sql);
	mysql_options(db->mysql, MYSQL_INIT_COMMAND,
		      "SET SESSION TRANSACTION ISOLATION LEVEL"
		      " READ COMMITTED");
}

static void set_timeouts(struct db *db)
{
	const unsigned connect = (unsigned)db->conf->db_connect_timeout;
	const unsigned timeout = db->patient ? DB_SCRIPT_SECONDS
					     : (unsigned)db->conf->db_timeout;

	mysql_options(db->mysql, MYSQL_OPT_CONNECT_TIMEOUT, &connect);
	mysql_options(db->mysql, MYSQL_OPT_READ_TIMEOUT, &timeout);
	mysql_options(db->mysql, MYSQL_OPT_WRITE_TIMEOUT, &timeout);
}

static void set_tls(struct db *db)
{
	const char *ca = db->conf->db_tls_ca;

#ifdef MARIADB_PACKAGE_VERSION_ID
	const db_flag verify = *ca != '\0';

	mysql_options(db->mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
#else
	const unsigned mode =
		*ca ? SSL_MODE_VERIFY_IDENTITY : SSL_MODE_PREFERRED;

	mysql_options(db->mysql, MYSQL_OPT_SSL_MODE, &mode);
#endif
	if (*ca)
		mysql_options(db->mysql, MYSQL_OPT_SSL_CA, ca);
}

static bool connect_to(struct db *db)
{
	const struct conf *conf = db->conf;
	const bool tcp = !*conf->db_socket;
	const unsigned protocol = MYSQL_PROTOCOL_TCP;
	const unsigned no_local_files = 0;

	mysql_options(db->mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	mysql_options(db->mysql, MYSQL_OPT_LOCAL_INFILE, &no_local_files);
	/* Without this, the library uses its default socket for "localhost". */
	if (tcp)
		mysql_options(db->mysql, MYSQL_OPT_PROTOCOL, &protocol);
	return mysql_real_connect(
		       db->mysql, tcp ? conf->db_host : NULL, conf->db_user,
		       *conf->db_password ? conf->db_password : NULL,
		       conf->db_name, tcp ? (unsigned)conf->db_port : 0,
		       tcp ? NULL : conf->db_socket, CLIENT_FOUND_ROWS) != NULL;
}

/* The client library has the numbers from 2000 to 2999 for its own errors, most
   of which mean that there was no answer. The server has all others. */
static enum db_trouble judge_refusal(unsigned number)
{
	const bool answered = number < CR_MIN_ERROR || number > 2999 ||
			      number == CR_SSL_CONNECTION_ERROR ||
			      number == CR_AUTH_PLUGIN_CANNOT_LOAD;

	return answered && judge(number) != DB_DOWN ? DB_REFUSED : DB_DOWN;
}

/* Between two statements the server sends nothing, except when it has closed
   the connection. A write is safe to repeat only if it was not sent, so this is
   checked before. */
static bool hung_up(const struct db *db)
{
	struct pollfd fd = { .fd = db->mysql->net.fd, .events = POLLIN };

	return poll(&fd, 1, 0) != 0;
}

static enum db_trouble ask(MYSQL_RES **rows, struct db *db, const char *sql)
{
	if (!mysql_query(db->mysql, sql)) {
		*rows = mysql_store_result(db->mysql);
		if (*rows || !mysql_errno(db->mysql))
			return DB_FINE;
	}
	return connection_trouble(db, mysql_errno(db->mysql),
				  mysql_error(db->mysql));
}

/* The server reads its clock between the query and the answer, so the error is
   at most half of that time. */
static enum db_trouble read_clock(struct db *db)
{
	const int64_t asked_us = clock_now_us();
	MYSQL_RES *rows = NULL;
	MYSQL_ROW row;
	int64_t server_us;
	enum db_trouble trouble =
		ask(&rows, db,
		    "SELECT CAST(UNIX_TIMESTAMP(NOW(6)) * 1000000 AS SIGNED)");

	if (trouble)
		return trouble;
	row = rows ? mysql_fetch_row(rows) : NULL;
	if (row && row[0] && text_int(&server_us, row[0], 1, INT64_MAX))
		db->clock_ahead_us =
			server_us - asked_us - (clock_now_us() - asked_us) / 2;
	db->clock_read_ms = clock_monotonic_ms();
	mysql_free_result(rows);
	return DB_FINE;
}

static bool knows_clock(struct db *db)
{
	return clock_monotonic_ms() - db->clock_read_ms < DB_CLOCK_MS ||
	       !read_clock(db);
}

enum db_trouble connection_open(struct db *db)
{
	if (db->in_transaction)
		return db->mysql ? DB_FINE : DB_LOST;
	if (db->mysql && (hung_up(db) || !knows_clock(db)))
		connection_close(db);
	if (db->mysql)
		return DB_FINE;

	db->was_tried = true;
	db->mysql = mysql_init(NULL);
	set_session(db);
	set_timeouts(db);
	set_tls(db);
	if (!connect_to(db)) {
		connection_trouble(db, mysql_errno(db->mysql),
				   mysql_error(db->mysql));
		connection_close(db);
		return judge_refusal(db->number);
	}
	/* A client library may accept a server without TLS. */
	if (*db->conf->db_tls_ca && !mysql_get_ssl_cipher(db->mysql)) {
		connection_trouble(db, CR_SSL_CONNECTION_ERROR,
				   "the server does not support TLS, but the "
				   "setting db_tls_ca requires it");
		return DB_REFUSED;
	}
	if (read_clock(db)) {
		connection_close(db);
		return DB_DOWN;
	}
	if (db->was_open)
		metric_add(METRIC_DB_RECONNECTS, NULL, 1);
	db->was_open = true;
	return DB_FINE;
}

void connection_close(struct db *db)
{
	/* Closes the connection first: this detaches the statements. Each of
	   them would otherwise send a message to a server that may not
	   answer. */
	if (db->mysql)
		mysql_close(db->mysql);
	db->mysql = NULL;
	for (size_t i = 0; i < DB_STATEMENTS; i++) {
		if (db->statements[i].stmt)
			mysql_stmt_close(db->statements[i].stmt);
		db->statements[i] = (struct db_statement){ 0 };
	}
	db->next_statement = 0;
}

enum db_trouble connection_send(struct db *db, const char *sql)
{
	MYSQL_RES *rows = NULL;
	enum db_trouble trouble = ask(&rows, db, sql);

	mysql_free_result(rows);
	return trouble;
}
