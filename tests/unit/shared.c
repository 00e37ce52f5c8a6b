/* shared.c: tests memory that processes share, and the locks in it. */
#include "config.h"

#include "lib/process/shared.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/test.h"

enum { SIZE = 10000, NUMBER = 17 };

struct counted {
	struct shared_lock lock;
	int count;
};

static struct counted *new_counted(void)
{
	struct counted *counted = shared_new(sizeof(*counted));

	shared_lock_init(&counted->lock);
	return counted;
}

static int wait_for(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void children_write_it(void **state)
{
	char *memory = shared_new(SIZE);
	pid_t pid;

	(void)state;
	for (size_t i = 0; i < SIZE; i++)
		assert_int_equal(memory[i], 0);
	pid = fork();
	if (!pid) {
		memory[SIZE - 1] = NUMBER;
		_exit(0);
	}
	assert_int_equal(wait_for(pid), 0);
	assert_int_equal(memory[SIZE - 1], NUMBER);
	shared_free(memory, SIZE);
}

/* SIGSEGV ends a process that reads memory which it does not have. */
static void hides_from_grandchildren(void **state)
{
	volatile char *memory = shared_new(SIZE);
	pid_t pid = fork();

	(void)state;
	if (!pid) {
		shared_hide((void *)memory, SIZE);
		memory[0] = NUMBER;
		pid = fork();
		if (!pid) {
			signal(SIGSEGV, SIG_DFL);
			setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
			_exit(memory[0]);
		}
		_exit(WTERMSIG(wait_for(pid)));
	}
	assert_int_equal(WEXITSTATUS(wait_for(pid)), SIGSEGV);
	assert_int_equal(memory[0], NUMBER);
	shared_free((void *)memory, SIZE);
}

/* A process that takes the lock and keeps it until it is killed. */
static pid_t holder(struct counted *counted)
{
	int pipes[2];
	char taken;
	pid_t pid;

	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	if (!pid) {
		shared_lock_take(&counted->lock);
		counted->count++;
		if (write(pipes[1], "", 1) == 1)
			pause();
		_exit(1);
	}
	assert_int_equal(read(pipes[0], &taken, 1), 1);
	close(pipes[0]);
	close(pipes[1]);
	return pid;
}

static bool wait_and_take(struct shared_lock *lock)
{
	shared_lock_take(lock);
	return true;
}

/* The second turn shows that the lock can be taken again. */
static void frees_locks_of_dead_processes(void **state)
{
	static bool (*const ways[])(struct shared_lock * lock) = {
		shared_lock_try,
		wait_and_take,
	};
	struct counted *counted = new_counted();

	(void)state;
	for (int turn = 0; turn < 2; turn++)
		EACH_ROW(i, ways) {
			pid_t pid = holder(counted);

			assert_false(shared_lock_try(&counted->lock));
			assert_int_equal(kill(pid, SIGKILL), 0);
			wait_for(pid);
			assert_true(ways[i](&counted->lock));
			shared_lock_give(&counted->lock);
		}
	assert_int_equal(counted->count, 2 * ARRAY_LEN(ways));
	shared_free(counted, sizeof(*counted));
}

enum { PROCESSES = 4, TIMES = 2000 };

static void count_up(struct counted *counted)
{
	for (int i = 0; i < TIMES; i++) {
		shared_lock_take(&counted->lock);
		counted->count++;
		shared_lock_give(&counted->lock);
	}
	_exit(0);
}

static void one_process_at_a_time_has_a_lock(void **state)
{
	struct counted *counted = new_counted();
	pid_t pids[PROCESSES];

	(void)state;
	for (int i = 0; i < PROCESSES; i++) {
		pids[i] = fork();
		if (!pids[i])
			count_up(counted);
	}
	for (int i = 0; i < PROCESSES; i++)
		assert_int_equal(wait_for(pids[i]), 0);
	assert_int_equal(counted->count, PROCESSES * TIMES);
	shared_free(counted, sizeof(*counted));
}

static void maps_a_file(void **state)
{
	const int file = memfd_create("shared", MFD_CLOEXEC);
	void *one, *two;

	(void)state;
	assert_true(shared_open(&one, file, SIZE));
	assert_true(shared_open(&two, file, SIZE));
	assert_int_equal(lseek(file, 0, SEEK_END), SIZE);
	((char *)one)[SIZE - 1] = NUMBER;
	assert_int_equal(((char *)two)[SIZE - 1], NUMBER);
	shared_free(one, SIZE);
	assert_true(shared_open(&one, file, 1));
	assert_int_equal(lseek(file, 0, SEEK_END), SIZE);
	shared_free(one, 1);
	shared_free(two, SIZE);
	close(file);
}

/* A full file system: a file that may not grow fails in the same way. */
static void refuses_files_without_room(void **state)
{
	const int file = memfd_create("shared", MFD_ALLOW_SEALING);
	void *memory = NULL;

	(void)state;
	assert_int_equal(fcntl(file, F_ADD_SEALS, F_SEAL_GROW), 0);
	errno = 0;
	assert_false(shared_open(&memory, file, SIZE));
	assert_int_equal(errno, EPERM);
	assert_null(memory);
	close(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(children_write_it),
		cmocka_unit_test(hides_from_grandchildren),
		cmocka_unit_test(frees_locks_of_dead_processes),
		cmocka_unit_test(one_process_at_a_time_has_a_lock),
		cmocka_unit_test(maps_a_file),
		cmocka_unit_test(refuses_files_without_room),
	};

	return RUN_TESTS(tests);
}
