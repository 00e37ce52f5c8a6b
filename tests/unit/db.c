/* db.c: tests what statements and transactions do, against a real server. */
#include "config.h"

#include "lib/db/db.h"

#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/pool.h"
#include "tests/lib/db_client.h"
#include "tests/lib/mariadb.h"
#include "tests/unit/test.h"

#undef fail /* cmocka's: here it is that of lib/base/work.h */

static void test_duplicate_and_not_found(void **state)
{
	struct db_client *client = *state;
	int64_t n = 7;

	assert_false(db_do(&client->work, NULL, "INSERT INTO t VALUES (?, 0)",
			   DB_IN(db_int(1))));
	assert_int_equal(client->work.err, ERR_CONFLICT);
	assert_null(strstr(client->work.why, "PRIMARY"));
	assert_false(db_one(&client->work, "SELECT n FROM t WHERE id = ?",
			    DB_IN(db_int(3)), DB_OUT(db_int_to(&n))));
	assert_int_equal(client->work.err, ERR_NOT_FOUND);
	assert_int_equal(n, 7);
}

static void test_changed_counts_what_was_found(void **state)
{
	struct db_client *client = *state;
	uint64_t changed = 7;

	db_client_must(client, db_do(&client->work, &changed,
				     "UPDATE t SET n = 0", DB_NO_IN));
	assert_int_equal(changed, 2);
	db_client_must(client,
		       db_do(&client->work, &changed,
			     "UPDATE t SET n = 0 WHERE id = 3", DB_NO_IN));
	assert_int_equal(changed, 0);
}

struct loop {
	int64_t id;
	int64_t sum;
	int64_t stop_at;
};

/* Runs the very statement that is being looped over. */
static bool add_up(struct work *work, void *arg)
{
	struct loop *loop = arg;
	int64_t id = 0;

	if (!db_one(work, "SELECT id FROM t WHERE id = ?",
		    DB_IN(db_int(loop->id)), DB_OUT(db_int_to(&id))))
		return false;
	loop->sum = 10 * loop->sum + id;
	return loop->id != loop->stop_at || fail(work, ERR_FORBIDDEN, "stop");
}

static bool each(struct db_client *client, struct loop *loop)
{
	return db_each(
		&client->work, "SELECT id FROM t WHERE id >= ? ORDER BY id",
		DB_IN(db_int(2)), DB_OUT(db_int_to(&loop->id)), add_up, loop);
}

static void test_each(void **state)
{
	struct db_client *client = *state;
	struct loop all = { 0 }, some = { .stop_at = 3 };

	db_client_must(client, each(client, &all));
	assert_int_equal(all.sum, 2);
	db_client_script(client, "INSERT INTO t VALUES (3, 0), (4, 0)");
	all.sum = 0;
	db_client_must(client, each(client, &all));
	assert_int_equal(all.sum, 234);
	assert_false(each(client, &some));
	assert_int_equal(client->work.err, ERR_FORBIDDEN);
	assert_int_equal(some.sum, 23);
}

/* Transactions */

struct step {
	int bodies;
	const char *sql;
	enum err fail_with;
	unsigned long kill; /* connection that is killed in the first body */
	struct db_client *other;
};

static bool step_body(struct work *work, void *arg)
{
	struct step *step = arg;
	int64_t id = 0;

	step->bodies++;
	if (!db_do(work, NULL, "UPDATE t SET n = n + 1 WHERE id = 1", DB_NO_IN))
		return false;
	if (step->other && step->bodies == 1 &&
	    !(db_one(work, "SELECT CONNECTION_ID()", DB_NO_IN,
		     DB_OUT(db_int_to(&id))) &&
	      db_client_kill(step->other, id)))
		return false;
	if (step->sql && !db_do(work, NULL, step->sql, DB_NO_IN))
		return false;
	return !step->fail_with || fail(work, step->fail_with, "no");
}

static void test_commit_and_rollback(void **state)
{
	static const struct {
		struct step step;
		bool done;
		enum err err;
		int64_t n;
	} cases[] = {
		{ { .sql = "UPDATE t SET n = n + 10 WHERE id = 1" },
		  true,
		  0,
		  11 },
		{ { .fail_with = ERR_QUOTA_EXCEEDED },
		  false,
		  ERR_QUOTA_EXCEEDED,
		  11 },
		{ { .sql = "INSERT INTO t VALUES (2, 0)" },
		  false,
		  ERR_CONFLICT,
		  11 },
		{ { .sql = "UPDATE nothing SET n = 1" },
		  false,
		  ERR_INTERNAL,
		  11 },
		{ { .sql = "UPDATE t SET n = n + 10 WHERE id = 1" },
		  true,
		  0,
		  22 },
	};
	struct db_client *client = *state, other;

	db_client_init(&other);
	EACH_ROW(i, cases) {
		struct step step = cases[i].step;

		assert_int_equal(
			db_transaction(&client->work, step_body, &step),
			cases[i].done);
		if (!cases[i].done)
			assert_int_equal(client->work.err, cases[i].err);
		assert_int_equal(step.bodies, 1);
		/* Another sees it, and no lock is left behind. */
		db_client_must(&other, db_do(&other.work, NULL,
					     "UPDATE t SET n = n", DB_NO_IN));
		assert_int_equal(
			db_client_number(&other,
					 "SELECT n FROM t WHERE id = 1"),
			cases[i].n);
	}
	db_client_release(&other);
}

static bool nest(struct work *work, void *arg)
{
	return db_transaction(work, step_body, arg);
}

static void test_transactions_do_not_nest(void **state)
{
	struct db_client *client = *state;
	struct step step = { 0 };

	assert_false(db_transaction(&client->work, nest, &step));
	assert_int_equal(client->work.err, ERR_INTERNAL);
	assert_int_equal(step.bodies, 0);
	db_client_must(client, db_transaction(&client->work, step_body, &step));
}

/* Two processes lock two rows, each in another order: one of them is the
   server's victim and succeeds when it repeats. They overlook that, and go on
   to a third row: nothing of that may be left outside of a transaction. */
struct crossing {
	int64_t first, second;
	int bodies;
	int ready_fd, hear; /* pipes: "I have my first" */
};

static bool cross(struct work *work, void *arg)
{
	struct crossing *crossing = arg;
	char byte = 'x';

	crossing->bodies++;
	if (!db_do(work, NULL, "UPDATE t SET n = n + 1 WHERE id = ?",
		   DB_IN(db_int(crossing->first))))
		return false;
	if (crossing->bodies == 1 &&
	    (write(crossing->ready_fd, &byte, 1) != 1 ||
	     read(crossing->hear, &byte, 1) != 1))
		return fail(work, ERR_INTERNAL, "the pipe is broken");
	if (!db_do(work, NULL, "UPDATE t SET n = n + 1 WHERE id = ?",
		   DB_IN(db_int(crossing->second))))
		work->why[0] = '\0';
	return db_do(work, NULL, "UPDATE t SET n = n + 100 WHERE id = 3",
		     DB_NO_IN);
}

/* The exit status: how often the body ran, or 99. */
static int cross_in_child(struct crossing crossing)
{
	struct db_client client;
	bool done;

	db_client_init(&client);
	done = db_transaction(&client.work, cross, &crossing);
	db_client_release(&client);
	return done ? crossing.bodies : 99;
}

static void test_deadlock(void **state)
{
	struct db_client *client = *state;
	int a[2], b[2], bodies = 0;
	pid_t children[2];

	db_client_script(client, "INSERT INTO t VALUES (3, 0)");
	assert_int_equal(pipe(a) | pipe(b), 0);
	for (int i = 0; i < 2; i++) {
		children[i] = fork();
		if (!children[i])
			_exit(cross_in_child(
				i ? (struct crossing){ 1, 2, 0, a[1], b[0] }
				  : (struct crossing){ 2, 1, 0, b[1], a[0] }));
	}
	for (int i = 0; i < 2; i++) {
		int status;

		waitpid(children[i], &status, 0);
		assert_true(WIFEXITED(status));
		bodies += WEXITSTATUS(status);
		close(a[i]);
		close(b[i]);
	}
	assert_int_equal(bodies, 3);
	assert_int_equal(db_client_number(client, "SELECT SUM(n) FROM t"), 204);
}

/* A body that overlooks the failure of its first statement must not have the
   second one committed. */
static bool overlook(struct work *work, void *arg)
{
	struct db_client *other = arg;
	int64_t id = 0;

	if (!db_one(work, "SELECT CONNECTION_ID()", DB_NO_IN,
		    DB_OUT(db_int_to(&id))) ||
	    !db_client_kill(other, id))
		return false;
	for (int i = 0; i < 2; i++)
		if (db_do(work, NULL, "UPDATE t SET n = 5", DB_NO_IN))
			return fail(work, ERR_CONFLICT, "a statement alone");
	return true;
}

static void test_overlooked_failure(void **state)
{
	struct db_client *client = *state, other;

	db_client_init(&other);
	assert_false(db_transaction(&client->work, overlook, &other));
	assert_int_equal(client->work.err, ERR_UNAVAILABLE);
	assert_int_equal(db_client_number(client, "SELECT SUM(n) FROM t"), 0);
	db_client_release(&other);
}

static bool hold_row(struct work *work, void *arg)
{
	struct db_client *waiting = arg;
	int64_t started = clock_monotonic_ms();
	struct step step = { 0 };

	if (!db_do(work, NULL, "UPDATE t SET n = 9 WHERE id = 1", DB_NO_IN))
		return false;
	assert_false(db_transaction(&waiting->work, step_body, &step));
	assert_int_equal(waiting->work.err, ERR_UNAVAILABLE);
	assert_in_range(clock_monotonic_ms() - started, 900,
			DB_CLIENT_TIMEOUT_MS + DB_CLIENT_SLACK_MS);
	assert_int_equal(step.bodies, 2);

	started = clock_monotonic_ms();
	assert_false(db_do(&waiting->work, NULL,
			   "UPDATE t SET n = 1 WHERE id = 1", DB_NO_IN));
	assert_int_equal(waiting->work.err, ERR_UNAVAILABLE);
	assert_string_equal(waiting->work.why, "the database is too busy");
	assert_in_range(clock_monotonic_ms() - started, 900,
			DB_CLIENT_TIMEOUT_MS + DB_CLIENT_SLACK_MS);
	return true;
}

static void test_lock_timeout(void **state)
{
	struct db_client *client = *state, waiting;

	db_client_init(&waiting);
	db_client_must(client,
		       db_transaction(&client->work, hold_row, &waiting));
	assert_int_equal(db_client_number(&waiting, "SELECT SUM(n) FROM t"), 9);
	db_client_must(&waiting, db_do(&waiting.work, NULL,
				       "UPDATE t SET n = 3", DB_NO_IN));
	db_client_release(&waiting);
}

static void test_killed_in_a_transaction(void **state)
{
	struct db_client *client = *state, other;
	struct step step = { .other = &other,
			     .sql = "UPDATE t SET n = n + 10 WHERE id = 1" };

	db_client_init(&other);
	db_client_must(client, db_transaction(&client->work, step_body, &step));
	assert_int_equal(step.bodies, 2);
	assert_int_equal(
		db_client_number(client, "SELECT n FROM t WHERE id = 1"), 11);

	/* At COMMIT */
	step = (struct step){ .other = &other };
	db_client_must(client, db_transaction(&client->work, step_body, &step));
	assert_int_equal(step.bodies, 2);
	assert_int_equal(
		db_client_number(client, "SELECT n FROM t WHERE id = 1"), 12);
	db_client_check_session(client);
	db_client_release(&other);
}

/* db_begin() */

static int64_t seen_by(struct db_client *other)
{
	return db_client_number(other, "SELECT SUM(n) FROM t");
}

static bool add_alone(struct work *work)
{
	return db_do(work, NULL, "UPDATE t SET n = n + 100 WHERE id = 2",
		     DB_NO_IN);
}

static void test_begin_makes_one_transaction(void **state)
{
	struct db_client *client = *state, other;
	struct step good = { 0 }, bad = { .fail_with = ERR_QUOTA_EXCEEDED };

	db_client_init(&other);
	for (int kept = 0; kept < 2; kept++) {
		db_begin(&client->work);
		db_client_must(client, add_alone(&client->work));
		db_client_must(client,
			       db_transaction(&client->work, step_body, &good));
		assert_false(db_transaction(&client->work, step_body, &bad));
		assert_int_equal(client->work.err, ERR_QUOTA_EXCEEDED);
		assert_int_equal(seen_by(client), 101);
		assert_int_equal(seen_by(&other), 0);
		if (kept)
			db_client_must(client, db_commit(&client->work));
		else
			db_rollback(&client->work);
		assert_int_equal(seen_by(&other), kept ? 101 : 0);
	}
	db_client_must(client, add_alone(&client->work));
	assert_int_equal(seen_by(&other), 201);
	db_client_release(&other);
}

static void test_begin_without_a_write(void **state)
{
	struct db_client *client = *state;

	for (int i = 0; i < 2; i++) {
		db_begin(&client->work);
		assert_int_equal(seen_by(client), 0);
		if (i)
			db_rollback(&client->work);
		else
			db_client_must(client, db_commit(&client->work));
	}
	db_begin(&client->work);
	assert_false(db_transaction(&client->work, nest, &(struct step){ 0 }));
	assert_int_equal(client->work.err, ERR_INTERNAL);
	db_rollback(&client->work);
}

static void kill_own(struct db_client *client, struct db_client *other)
{
	db_client_must(
		other,
		db_client_kill(
			other,
			db_client_number(client, "SELECT CONNECTION_ID()")));
}

/* The first part is repeated after a lost connection; nothing is when it is
   lost later, at COMMIT neither. */
static void test_killed_after_begin(void **state)
{
	struct db_client *client = *state, other;
	struct step step = { .other = &other,
			     .sql = "UPDATE t SET n = n + 10 WHERE id = 1" };

	db_client_init(&other);
	db_begin(&client->work);
	db_client_must(client, db_transaction(&client->work, step_body, &step));
	assert_int_equal(step.bodies, 2);
	db_client_must(client, db_commit(&client->work));
	assert_int_equal(seen_by(&other), 11);

	db_begin(&client->work);
	db_client_must(client, add_alone(&client->work));
	kill_own(client, &other);
	assert_false(db_transaction(&client->work, step_body, &step));
	assert_int_equal(client->work.err, ERR_UNAVAILABLE);
	assert_false(add_alone(&client->work));
	assert_false(db_commit(&client->work));
	assert_int_equal(client->work.err, ERR_UNAVAILABLE);
	assert_int_equal(seen_by(&other), 11);

	db_begin(&client->work);
	db_client_must(client, add_alone(&client->work));
	kill_own(client, &other);
	assert_false(db_commit(&client->work));
	assert_int_equal(client->work.err, ERR_UNAVAILABLE);
	assert_int_equal(seen_by(&other), 11);
	db_client_must(client, add_alone(&client->work));
	assert_int_equal(seen_by(&other), 111);
	db_client_check_session(client);
	db_client_release(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DB_CLIENT_TEST(test_duplicate_and_not_found),
		DB_CLIENT_TEST(test_changed_counts_what_was_found),
		DB_CLIENT_TEST(test_each),
		DB_CLIENT_TEST(test_commit_and_rollback),
		DB_CLIENT_TEST(test_transactions_do_not_nest),
		DB_CLIENT_TEST(test_begin_makes_one_transaction),
		DB_CLIENT_TEST(test_begin_without_a_write),
		DB_CLIENT_TEST(test_killed_after_begin),
		DB_CLIENT_TEST(test_deadlock),
		DB_CLIENT_TEST(test_overlooked_failure),
		DB_CLIENT_TEST(test_lock_timeout),
		DB_CLIENT_TEST(test_killed_in_a_transaction),
	};

	if (!mariadb_begin())
		return 0;
	return RUN_TESTS(tests);
}
