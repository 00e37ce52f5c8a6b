/* process_id.c: tests that processes are not confused. */
#include "config.h"

#include "lib/process/process_id.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/test.h"

static struct process_id start_process(void)
{
	const pid_t pid = fork();
	struct process_id process;

	if (!pid)
		for (;;)
			pause();
	assert_true(process_id_read(&process, pid));
	return process;
}

static void wait_until_ended(pid_t pid)
{
	siginfo_t info;

	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
}

static void knows_what_runs(void **state)
{
	struct process_id process = { 0 };

	(void)state;
	assert_false(process_id_is_alive(process));
	assert_true(process_id_read(&process, getpid()));
	assert_int_equal(process.pid, getpid());
	assert_true(process_id_is_alive(process));
	process.started++;
	assert_false(process_id_is_alive(process));
}

static void kills_no_other_process(void **state)
{
	const struct process_id process = start_process();
	struct process_id older = process;

	(void)state;
	older.started--;
	process_id_kill(older);
	process_id_kill((struct process_id){ 0 });
	assert_true(process_id_is_alive(process));
	process_id_kill(process);
	wait_until_ended(process.pid);
	assert_false(process_id_is_alive(process));
	assert_false(process_id_read(&older, process.pid));
	assert_int_equal(waitpid(process.pid, NULL, 0), process.pid);
	process_id_kill(process);
	assert_false(process_id_is_alive(process));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_what_runs),
		cmocka_unit_test(kills_no_other_process),
	};

	return RUN_TESTS(tests);
}
