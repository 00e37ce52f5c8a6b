/* turn.c: tests that only so many processes have a turn at once. */
#include "config.h"

#include "lib/base/turn.h"

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "tests/unit/test.h"

/* A process that takes a turn and keeps it until it is killed. */
static pid_t holder(struct turns *turns, long count)
{
	int pipes[2];
	long turn;
	pid_t pid;
	char taken;

	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	if (!pid) {
		taken = turn_take(&turn, turns, count, 0);
		if (write(pipes[1], &taken, 1) == 1)
			pause();
		_exit(1);
	}
	assert_int_equal(read(pipes[0], &taken, 1), 1);
	assert_true(taken);
	close(pipes[0]);
	close(pipes[1]);
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void frees_the_turns_of_the_dead(void **state)
{
	struct turns *turns = turns_new();
	pid_t first = holder(turns, 2), second = holder(turns, 2);
	long turn;

	(void)state;
	assert_false(turn_take(&turn, turns, 2, 0));
	end(first);
	assert_true(turn_take(&turn, turns, 2, 0));
	assert_int_equal(turn, 0);
	turn_give(turns, turn);
	assert_true(turn_take(&turn, turns, 2, 0));
	end(second);
	turn_give(turns, turn);
	for (long i = 0; i < 2; i++)
		end(holder(turns, 1));
	turns_free(turns);
}

static void waits_as_long_as_told(void **state)
{
	struct turns *turns = turns_new();
	pid_t pid = holder(turns, 1);
	int64_t began = clock_monotonic_ms();
	long turn;

	(void)state;
	assert_false(turn_take(&turn, turns, 1, 50));
	assert_true(clock_monotonic_ms() - began >= 50);
	end(pid);
	turns_free(turns);
}

static void keeps_names_apart(void **state)
{
	struct turns *turns = turns_new();
	long first, second, any;

	(void)state;
	assert_true(turn_take_named(&first, turns, "a", 0));
	assert_true(turn_take_named(&second, turns, "b", 0));
	assert_true(turn_take(&any, turns, TURN_MAX, 0));
	assert_false(turn_take_named(&any, turns, "a", 10));
	turn_give(turns, first);
	assert_true(turn_take_named(&first, turns, "a", 0));
	turns_free(turns);
}

enum { PROCESSES = 8, TIMES = 200, COUNT = 3 };

static void work_in_turns(struct turns *turns, atomic_int *now,
			  atomic_int *most)
{
	for (int i = 0; i < TIMES; i++) {
		int seen, known = atomic_load(most);
		long turn;

		if (!turn_take(&turn, turns, COUNT, 60000))
			_exit(1);
		seen = atomic_fetch_add(now, 1) + 1;
		while (seen > known &&
		       !atomic_compare_exchange_weak(most, &known, seen))
			;
		sched_yield();
		atomic_fetch_sub(now, 1);
		turn_give(turns, turn);
	}
	_exit(0);
}

static void lets_only_so_many_work_at_once(void **state)
{
	struct turns *turns = turns_new();
	atomic_int *counts =
		mmap(NULL, 2 * sizeof(*counts), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status;

	(void)state;
	assert_ptr_not_equal(counts, MAP_FAILED);
	for (int i = 0; i < PROCESSES; i++)
		if (!fork())
			work_in_turns(turns, &counts[0], &counts[1]);
	for (int i = 0; i < PROCESSES; i++) {
		wait(&status);
		assert_int_equal(status, 0);
	}
	assert_in_range(counts[1], 1, COUNT);
	munmap(counts, 2 * sizeof(*counts));
	turns_free(turns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frees_the_turns_of_the_dead),
		cmocka_unit_test(waits_as_long_as_told),
		cmocka_unit_test(keeps_names_apart),
		cmocka_unit_test(lets_only_so_many_work_at_once),
	};

	return RUN_TESTS(tests);
}
