/* db.c: runs statements and transactions, and repeats them where that is
   safe. */
#include "config.h"

#include "lib/db/db.h"

#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/db/connection.h"
#include "lib/db/rows.h"
#include "lib/db/statement.h"
#include "lib/process/metric.h"

enum { MAX_RETRIES = 3, PAUSE_MS = 20, MARGIN_MS = 100 };

struct db *db_open(const struct conf *conf)
{
	struct pool *pool = pool_new();
	struct db *db = pool_alloc(pool, sizeof(*db));

	db->conf = conf;
	db->pool = pool;
	return db;
}

void db_close(struct db *db)
{
	connection_close(db);
	pool_free(db->pool);
}

int64_t db_now_us(const struct work *work)
{
	struct db *db = work->db;

	if (!db)
		return clock_now_us();
	if (!db->was_tried)
		(void)!connection_open(db);
	return clock_now_us() + db->clock_ahead_us;
}

struct db_in db_bytes(const void *bytes, size_t size)
{
	return (struct db_in){ .type = DB_IN_BYTES,
			       .bytes = bytes,
			       .size = size };
}

struct db_in db_text(const char *text)
{
	if (!text)
		return db_null();
	return (struct db_in){ .type = DB_IN_TEXT,
			       .bytes = text,
			       .size = strlen(text) };
}

const char *db_containing(struct pool *pool, const char *text)
{
	char *pattern, *at;

	if (!text)
		return NULL;
	at = pattern = pool_alloc(pool, 2 * strlen(text) + 3);
	*at++ = '%';
	for (; *text; *at++ = *text++)
		if (strchr("\\%_", *text))
			*at++ = '\\';
	*at = '%';
	return pattern;
}

struct db_in db_int(int64_t number)
{
	return (struct db_in){ .type = DB_IN_INT, .number = number };
}

struct db_in db_bool(bool yes)
{
	return db_int(yes);
}

struct db_in db_time(int64_t time_us)
{
	if (!time_us)
		return db_null();
	return (struct db_in){ .type = DB_IN_TIME, .number = time_us };
}

struct db_in db_uuid(struct uuid uuid)
{
	if (uuid_is_nil(uuid))
		return db_null();
	return (struct db_in){ .type = DB_IN_UUID, .uuid = uuid };
}

struct db_in db_name(size_t value, const struct names *names)
{
	return db_text(names_get(names, value));
}

struct db_in db_null(void)
{
	return (struct db_in){ .type = DB_IN_NULL };
}

struct db_out db_text_to(const char **place)
{
	return (struct db_out){ .type = DB_OUT_TEXT, .place = place };
}

struct db_out db_int_to(int64_t *place)
{
	return (struct db_out){ .type = DB_OUT_INT, .place = place };
}

struct db_out db_bool_to(bool *place)
{
	return (struct db_out){ .type = DB_OUT_BOOL, .place = place };
}

struct db_out db_time_to(int64_t *place)
{
	return (struct db_out){ .type = DB_OUT_TIME, .place = place };
}

struct db_out db_uuid_to(struct uuid *place)
{
	return db_fixed_to(place, sizeof(*place));
}

struct db_out db_fixed_to(void *place, size_t size)
{
	return (struct db_out){ .type = DB_OUT_FIXED,
				.place = place,
				.size = size };
}

struct db_out db_name_to(void *place, const struct names *names)
{
	return (struct db_out){ .type = DB_OUT_NAME,
				.place = place,
				.names = names };
}

/* How often and for how long something was tried. */
struct patience {
	int64_t started;
	int retries;
	bool reopened;
};

static struct patience patience_new(void)
{
	return (struct patience){ .started = clock_monotonic_ms() };
}

/* Waits a random time, at most PAUSE_MS longer each time, so that two
   transactions that collided do not collide again. */
static void pause_before(int retry)
{
	unsigned char random = 0;
	long ms;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		random = 0;
	ms = 1 + (long)random * PAUSE_MS * retry / UINT8_MAX;
	nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000 }, NULL);
}

/* Whether to try again. `whole`: running it twice does no harm. Nothing is
   repeated after db_timeout, because the caller waits; this also covers an
   answer that timed out. */
static bool may_repeat(struct patience *patience, const struct db *db,
		       enum db_trouble trouble, bool whole)
{
	const int64_t waited = clock_monotonic_ms() - patience->started;

	if (waited >= db->conf->db_timeout * 1000 - MARGIN_MS)
		return false;
	if (trouble == DB_BUSY && patience->retries < MAX_RETRIES) {
		patience->retries++;
		metric_add(METRIC_DB_RETRIES, NULL, 1);
		pause_before(patience->retries);
		return true;
	}
	if (trouble == DB_UNSENT || (trouble == DB_LOST && whole)) {
		const bool first = !patience->reopened;

		patience->reopened = true;
		return first;
	}
	return false;
}

static bool is_select(const char *sql)
{
	return !strncmp(sql, "SELECT", strlen("SELECT"));
}

static enum db_trouble attempt(struct db_result *result, struct work *work,
			       const struct db_query *query)
{
	struct db *db = work->db;
	enum db_trouble trouble = connection_open(db);

	return trouble ? trouble : statement_run(result, db, work->pool, query);
}

/* Logs an error that is not tried again, once. */
static bool give_up(struct work *work, enum db_trouble trouble, const char *sql)
{
	if (trouble >= DB_BUSY)
		connection_log(work, sql);
	return connection_fail(work, trouble);
}

static bool run_alone(struct db_result *result, struct work *work,
		      const struct db_query *query)
{
	struct patience patience = patience_new();
	enum db_trouble trouble;

	do {
		trouble = attempt(result, work, query);
	} while (trouble && may_repeat(&patience, work->db, trouble,
				       is_select(query->sql)));
	return trouble ? give_up(work, trouble, query->sql) : true;
}

static bool run(struct db_result *result, struct work *work,
		const struct db_query *query)
{
	struct db *db = work->db;
	enum db_trouble trouble;

	if (!db->in_transaction)
		return run_alone(result, work, query);
	/* After a deadlock, the server has ended the transaction: another
	   statement would be committed on its own. */
	trouble = db->ended ? db->ended : attempt(result, work, query);
	if (trouble >= DB_BUSY)
		db->ended = trouble;
	return trouble ? connection_fail(work, trouble) : true;
}

bool db_one(struct work *work, const char *sql, const struct db_in *in,
	    size_t in_count, const struct db_out *out, size_t out_count)
{
	const struct db_query query = { sql, in, in_count, out, out_count };
	struct db_result result = { 0 };

	if (!run(&result, work, &query))
		return false;
	if (!result.row_count)
		return fail(work, ERR_NOT_FOUND, "not found");
	if (result.row_count > 1)
		return fail(work, ERR_INTERNAL, "one row, not %zu: %.100s",
			    result.row_count, sql);
	return statement_place(work, &query, result.rows);
}

bool db_find(struct work *work, const char *what, struct uuid id,
	     const char *sql, const struct db_in *in, size_t in_count,
	     const struct db_out *out, size_t out_count)
{
	if (db_one(work, sql, in, in_count, out, out_count))
		return true;
	if (work->err == ERR_NOT_FOUND)
		fail(work, ERR_NOT_FOUND, "no %s %s", what, UUID_TEXT(id));
	return false;
}

bool db_each(struct work *work, const char *sql, const struct db_in *in,
	     size_t in_count, const struct db_out *out, size_t out_count,
	     db_body *row, void *arg)
{
	const struct db_query query = { sql, in, in_count, out, out_count };
	struct db_result result = { 0 };

	if (!run(&result, work, &query))
		return false;
	for (struct db_row *next = result.rows; next; next = next->next)
		if (!statement_place(work, &query, next) || !row(work, arg))
			return false;
	return true;
}

bool db_list(struct work *work, void *list, size_t *count, const void *row,
	     size_t row_size, const char *sql, const struct db_in *in,
	     size_t in_count, const struct db_out *out, size_t out_count)
{
	struct rows rows = { .row = row, .size = row_size };

	if (!db_each(work, sql, in, in_count, out, out_count, rows_keep, &rows))
		return false;
	memcpy(list, &rows.list, sizeof(rows.list));
	*count = rows.count;
	return true;
}

struct write {
	uint64_t *changed;
	const struct db_query query;
};

static bool run_write(struct work *work, void *arg)
{
	const struct write *write = arg;
	struct db_result result = { 0 };

	if (!run(&result, work, &write->query))
		return false;
	if (write->changed)
		*write->changed = result.changed;
	return true;
}

bool db_do(struct work *work, uint64_t *changed, const char *sql,
	   const struct db_in *in, size_t in_count)
{
	struct write write = { changed, { sql, in, in_count, NULL, 0 } };
	const struct db *db = work->db;

	/* db_begin() only announces the transaction; the first write opens
	   it. */
	if (db->begun && !db->in_transaction)
		return db_transaction(work, run_write, &write);
	return run_write(work, &write);
}

bool db_change(struct work *work, const char *what, struct uuid id,
	       const char *sql, const struct db_in *in, size_t in_count)
{
	uint64_t changed;

	return db_do(work, &changed, sql, in, in_count) &&
	       (changed ||
		fail(work, ERR_NOT_FOUND, "no %s %s", what, UUID_TEXT(id)));
}

static bool command(struct work *work, const char *sql)
{
	struct db *db = work->db;

	db->ended = connection_open(db);
	if (!db->ended)
		db->ended = connection_send(db, sql);
	return db->ended ? connection_fail(work, db->ended) : true;
}

/* Leaves no transaction open. Ignores errors, so that the original error
   stays. */
static void roll_back(struct db *db)
{
	if (db->mysql && connection_send(db, "ROLLBACK"))
		connection_close(db);
}

static bool run_body(struct work *work, db_body *body, void *arg)
{
	struct db *db = work->db;
	bool done;

	db->in_body = true;
	done = body(work, arg);
	db->in_body = false;
	/* `body` may have ignored or replaced the error that ended the
	   transaction. */
	return db->ended ? connection_fail(work, db->ended) : done;
}

/* Commits, except after db_begin(), whose caller commits. */
static bool transact(struct work *work, db_body *body, void *arg)
{
	struct db *db = work->db;
	bool done;

	if (!command(work, "START TRANSACTION"))
		return false;
	db->in_transaction = true;
	done = run_body(work, body, arg);
	if (done && db->begun)
		return true;
	done = done && command(work, "COMMIT");
	if (!done)
		roll_back(db);
	db->in_transaction = false;
	return done;
}

/* Runs a part of the transaction that is open since db_begin(). */
static bool transact_within(struct work *work, db_body *body, void *arg)
{
	struct db *db = work->db;

	if (db->ended)
		return connection_fail(work, db->ended);
	if (!command(work, "SAVEPOINT `part`"))
		return false;
	if (run_body(work, body, arg))
		return true;
	if (!db->ended && connection_send(db, "ROLLBACK TO SAVEPOINT `part`"))
		connection_close(db);
	return false;
}

bool db_transaction(struct work *work, db_body *body, void *arg)
{
	struct db *db = work->db;
	struct patience patience = patience_new();

	if (db->in_body)
		return fail(work, ERR_INTERNAL, "transactions do not nest");
	if (db->in_transaction)
		return transact_within(work, body, arg);
	while (!transact(work, body, arg)) {
		if (!db->ended)
			return false;
		if (!may_repeat(&patience, db, db->ended, true))
			return give_up(work, db->ended, "a transaction");
	}
	return true;
}

void db_begin(struct work *work)
{
	work->db->begun = true;
}

bool db_commit(struct work *work)
{
	struct db *db = work->db;
	bool done = true;

	if (db->in_transaction && (db->ended || !command(work, "COMMIT")))
		done = give_up(work, db->ended, "COMMIT");
	if (done)
		db->in_transaction = db->begun = false;
	else
		db_rollback(work);
	return done;
}

void db_rollback(struct work *work)
{
	struct db *db = work->db;

	if (db->in_transaction)
		roll_back(db);
	db->in_transaction = db->begun = false;
}

static void be_patient(struct db *db)
{
	if (!db->patient)
		connection_close(db);
	db->patient = true;
}

/* One connection gets both statements: the first holds only for the next
   transaction of its session. READ COMMITTED, which every session has, would
   see a new state with each statement. */
static enum db_trouble start_snapshot(struct db *db)
{
	enum db_trouble trouble = connection_open(db);

	if (!trouble)
		trouble = connection_send(db, "SET TRANSACTION ISOLATION LEVEL"
					      " REPEATABLE READ");
	if (!trouble)
		trouble = connection_send(db, "START TRANSACTION WITH"
					      " CONSISTENT SNAPSHOT,"
					      " READ ONLY");
	return trouble;
}

bool db_snapshot(struct work *work, bool (*body)(struct work *work, void *arg),
		 void *arg)
{
	struct db *db = work->db;
	bool done;

	be_patient(db);
	db->ended = start_snapshot(db);
	if (db->ended)
		return give_up(work, db->ended, "a snapshot");
	db->in_transaction = true;
	done = run_body(work, body, arg);
	roll_back(db);
	db->in_transaction = false;
	return done;
}

bool db_script(struct work *work, const char *statement)
{
	struct db *db = work->db;
	enum db_trouble trouble;

	be_patient(db);
	trouble = connection_open(db);
	if (!trouble)
		trouble = connection_send(db, statement);
	return trouble ? give_up(work, trouble, statement) : true;
}

static bool settings(struct work *work, const char **text)
{
	return db_one(work,
		      "SELECT CONCAT(VERSION(),"
		      " ' innodb_flush_log_at_trx_commit=',"
		      " @@innodb_flush_log_at_trx_commit,"
		      " ' innodb_doublewrite=', @@innodb_doublewrite,"
		      " ' sync_binlog=', @@sync_binlog,"
		      " ' max_allowed_packet=', @@max_allowed_packet,"
		      " ' time_zone=', @@time_zone)",
		      DB_NO_IN, DB_OUT(db_text_to(text)));
}

const char *db_client_version(void)
{
	return mysql_get_client_info();
}

const char *db_server_version(struct work *work)
{
	const char *text = NULL;

	return settings(work, &text) ? text : NULL;
}
