/* decoder_budget.c: tests how decoder processes share memory. */
#include "config.h"

#include "lib/picture/decoder_budget.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/pool.h"
#include "lib/base/uuid.h"
#include "lib/picture/decoder_idle.h"
#include "lib/picture/decoder_pool.h"
#include "lib/picture/decoder_process.h"
#include "lib/process/filter.h"
#include "lib/process/memory_budget.h"
#include "tests/lib/fixture.h"
#include "tests/lib/wait.h"
#include "tests/unit/test.h"

/* A fixture whose decoder processes share so much, and another client of the
   same. */
static struct fixture new_budget_desk(struct memory_budget **other,
				      struct memory_holder *holder,
				      long total_mib)
{
	struct fixture fixture = fixture_set_up();

	fixture.conf->store_dir = pool_printf(fixture.pool, "/%d", getpid());
	fixture.conf->decoder_memory_total = total_mib;
	fixture_restart(&fixture, &fixture_limits);
	assert_true(memory_budget_open(
		other, decoder_budget_name(fixture.pool, fixture.conf),
		total_mib));
	assert_true(memory_holder_open(holder, *other));
	return fixture;
}

static void wait_until_taken(struct memory_budget *budget, long mib)
{
	assert_true(EVENTUALLY(memory_budget_state(budget).taken == mib));
}

static pid_t waiting(const struct fixture *fixture)
{
	return decoder_pool_state(fixture->decoders).idle.pid;
}

static void shares_its_memory(void **state)
{
	struct memory_budget *other;
	struct memory_holder holder;
	struct fixture fixture = new_budget_desk(&other, &holder, 400);
	struct work work = { 0 };
	struct rendition rendition;
	pid_t kept;
	const struct fixture_file small =
		fixture_four_colours(&fixture, FORMAT_PNG, 60, 40);
	const struct fixture_file large =
		fixture_four_colours(&fixture, FORMAT_TIFF, 3000, 2000);

	(void)state;
	fixture.owner = uuid_new();
	fixture_must_render(&rendition, &fixture, &large, "h20");
	wait_until_taken(other, 0);
	assert_int_equal(waiting(&fixture), 0);
	fixture_must_render(&rendition, &fixture, &small, "h20");
	kept = waiting(&fixture);
	assert_true(kept > 0);
	assert_int_equal(memory_budget_state(other).taken, 0);

	assert_true(memory_budget_take(other, &holder, &work, 340));
	fixture_must_render(&rendition, &fixture, &small, "h20");
	fixture_must_fail(&fixture, &large, "h20", ERR_UNAVAILABLE,
			  "MiB of memory left now");
	assert_true(fixture.work.uncounted);
	assert_int_equal(memory_budget_state(other).taken, 340);
	assert_int_equal(waiting(&fixture), kept);
	memory_budget_give(other, &holder);
	fixture_must_render(&rendition, &fixture, &large, "h20");
	fixture_must_render(&rendition, &fixture, &small, "h20");

	fixture.conf->decoder_memory_total = 64;
	fixture_must_fail(&fixture, &large, "h20", ERR_TOO_LARGE,
			  "MiB of memory, more than 56");
	memory_holder_close(&holder);
	memory_budget_close(other);
	fixture_clear_up(&fixture);
}

/* It reaps nobody then. */
static void stop_server(const struct fixture *fixture)
{
	int status;

	kill(fixture->server_pid, SIGSTOP);
	assert_int_equal(waitpid(fixture->server_pid, &status, WUNTRACED),
			 fixture->server_pid);
	assert_true(WIFSTOPPED(status));
}

/* The memory of a decoder process that is stopped, then killed. */
static void keeps_memory_until_the_process_is_gone(void **state)
{
	const struct decoder_limits hasty = { (size_t)256 << 20, 3, 0 };
	struct memory_budget *other;
	struct memory_holder holder;
	struct fixture fixture = new_budget_desk(&other, &holder, 400);
	const struct fixture_file large =
		fixture_four_colours(&fixture, FORMAT_TIFF, 3000, 2000);

	(void)state;
	fixture_restart(&fixture, &hasty);
	kill(fixture_spare(&fixture), SIGSTOP);
	stop_server(&fixture);
	fixture_must_fail(&fixture, &large, "h20", ERR_UNAVAILABLE,
			  "an answer of the decoder process within 3 s");
	assert_true(memory_budget_state(other).taken > 0);
	kill(fixture.server_pid, SIGCONT);
	wait_until_taken(other, 0);
	memory_holder_close(&holder);
	memory_budget_close(other);
	fixture_clear_up(&fixture);
}

/* The processes have the picture as a whole, the estimate is for rows. */
static void lets_a_picture_have_more_than_its_estimate(void **state)
{
	struct memory_budget *other;
	struct memory_holder holder;
	struct fixture fixture = new_budget_desk(&other, &holder, 400);
	const struct fixture_file file =
		fixture_four_colours(&fixture, FORMAT_PNG, 5000, 4000);
	struct rendition rendition;
	struct work work = { 0 };

	(void)state;
	fixture.conf->engine = ENGINE_GRAPHICSMAGICK;
	fixture_restart(&fixture, &fixture_limits);
	fixture.conf->engine = ENGINE_FAST;
	/* Until the first process is gone. */
	fixture.work.memory_wait_ms = 60000;
	fixture_must_render(&rendition, &fixture, &file, "h20");
	fixture.work.memory_wait_ms = 0;
	wait_until_taken(other, 0);
	assert_true(memory_budget_take(other, &holder, &work, 200));
	if (!FILTER_WITH_SANITIZER) /* without RLIMIT_AS */
		fixture_must_fail(&fixture, &file, "h20", ERR_UNAVAILABLE,
				  "MiB of memory left now");
	memory_holder_close(&holder);
	memory_budget_close(other);
	fixture_clear_up(&fixture);
}

/* A new process of this owner that has so much. */
static struct decoder_process reserve(struct fixture *fixture,
				      struct memory_budget *budget, long mib)
{
	const struct decoder_client *server = &fixture->server.client;
	const int64_t deadline_ms = clock_monotonic_ms() + 10000;
	struct decoder_process process;

	assert_true(decoder_process_request(&process, server, budget));
	assert_int_equal(decoder_process_hello(&process, &fixture->work, server,
					       deadline_ms),
			 READ_OK);
	process.owner = fixture->owner;
	assert_true(decoder_budget_reserve(&process, &fixture->work, budget,
					   (unsigned)mib, &fixture_limits));
	assert_int_equal(memory_budget_state(budget).taken, mib);
	return process;
}

static void gives_memory_back_when_a_process_is_idle_or_gone(void **state)
{
	struct memory_budget *other;
	struct memory_holder holder;
	struct fixture fixture = new_budget_desk(&other, &holder, 400);
	struct decoder_process process;

	(void)state;
	fixture.owner = uuid_new();
	process = reserve(&fixture, other, 30);
	decoder_idle_put(fixture.server.idle, &process, other);
	assert_int_equal(decoder_idle_state(fixture.server.idle).count, 1);
	assert_int_equal(memory_budget_state(other).taken, 0);
	assert_in_range(memory_budget_state(other).idle, 1, 30);

	fixture.conf->idle_decoders = 0;
	fixture_restart(&fixture, &fixture_limits);
	process = reserve(&fixture, other, 30);
	stop_server(&fixture);
	decoder_idle_put(fixture.server.idle, &process, other);
	assert_int_equal(process.child.socket, -1);
	assert_int_equal(memory_budget_state(other).taken, 30);
	kill(fixture.server_pid, SIGCONT);
	wait_until_taken(other, 0);
	memory_holder_close(&holder);
	memory_budget_close(other);
	fixture_clear_up(&fixture);
}

/* Any client of the budget, for instance of the other supervisor. */
static void ends_idle_processes_for_other_clients(void **state)
{
	enum { OWNERS = 20, TOTAL = 400 };
	struct memory_budget *other;
	struct memory_holder holder;
	struct fixture fixture = new_budget_desk(&other, &holder, TOTAL);
	const long largest = memory_budget_largest_mib(TOTAL);
	const struct fixture_file small =
		fixture_four_colours(&fixture, FORMAT_PNG, 60, 40);
	struct work work = { 0 };

	(void)state;
	if (FILTER_WITH_SANITIZER) {
		memory_holder_close(&holder);
		memory_budget_close(other);
		fixture_clear_up(&fixture);
		skip(); /* whose processes keep too much to be idle */
	}
	for (int i = 0; i < OWNERS; i++)
		fixture_render_as(&fixture, uuid_new(), &small);
	assert_in_range(memory_budget_state(other).idle, TOTAL - largest + 1,
			TOTAL);
	assert_true(memory_budget_take(other, &holder, &work, largest));
	assert_in_range(memory_budget_state(other).idle, 1, TOTAL - largest);
	/* The last is still there, and the first ones are replaced. */
	fixture_render_as(&fixture, fixture.owner, &small);
	assert_int_equal(memory_budget_state(other).taken, largest);
	memory_holder_close(&holder);
	memory_budget_close(other);
	fixture_clear_up(&fixture);
}

/* Another responder. */
static void render_elsewhere(struct fixture *fixture,
			     const struct fixture_file *file)
{
	struct rendition rendition;
	const pid_t pid = fork();
	int status;

	if (!pid) {
		fixture->decoders = decoder_pool_new(
			fixture->conf, &fixture_limits, &fixture->server);
		_exit(fixture_render(&rendition, fixture, file, "h20") ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void reserves_for_a_process_of_another_client(void **state)
{
	struct memory_budget *other;
	struct memory_holder holder;
	struct fixture fixture = new_budget_desk(&other, &holder, 400);
	const struct decoder_server server = fixture.server;
	const struct fixture_file small =
		fixture_four_colours(&fixture, FORMAT_PNG, 60, 40);
	struct decoder_process process;

	(void)state;
	fixture.owner = uuid_new();
	assert_true(decoder_idle_new(&fixture.server.idle, fixture.conf));
	render_elsewhere(&fixture, &small);
	assert_int_equal(memory_budget_state(other).taken, 0);
	assert_true(decoder_idle_take(&process, fixture.server.idle,
				      fixture.owner));
	assert_true(decoder_budget_reserve(&process, &fixture.work, other, 30,
					   &fixture_limits));
	stop_server(&fixture);
	decoder_process_end(&process);
	assert_int_equal(memory_budget_state(other).taken, 30);
	kill(fixture.server_pid, SIGCONT);
	wait_until_taken(other, 0);
	decoder_idle_free(fixture.server.idle);
	fixture.server = server;
	memory_holder_close(&holder);
	memory_budget_close(other);
	fixture_clear_up(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shares_its_memory),
		cmocka_unit_test(keeps_memory_until_the_process_is_gone),
		cmocka_unit_test(lets_a_picture_have_more_than_its_estimate),
		cmocka_unit_test(
			gives_memory_back_when_a_process_is_idle_or_gone),
		cmocka_unit_test(ends_idle_processes_for_other_clients),
		cmocka_unit_test(reserves_for_a_process_of_another_client),
	};

	return RUN_TESTS(tests);
}
