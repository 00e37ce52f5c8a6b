/* semaphore.c: tests that only so many processes have a slot at once. */
#include "config.h"

#include "lib/process/semaphore.h"

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/process/shared.h"
#include "tests/unit/test.h"

/* A process that takes a slot and keeps it until it is killed. */
static pid_t holder(struct semaphore *semaphore, long count)
{
	int pipes[2];
	long slot;
	pid_t pid;
	char taken;

	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	if (!pid) {
		taken = semaphore_take(&slot, semaphore, count, 0);
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
	struct semaphore *semaphore = semaphore_new();
	pid_t first = holder(semaphore, 2), second = holder(semaphore, 2);
	long slot;

	(void)state;
	assert_false(semaphore_take(&slot, semaphore, 2, 0));
	end(first);
	assert_true(semaphore_take(&slot, semaphore, 2, 0));
	assert_int_equal(slot, 0);
	semaphore_give(semaphore, slot);
	assert_true(semaphore_take(&slot, semaphore, 2, 0));
	end(second);
	semaphore_give(semaphore, slot);
	for (long i = 0; i < 2; i++)
		end(holder(semaphore, 1));
	semaphore_free(semaphore);
}

static void waits_as_long_as_told(void **state)
{
	struct semaphore *semaphore = semaphore_new();
	pid_t pid = holder(semaphore, 1);
	int64_t began = clock_monotonic_ms();
	long slot;

	(void)state;
	assert_false(semaphore_take(&slot, semaphore, 1, 50));
	assert_true(clock_monotonic_ms() - began >= 50);
	end(pid);
	semaphore_free(semaphore);
}

static void keeps_names_apart(void **state)
{
	struct semaphore *semaphore = semaphore_new();
	long first, second, any;

	(void)state;
	assert_true(named_lock_take(&first, semaphore, "a", 0));
	assert_true(named_lock_take(&second, semaphore, "b", 0));
	assert_true(semaphore_take(&any, semaphore, SEMAPHORE_MAX, 0));
	assert_false(named_lock_take(&any, semaphore, "a", 10));
	semaphore_give(semaphore, first);
	assert_true(named_lock_take(&first, semaphore, "a", 0));
	semaphore_free(semaphore);
}

enum { PROCESSES = 8, TIMES = 200, COUNT = 3 };

static void work_in_turns(struct semaphore *semaphore, atomic_int *now,
			  atomic_int *most)
{
	for (int i = 0; i < TIMES; i++) {
		int seen, known = atomic_load(most);
		long slot;

		if (!semaphore_take(&slot, semaphore, COUNT, 60000))
			_exit(1);
		seen = atomic_fetch_add(now, 1) + 1;
		while (seen > known &&
		       !atomic_compare_exchange_weak(most, &known, seen))
			;
		sched_yield();
		atomic_fetch_sub(now, 1);
		semaphore_give(semaphore, slot);
	}
	_exit(0);
}

static void lets_only_so_many_work_at_once(void **state)
{
	struct semaphore *semaphore = semaphore_new();
	atomic_int *counts = shared_new(2 * sizeof(*counts));
	int status;

	(void)state;
	for (int i = 0; i < PROCESSES; i++)
		if (!fork())
			work_in_turns(semaphore, &counts[0], &counts[1]);
	for (int i = 0; i < PROCESSES; i++) {
		wait(&status);
		assert_int_equal(status, 0);
	}
	assert_in_range(counts[1], 1, COUNT);
	shared_free(counts, 2 * sizeof(*counts));
	semaphore_free(semaphore);
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
