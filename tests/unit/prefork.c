/* prefork.c: tests the supervisor with real children. */
#include "config.h"

#include "lib/process/prefork.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/pool.h"
#include "lib/base/work.h"
#include "lib/process/metric.h"
#include "lib/process/shared.h"
#include "tests/lib/wait.h"
#include "tests/unit/test.h"

enum { MAX_SLOTS = 8, PATIENCE = WAIT_MAX_MS / 1000 };

/* What all processes see. */
static struct {
	_Atomic int starts, stops, finishes, reloads, interrupted;
	_Atomic bool may_finish;
	_Atomic pid_t pids[MAX_SLOTS], predecessors[MAX_SLOTS];
} * seen;

/* A file in memory: what the supervisor logs. */
static int log_fd;

/* Children. Their argument is the number of the group's first slot. */

static int first_a = 0, first_b = 4;

static void appear(void *first, long slot)
{
	seen->pids[*(int *)first + slot] = getpid();
	seen->predecessors[*(int *)first + slot] = prefork_predecessor();
	seen->starts++;
}

static int serve(void *first, long slot)
{
	appear(first, slot);
	while (!prefork_stopping())
		pause();
	seen->finishes++;
	return 0;
}

/* With work in hand until the test says otherwise. */
static int finish_slowly(void *first, long slot)
{
	appear(first, slot);
	while (!prefork_stopping())
		pause();
	seen->stops++;
	while (!seen->may_finish)
		if (!wait_tick())
			seen->interrupted++;
	seen->finishes++;
	return 0;
}

static int never_stop(void *first, long slot)
{
	appear(first, slot);
	for (;;)
		pause();
	return 0;
}

static int fail_at_once(void *first, long slot)
{
	appear(first, slot);
	return 3;
}

/* Sleeps until a signal comes that has a handler. */
static int sleep_long(void *first, long slot)
{
	appear(first, slot);
	while (!prefork_stopping()) {
		pause();
		seen->interrupted++;
	}
	return 0;
}

static int set_up(void **state)
{
	(void)state;
	memset(seen, 0, sizeof(*seen));
	return ftruncate(log_fd, 0);
}

static pid_t supervise(const struct prefork *prefork)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	if (dup2(log_fd, STDERR_FILENO) < 0)
		_exit(99);
	_exit(prefork_run(prefork));
}

static pid_t supervise_one(int (*run)(void *, long), long count,
			   long stop_timeout)
{
	const struct prefork_group group = { "test", count, run, &first_a,
					     false };
	const struct prefork prefork = { .groups = &group,
					 .group_count = 1,
					 .stop_timeout = stop_timeout };

	return supervise(&prefork);
}

/* Its exit status, or -1. */
static int end_of(pid_t pid)
{
	pid_t ended;
	int status;

	if (EVENTUALLY((ended = waitpid(pid, &status, WNOHANG)) != 0) &&
	    ended == pid && WIFEXITED(status))
		return WEXITSTATUS(status);
	kill(pid, SIGKILL);
	return -1;
}

/* How long after its n-th child's end the supervisor starts another one. */
static long delay_ms(int n)
{
	static const char name[] = " delay_ms=";
	char text[10000] = "";
	const char *at = text;

	if (pread(log_fd, text, sizeof(text) - 1, 0) < 0)
		return -1;
	for (int i = 0; at && i < n; i++) {
		at = strstr(at, name);
		at = at ? at + strlen(name) : NULL;
	}
	return at ? strtol(at, NULL, 10) : -1;
}

static bool is_gone(pid_t pid)
{
	waitpid(pid, NULL, WNOHANG); /* if it was left to us */
	return kill(pid, 0) < 0 && errno == ESRCH;
}

/* What is ignored never is pending, and what is handled no longer is. */
static bool has_pending_signals(pid_t pid)
{
	unsigned long long pending = 1;
	char path[64], line[128];
	FILE *status;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	status = fopen(path, "r");
	assert_non_null(status);
	while (fgets(line, sizeof(line), status))
		if (sscanf(line, "ShdPnd: %llx", &pending) == 1)
			break;
	fclose(status);
	return pending != 0;
}

static void starts_and_stops_groups(void **state)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGQUIT };

	EACH_ROW(i, signals) {
		const struct prefork_group groups[] = {
			{ "a", 3, serve, &first_a, false },
			{ "none", 0, serve, NULL, false },
			{ "b", 2, serve, &first_b, false },
		};
		const struct prefork prefork = { .groups = groups,
						 .group_count = 3,
						 .stop_timeout = 5 };
		pid_t pid;

		set_up(state);
		pid = supervise(&prefork);
		assert_true(EVENTUALLY(seen->starts == 5));
		for (int slot = 0; slot < 6; slot++)
			assert_int_equal(seen->pids[slot] != 0, slot != 3);
		kill(pid, signals[i]);
		assert_int_equal(end_of(pid), 0);
		assert_int_equal(seen->finishes, 5);
		assert_int_equal(seen->starts, 5);
		for (int slot = 0; slot < 6; slot++)
			assert_true(slot == 3 || is_gone(seen->pids[slot]));
	}
}

/* Stops when it sees that the others have finished. */
static int serve_others(void *first, long slot)
{
	appear(first, slot);
	while (!prefork_stopping())
		pause();
	return seen->finishes == 2 ? 0 : 3;
}

static void stops_the_last_group_after_the_others(void **state)
{
	const struct prefork_group groups[] = {
		{ "last", 1, serve_others, &first_a, true },
		{ "test", 2, finish_slowly, &first_b, false },
	};
	const struct prefork prefork = { groups, 2, PATIENCE, NULL, NULL };
	pid_t pid = supervise(&prefork), last;

	(void)state;
	assert_true(EVENTUALLY(seen->starts == 3));
	last = seen->pids[first_a];
	kill(pid, SIGHUP);
	assert_true(EVENTUALLY(seen->starts == 6 && seen->stops == 2));
	assert_int_equal(kill(last, 0), 0);
	seen->may_finish = true;
	assert_true(EVENTUALLY(seen->finishes == 2));
	assert_true(EVENTUALLY(is_gone(last)));
	kill(pid, SIGTERM);
	assert_int_equal(end_of(pid), 0);
	assert_int_equal(seen->finishes, 4);
}

static void replaces_the_killed(void **state)
{
	pid_t pid = supervise_one(serve, 2, 5), killed, other;
	struct pool *pool = pool_new();
	struct buf *out = buf_new(pool, 100000);

	(void)state;
	assert_true(EVENTUALLY(seen->starts == 2));
	killed = seen->pids[0];
	other = seen->pids[1];
	kill(killed, SIGKILL);
	assert_true(EVENTUALLY(seen->starts == 3));
	assert_int_equal(delay_ms(1), 0);
	assert_true(seen->pids[0] != killed);
	assert_int_equal(seen->predecessors[0], killed);
	assert_int_equal(seen->predecessors[1], 0);
	assert_int_equal(seen->pids[1], other);
	assert_int_equal(kill(other, 0), 0);
	assert_true(metric_print(out));
	assert_non_null(strstr(out->data,
			       "pixtier_respawns_total{group=\"test\"} 1\n"));
	kill(pid, SIGTERM);
	assert_int_equal(end_of(pid), 0);
	assert_int_equal(seen->finishes, 2);
	pool_free(pool);
}

static void waits_for_work_in_hand(void **state)
{
	pid_t pid = supervise_one(finish_slowly, 2, PATIENCE);

	(void)state;
	assert_true(EVENTUALLY(seen->starts == 2));
	kill(pid, SIGTERM);
	assert_true(EVENTUALLY(seen->stops == 2));
	/* Two more rounds of signals: each interrupts both. */
	assert_true(EVENTUALLY(seen->interrupted >= 4));
	assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
	seen->may_finish = true;
	assert_int_equal(end_of(pid), 0);
	assert_int_equal(seen->finishes, 2);
}

static void kills_after_the_timeout(void **state)
{
	pid_t pid = supervise_one(never_stop, 2, 1);
	int64_t start;

	(void)state;
	assert_true(EVENTUALLY(seen->starts == 2));
	start = clock_monotonic_ms();
	kill(pid, SIGTERM);
	assert_int_equal(end_of(pid), 0);
	assert_true(clock_monotonic_ms() - start >= 950);
	assert_true(is_gone(seen->pids[0]));
	assert_true(is_gone(seen->pids[1]));
}

/* Starts at 0, 0, 100 and 300 ms: the first death may be by accident. */
static void backs_off(void **state)
{
	int64_t start = clock_monotonic_ms();
	pid_t pid = supervise_one(fail_at_once, 1, 5);

	(void)state;
	assert_true(EVENTUALLY(seen->starts == 4));
	assert_true(clock_monotonic_ms() - start >= 300);
	assert_int_equal(delay_ms(1), 0);
	assert_int_equal(delay_ms(2), 100);
	assert_int_equal(delay_ms(3), 200);
	kill(pid, SIGTERM);
	assert_int_equal(end_of(pid), 0);
}

static void waits_a_second_at_most(void **state)
{
	pid_t pid = supervise_one(fail_at_once, 1, 5);

	(void)state;
	assert_true(EVENTUALLY(seen->starts == 8));
	assert_int_equal(delay_ms(5), 800);
	assert_int_equal(delay_ms(6), 1000);
	assert_int_equal(delay_ms(7), 1000);
	kill(pid, SIGTERM);
	assert_int_equal(end_of(pid), 0);
}

/* Two starts of each at once; after that one in 100 ms, of whichever slot. */
static void limits_the_rate_for_all_slots(void **state)
{
	int64_t start = clock_monotonic_ms();
	pid_t pid = supervise_one(fail_at_once, MAX_SLOTS, 5);

	(void)state;
	assert_true(EVENTUALLY(seen->starts >= 2 * MAX_SLOTS + 10));
	assert_true(clock_monotonic_ms() - start >= 1000);
	kill(pid, SIGTERM);
	assert_int_equal(end_of(pid), 0);
}

/* A child that lived for a second is replaced without a delay: here the time is
   what is tested. */
static void replaces_the_settled_at_once(void **state)
{
	pid_t pid = supervise_one(serve, 1, 5);

	(void)state;
	for (int round = 1; round <= 2; round++) {
		int64_t start_ms;

		assert_true(EVENTUALLY(seen->starts == round));
		start_ms = clock_monotonic_ms();
		assert_true(EVENTUALLY(clock_monotonic_ms() > start_ms + 1000));
		kill(seen->pids[0], SIGKILL);
		assert_true(EVENTUALLY(seen->starts == round + 1));
		assert_int_equal(delay_ms(round), 0);
	}
	kill(pid, SIGTERM);
	assert_int_equal(end_of(pid), 0);
}

static bool accept_reload(void *arg)
{
	struct prefork_group *group = arg;

	seen->reloads++;
	if (group)
		group->count = 3;
	return true;
}

static bool refuse_reload(void *arg)
{
	(void)arg;
	seen->reloads++;
	return false;
}

static void reload_replaces_children(void **state)
{
	struct prefork_group group = { "test", 2, finish_slowly, &first_a,
				       false };
	const struct prefork prefork = { &group, 1, PATIENCE, accept_reload,
					 &group };
	pid_t pid = supervise(&prefork), old[2];

	(void)state;
	assert_true(EVENTUALLY(seen->starts == 2));
	old[0] = seen->pids[0];
	old[1] = seen->pids[1];
	kill(pid, SIGHUP);
	assert_true(EVENTUALLY(seen->starts == 5));
	/* The new ones serve while the old ones still finish. */
	assert_int_equal(seen->reloads, 1);
	assert_int_equal(seen->finishes, 0);
	assert_int_equal(kill(old[0], 0), 0);
	assert_true(seen->pids[0] != old[0]);
	assert_true(seen->pids[1] != old[1]);
	assert_true(seen->pids[2] != 0);
	seen->may_finish = true;
	assert_true(EVENTUALLY(seen->finishes == 2));
	assert_true(EVENTUALLY(is_gone(old[0]) && is_gone(old[1])));
	assert_int_equal(seen->starts, 5);
	kill(pid, SIGTERM);
	assert_int_equal(end_of(pid), 0);
	assert_int_equal(seen->finishes, 5);
}

static void reload_kills_the_stubborn(void **state)
{
	const struct prefork_group group = { "test", 1, never_stop, &first_a,
					     false };
	const struct prefork prefork = { &group, 1, 1, NULL, NULL };
	pid_t pid = supervise(&prefork), old;

	(void)state;
	assert_true(EVENTUALLY(seen->starts == 1));
	old = seen->pids[0];
	kill(pid, SIGHUP);
	assert_true(EVENTUALLY(seen->starts == 2));
	assert_int_equal(kill(old, 0), 0);
	assert_true(EVENTUALLY(is_gone(old)));
	assert_int_equal(kill(seen->pids[0], 0), 0);
	kill(pid, SIGTERM);
	assert_int_equal(end_of(pid), 0);
}

/* Of many in a row, one comes after the first is done. */
static void reloads_do_not_pile_up(void **state)
{
	const struct prefork_group group = { "test", 2, finish_slowly, &first_a,
					     false };
	const struct prefork prefork = { &group, 1, PATIENCE, accept_reload,
					 NULL };
	pid_t pid = supervise(&prefork);

	(void)state;
	assert_true(EVENTUALLY(seen->starts == 2));
	kill(pid, SIGHUP);
	assert_true(EVENTUALLY(seen->starts == 4));
	for (int i = 0; i < 20; i++) {
		kill(pid, SIGHUP);
		assert_true(EVENTUALLY(!has_pending_signals(pid)));
	}
	assert_int_equal(seen->starts, 4);
	seen->may_finish = true;
	assert_true(EVENTUALLY(seen->starts == 6));
	assert_int_equal(seen->reloads, 2);
	kill(pid, SIGTERM);
	assert_int_equal(end_of(pid), 0);
	assert_int_equal(seen->finishes, 6);
}

static void refused_reload_changes_nothing(void **state)
{
	const struct prefork_group group = { "test", 1, serve, &first_a,
					     false };
	const struct prefork prefork = { &group, 1, 5, refuse_reload, NULL };
	pid_t pid = supervise(&prefork), old;

	(void)state;
	assert_true(EVENTUALLY(seen->starts == 1));
	old = seen->pids[0];
	/* When the second is looked at, the first has had its consequences. */
	for (int i = 1; i <= 2; i++) {
		kill(pid, SIGHUP);
		assert_true(EVENTUALLY(seen->reloads == i));
	}
	assert_int_equal(seen->pids[0], old);
	assert_int_equal(seen->finishes, 0);
	kill(pid, SIGTERM);
	assert_int_equal(end_of(pid), 0);
	assert_int_equal(seen->starts, 1);
	assert_int_equal(seen->finishes, 1);
}

static void children_die_with_it(void **state)
{
	pid_t pid = supervise_one(serve, 3, 5);

	(void)state;
	assert_true(EVENTUALLY(seen->starts == 3));
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	for (int slot = 0; slot < 3; slot++)
		assert_true(EVENTUALLY(is_gone(seen->pids[slot])));
	assert_int_equal(seen->finishes, 0);
}

/* A terminal sends these to all; and only SIGTERM stops a child, at once even
   when it sleeps. */
static void children_listen_to_sigterm_only(void **state)
{
	static const int others[] = { SIGINT, SIGQUIT, SIGHUP, SIGPIPE };
	pid_t pid = supervise_one(sleep_long, 1, 5);

	(void)state;
	assert_true(EVENTUALLY(seen->starts == 1));
	EACH_ROW(i, others)
		kill(seen->pids[0], others[i]);
	assert_true(EVENTUALLY(!has_pending_signals(seen->pids[0])));
	assert_int_equal(kill(seen->pids[0], 0), 0);
	assert_int_equal(seen->starts, 1);
	assert_int_equal(seen->interrupted, 0);
	kill(pid, SIGTERM);
	assert_int_equal(end_of(pid), 0);
	assert_int_equal(seen->interrupted, 1);
}

int main(void)
{
	/* clang-format off */
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(starts_and_stops_groups, set_up),
		cmocka_unit_test_setup(stops_the_last_group_after_the_others, set_up),
		cmocka_unit_test_setup(replaces_the_killed, set_up),
		cmocka_unit_test_setup(waits_for_work_in_hand, set_up),
		cmocka_unit_test_setup(kills_after_the_timeout, set_up),
		cmocka_unit_test_setup(backs_off, set_up),
		cmocka_unit_test_setup(waits_a_second_at_most, set_up),
		cmocka_unit_test_setup(limits_the_rate_for_all_slots, set_up),
		cmocka_unit_test_setup(replaces_the_settled_at_once, set_up),
		cmocka_unit_test_setup(reload_replaces_children, set_up),
		cmocka_unit_test_setup(reload_kills_the_stubborn, set_up),
		cmocka_unit_test_setup(reloads_do_not_pile_up, set_up),
		cmocka_unit_test_setup(refused_reload_changes_nothing, set_up),
		cmocka_unit_test_setup(children_die_with_it, set_up),
		cmocka_unit_test_setup(children_listen_to_sigterm_only, set_up),
	};
	/* clang-format on */

	metric_init();
	seen = shared_new(sizeof(*seen));
	log_fd = memfd_create("log", MFD_CLOEXEC);
	/* So that orphans come here, and can be seen to end. */
	if (fcntl(log_fd, F_SETFL, O_APPEND) ||
	    prctl(PR_SET_CHILD_SUBREAPER, 1))
		return 99;
	return RUN_TESTS(tests);
}
