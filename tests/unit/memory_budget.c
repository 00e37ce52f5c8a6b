/* memory_budget.c: tests how processes share memory. */
#include "config.h"

#include "lib/process/memory_budget.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/work.h"
#include "lib/process/shared.h"
#include "tests/lib/wait.h"
#include "tests/unit/test.h"

enum { TOTAL = 1024, SMALL = MEMORY_BUDGET_SMALL_MIB, LONG_MS = 60000 };

static char name[64];

struct client {
	struct memory_budget *budget;
	struct memory_holder holder;
	struct work work;
};

/* Each has a budget of its own, as processes have. */
static struct client new_client(int64_t wait_ms)
{
	struct client client = { .work = { .memory_wait_ms = wait_ms } };

	assert_true(memory_budget_open(&client.budget, name, TOTAL));
	assert_true(memory_holder_open(&client.holder, client.budget));
	return client;
}

static void end_client(struct client *client)
{
	memory_holder_close(&client->holder);
	memory_budget_close(client->budget);
}

static bool take(struct client *client, long mib)
{
	return memory_budget_take(client->budget, &client->holder,
				  &client->work, mib);
}

static void give(struct client *client)
{
	memory_budget_give(client->budget, &client->holder);
}

/* A process that waits for so much, and keeps it until it is killed. */
struct other {
	pid_t pid;
	int answer; /* where it says 1 when it has it, 0 when not */
};

static struct other new_other(long mib, int64_t wait_ms)
{
	struct other other;
	int pipes[2];

	assert_int_equal(pipe(pipes), 0);
	other.pid = fork();
	if (!other.pid) {
		struct client client = { .work = { .memory_wait_ms =
							   wait_ms } };
		char taken;

		if (!memory_budget_open(&client.budget, name, TOTAL) ||
		    !memory_holder_open(&client.holder, client.budget))
			_exit(1);
		taken = take(&client, mib);
		if (write(pipes[1], &taken, 1) == 1)
			pause();
		_exit(1);
	}
	close(pipes[1]);
	other.answer = pipes[0];
	return other;
}

static bool has_taken(const struct other *other)
{
	char taken;

	assert_int_equal(read(other->answer, &taken, 1), 1);
	return taken;
}

static void end_other(const struct other *other)
{
	kill(other->pid, SIGKILL);
	waitpid(other->pid, NULL, 0);
	close(other->answer);
}

/* A process that can be ended: idle, with so much memory. */
static pid_t new_idle(struct client *client, long mib)
{
	const pid_t pid = fork();
	struct process_id process;

	if (!pid)
		for (;;)
			pause();
	assert_true(process_id_read(&process, pid));
	assert_true(take(client, mib));
	assert_true(memory_budget_idle(client->budget, &client->holder, mib,
				       process));
	return pid;
}

/* Whether it was ended; ends it otherwise. */
static bool was_ended(pid_t pid)
{
	const pid_t ended = waitpid(pid, NULL, WNOHANG);

	if (ended != pid) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	return ended == pid;
}

static void wait_until_waiting(const struct client *client, long mib)
{
	assert_true(EVENTUALLY(memory_budget_state(client->budget).waited_for ==
			       mib));
}

static void has_a_sum(void **state)
{
	struct client one = new_client(0), two = new_client(0);
	struct client three = new_client(0);
	const long largest = memory_budget_largest_mib(TOTAL);

	(void)state;
	assert_int_equal(largest, TOTAL - TOTAL / MEMORY_BUDGET_SMALL_SHARE);
	assert_true(take(&one, largest - 100));
	assert_false(take(&two, 101));
	assert_true(take(&two, 100));
	assert_false(take(&three, SMALL + 1));
	assert_int_equal(memory_budget_state(one.budget).taken, largest);
	give(&one);
	give(&one);
	assert_int_equal(memory_budget_state(one.budget).taken, 100);
	assert_false(take(&three, largest));
	give(&two);
	assert_true(take(&three, largest));
	assert_false(take(&one, 2 * TOTAL));
	end_client(&three);
	end_client(&two);
	assert_int_equal(memory_budget_state(one.budget).taken, 0);
	end_client(&one);
}

static void leaves_a_part_to_small_ones(void **state)
{
	enum { COUNT = TOTAL / MEMORY_BUDGET_SMALL_SHARE / SMALL };
	struct client large = new_client(0), small[COUNT + 1];

	(void)state;
	assert_true(take(&large, memory_budget_largest_mib(TOTAL)));
	for (int i = 0; i <= COUNT; i++) {
		small[i] = new_client(0);
		assert_int_equal(take(&small[i], SMALL), i < COUNT);
	}
	/* What nobody else wants they have, too. */
	give(&large);
	assert_true(take(&small[COUNT], SMALL));
	assert_false(take(&large, memory_budget_largest_mib(TOTAL)));
	give(&small[0]);
	assert_true(take(&large, memory_budget_largest_mib(TOTAL)));
	for (int i = 0; i <= COUNT; i++)
		end_client(&small[i]);
	end_client(&large);
}

static void frees_what_the_dead_had(void **state)
{
	struct client client = new_client(0);
	const long largest = memory_budget_largest_mib(TOTAL);
	const struct other first = new_other(largest / 2, 0);
	const struct other second = new_other(largest / 4, 0);

	(void)state;
	assert_true(has_taken(&first) && has_taken(&second));
	assert_false(take(&client, largest / 2));
	end_other(&first);
	assert_true(take(&client, largest / 2));
	give(&client);
	assert_false(take(&client, largest));
	end_other(&second);
	assert_true(take(&client, largest));
	end_client(&client);
}

/* As the decoder server has it until the decoder process is gone. */
static void lasts_while_another_process_has_it(void **state)
{
	struct client client = new_client(0), next = new_client(0);
	const long largest = memory_budget_largest_mib(TOTAL);
	int sent = dup(client.holder.file);

	(void)state;
	assert_true(take(&client, largest));
	end_client(&client);
	assert_false(take(&next, largest));
	close(sent);
	assert_true(take(&next, largest));
	end_client(&next);
}

static void frees_the_place_of_the_dead_in_the_queue(void **state)
{
	struct client holder = new_client(0), next = new_client(0);
	struct other waiting;

	(void)state;
	assert_true(take(&holder, 500));
	waiting = new_other(500, LONG_MS);
	wait_until_waiting(&holder, 500);
	assert_false(take(&next, 300)); /* would fit, but comes later */
	end_other(&waiting);
	assert_true(take(&next, 300));
	end_client(&next);
	end_client(&holder);
}

static void nobody_is_overtaken(void **state)
{
	const long largest = memory_budget_largest_mib(TOTAL);
	struct client one = new_client(0), two = new_client(0);
	struct client small = new_client(0);
	struct other first, second;

	(void)state;
	assert_true(take(&one, 200));
	first = new_other(largest, LONG_MS);
	wait_until_waiting(&one, largest);
	second = new_other(100, LONG_MS);
	wait_until_waiting(&one, largest + 100);
	assert_false(take(&two, 100));
	assert_true(take(&small, SMALL));
	assert_int_equal(memory_budget_state(one.budget).waited_for,
			 largest + 100);
	give(&one);
	assert_true(has_taken(&first));
	assert_int_equal(memory_budget_state(one.budget).waited_for, 100);
	end_other(&first);
	assert_true(has_taken(&second));
	end_other(&second);
	end_client(&small);
	end_client(&two);
	end_client(&one);
}

/* What fits beside all who wait does not wait. */
static void what_nobody_waits_for_is_given(void **state)
{
	struct client one = new_client(0), two = new_client(0);
	struct other waiting;

	(void)state;
	assert_true(take(&one, 600));
	waiting = new_other(400, LONG_MS);
	wait_until_waiting(&one, 400);
	give(&one);
	assert_true(has_taken(&waiting));
	assert_true(take(&two, 400));
	end_other(&waiting);
	end_client(&two);
	end_client(&one);
}

/* As many as is needed, those first that have been idle longest, and only if
   that is enough. */
static void ends_idle_processes_for_others(void **state)
{
	enum { IDLE = 5, MIB = 40 };
	const long largest = memory_budget_largest_mib(TOTAL);
	struct client idle[IDLE], next = new_client(0), one = new_client(0);
	pid_t pids[IDLE];

	(void)state;
	for (int i = 0; i < IDLE; i++) {
		idle[i] = new_client(0);
		pids[i] = new_idle(&idle[i], MIB);
	}
	assert_int_equal(memory_budget_state(one.budget).idle, IDLE * MIB);
	assert_int_equal(memory_budget_state(one.budget).taken, 0);
	assert_true(take(&one, 200));
	assert_false(take(&next, largest));
	assert_int_equal(memory_budget_state(one.budget).idle, IDLE * MIB);
	give(&one);
	assert_true(take(&next, largest));
	assert_int_equal(memory_budget_state(one.budget).idle, 3 * MIB);
	for (int i = 0; i < IDLE; i++) {
		assert_int_equal(was_ended(pids[i]), i < 2);
		end_client(&idle[i]);
	}
	end_client(&one);
	end_client(&next);
}

/* Its memory counts once, and stays when it gets no more. */
static void uses_the_memory_of_its_idle_process(void **state)
{
	struct client idle = new_client(0), other = new_client(0);
	const pid_t pid = new_idle(&idle, 50);

	(void)state;
	assert_true(take(&other, 800));
	assert_false(take(&idle, 300));
	assert_int_equal(memory_budget_state(idle.budget).idle, 50);
	assert_int_equal(memory_budget_state(idle.budget).waited_for, 0);
	assert_true(take(&idle, SMALL));
	assert_int_equal(memory_budget_state(idle.budget).idle, 0);
	assert_int_equal(memory_budget_state(idle.budget).taken, 800 + SMALL);
	give(&idle);
	assert_int_equal(memory_budget_state(idle.budget).taken, 800);
	assert_false(was_ended(pid));
	end_client(&other);
	end_client(&idle);
}

static void is_idle_with_no_more_than_it_has(void **state)
{
	const struct process_id process = { 0 };
	struct client client = new_client(0);

	(void)state;
	assert_false(
		memory_budget_idle(client.budget, &client.holder, 10, process));
	assert_true(take(&client, 20));
	assert_false(
		memory_budget_idle(client.budget, &client.holder, 21, process));
	assert_int_equal(memory_budget_state(client.budget).taken, 20);
	end_client(&client);
}

static void count_tick(void *arg)
{
	(*(int *)arg)++;
}

static void waits_as_long_as_told(void **state)
{
	struct client one = new_client(0), two = new_client(1100);
	const int64_t began_ms = clock_monotonic_ms();
	int ticks = 0;

	(void)state;
	two.work.tick = count_tick;
	two.work.tick_arg = &ticks;
	assert_true(take(&one, 800));
	assert_false(take(&two, 800));
	assert_true(clock_monotonic_ms() - began_ms >= 1100);
	assert_true(ticks >= 1);
	assert_int_equal(memory_budget_state(one.budget).waited_for, 0);
	end_client(&two);
	end_client(&one);
}

enum { PROCESSES = 8, TIMES = 60 };

static void work_on(atomic_int *now, atomic_int *most, int seed)
{
	struct client client = new_client(LONG_MS);

	for (int i = 0; i < TIMES; i++) {
		const int mib = 1 + (seed * 7919 + i * 104729) % 800;
		int seen, known = atomic_load(most);

		if (!take(&client, mib))
			_exit(1);
		seen = atomic_fetch_add(now, mib) + mib;
		while (seen > known &&
		       !atomic_compare_exchange_weak(most, &known, seen))
			;
		/* The time for which it has the memory is what is tested. */
		wait_tick();
		atomic_fetch_sub(now, mib);
		give(&client);
	}
	end_client(&client);
	_exit(0);
}

static void is_never_exceeded(void **state)
{
	atomic_int *counts = shared_new(2 * sizeof(*counts));
	int status;

	(void)state;
	for (int i = 0; i < PROCESSES; i++)
		if (!fork())
			work_on(&counts[0], &counts[1], i);
	for (int i = 0; i < PROCESSES; i++) {
		wait(&status);
		assert_int_equal(status, 0);
	}
	assert_in_range(counts[1], 1, TOTAL);
	shared_free(counts, 2 * sizeof(*counts));
}

static void removes_its_file(void **state)
{
	struct client one = new_client(0), two = new_client(0);
	char path[96];

	(void)state;
	snprintf(path, sizeof(path), "/dev/shm/%s", name);
	end_client(&one);
	assert_int_equal(access(path, F_OK), 0);
	end_client(&two);
	assert_int_equal(access(path, F_OK), -1);
}

static void trusts_no_file_of_others(void **state)
{
	struct memory_budget *budget;
	char path[96], elsewhere[] = "/tmp/pixtier-budget.XXXXXX";
	const int file = mkstemp(elsewhere);

	(void)state;
	assert_true(file >= 0);
	snprintf(path, sizeof(path), "/dev/shm/%s", name);
	assert_int_equal(symlink(elsewhere, path), 0);
	assert_false(memory_budget_open(&budget, name, TOTAL));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(unlink(elsewhere), 0);
	close(file);
}

static void knows_the_machine(void **state)
{
	const long pages = sysconf(_SC_PHYS_PAGES);
	const long mib = pages / 2 * (sysconf(_SC_PAGESIZE) / 1024) / 1024;

	(void)state;
	assert_in_range(memory_budget_default_mib(), 1, mib);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_a_sum),
		cmocka_unit_test(leaves_a_part_to_small_ones),
		cmocka_unit_test(frees_what_the_dead_had),
		cmocka_unit_test(lasts_while_another_process_has_it),
		cmocka_unit_test(frees_the_place_of_the_dead_in_the_queue),
		cmocka_unit_test(nobody_is_overtaken),
		cmocka_unit_test(what_nobody_waits_for_is_given),
		cmocka_unit_test(ends_idle_processes_for_others),
		cmocka_unit_test(uses_the_memory_of_its_idle_process),
		cmocka_unit_test(is_idle_with_no_more_than_it_has),
		cmocka_unit_test(waits_as_long_as_told),
		cmocka_unit_test(is_never_exceeded),
		cmocka_unit_test(removes_its_file),
		cmocka_unit_test(trusts_no_file_of_others),
		cmocka_unit_test(knows_the_machine),
	};

	snprintf(name, sizeof(name), "pixtier-test-%d", getpid());
	return RUN_TESTS(tests);
}
