/* decoder_budget.c: tests how decoder processes share memory. */
#include "config.h"

#include "lib/picture/decoder_budget.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/filter.h"
#include "lib/base/memory_budget.h"
#include "lib/base/pool.h"
#include "lib/base/uuid.h"
#include "lib/picture/decoder_idle.h"
#include "lib/picture/decoder_pool.h"
#include "lib/picture/decoder_process.h"
#include "tests/lib/desk.h"
#include "tests/unit/test.h"

/* A desk whose decoder processes share so much, and another client of the
   same. */
static struct desk new_budget_desk(struct memory_budget **other,
				   struct memory_holder *holder, long total_mib)
{
	struct desk desk = desk_set_up();

	desk.conf->store_dir = pool_printf(desk.pool, "/%d", getpid());
	desk.conf->decoder_memory_total = total_mib;
	desk_restart(&desk, &desk_limits);
	assert_true(memory_budget_open(
		other, decoder_budget_name(desk.pool, desk.conf), total_mib));
	assert_true(memory_holder_open(holder, *other));
	return desk;
}

static void wait_until_taken(struct memory_budget *budget, long mib)
{
	while (memory_budget_state(budget).taken != mib)
		usleep(1000);
}

static pid_t waiting(const struct desk *desk)
{
	return decoder_pool_state(desk->decoders).idle.pid;
}

static void shares_its_memory(void **state)
{
	struct memory_budget *other;
	struct memory_holder holder;
	struct desk desk = new_budget_desk(&other, &holder, 400);
	struct work work = { 0 };
	struct rendition rendition;
	pid_t kept;
	const struct desk_file small =
		desk_four_colours(&desk, FORMAT_PNG, 60, 40);
	const struct desk_file large =
		desk_four_colours(&desk, FORMAT_TIFF, 3000, 2000);

	(void)state;
	desk.owner = uuid_new();
	desk_must_render(&rendition, &desk, &large, "h20");
	wait_until_taken(other, 0);
	assert_int_equal(waiting(&desk), 0);
	desk_must_render(&rendition, &desk, &small, "h20");
	kept = waiting(&desk);
	assert_true(kept > 0);
	assert_int_equal(memory_budget_state(other).taken, 0);

	assert_true(memory_budget_take(other, &holder, &work, 340));
	desk_must_render(&rendition, &desk, &small, "h20");
	desk_must_fail(&desk, &large, "h20", ERR_UNAVAILABLE,
		       "MiB of memory left now");
	assert_true(desk.work.uncounted);
	assert_int_equal(memory_budget_state(other).taken, 340);
	assert_int_equal(waiting(&desk), kept);
	memory_budget_give(other, &holder);
	desk_must_render(&rendition, &desk, &large, "h20");
	desk_must_render(&rendition, &desk, &small, "h20");

	desk.conf->decoder_memory_total = 64;
	desk_must_fail(&desk, &large, "h20", ERR_TOO_LARGE,
		       "MiB of memory, more than 56");
	memory_holder_close(&holder);
	memory_budget_close(other);
	desk_clear_up(&desk);
}

/* It reaps nobody then. */
static void stop_server(const struct desk *desk)
{
	int status;

	kill(desk->server_pid, SIGSTOP);
	assert_int_equal(waitpid(desk->server_pid, &status, WUNTRACED),
			 desk->server_pid);
	assert_true(WIFSTOPPED(status));
}

/* The memory of a decoder process that is stopped, then killed. */
static void keeps_memory_until_the_process_is_gone(void **state)
{
	const struct decoder_limits hasty = { (size_t)256 << 20, 1, 0 };
	struct memory_budget *other;
	struct memory_holder holder;
	struct desk desk = new_budget_desk(&other, &holder, 400);
	const struct desk_file large =
		desk_four_colours(&desk, FORMAT_TIFF, 3000, 2000);

	(void)state;
	desk_restart(&desk, &hasty);
	kill(desk_spare(&desk), SIGSTOP);
	stop_server(&desk);
	desk_must_fail(&desk, &large, "h20", ERR_UNAVAILABLE,
		       "an answer of the decoder process within 1 s");
	assert_true(memory_budget_state(other).taken > 0);
	kill(desk.server_pid, SIGCONT);
	wait_until_taken(other, 0);
	memory_holder_close(&holder);
	memory_budget_close(other);
	desk_clear_up(&desk);
}

/* The processes have the picture as a whole, the estimate is for rows. */
static void lets_a_picture_have_more_than_its_estimate(void **state)
{
	struct memory_budget *other;
	struct memory_holder holder;
	struct desk desk = new_budget_desk(&other, &holder, 400);
	const struct desk_file file =
		desk_four_colours(&desk, FORMAT_PNG, 5000, 4000);
	struct rendition rendition;
	struct work work = { 0 };

	(void)state;
	desk.conf->engine = ENGINE_GRAPHICSMAGICK;
	desk_restart(&desk, &desk_limits);
	desk.conf->engine = ENGINE_FAST;
	/* Until the first process is gone. */
	desk.work.memory_wait_ms = 60000;
	desk_must_render(&rendition, &desk, &file, "h20");
	desk.work.memory_wait_ms = 0;
	wait_until_taken(other, 0);
	assert_true(memory_budget_take(other, &holder, &work, 200));
	if (!FILTER_WITH_SANITIZER) /* without RLIMIT_AS */
		desk_must_fail(&desk, &file, "h20", ERR_UNAVAILABLE,
			       "MiB of memory left now");
	memory_holder_close(&holder);
	memory_budget_close(other);
	desk_clear_up(&desk);
}

/* A new process of this owner that has so much. */
static struct decoder_process reserve(struct desk *desk,
				      struct memory_budget *budget, long mib)
{
	const struct decoder_client *server = &desk->server.client;
	const int64_t deadline_ms = clock_monotonic_ms() + 10000;
	struct decoder_process process;

	assert_true(decoder_process_request(&process, server, budget));
	assert_int_equal(decoder_process_hello(&process, &desk->work, server,
					       deadline_ms),
			 READ_OK);
	process.owner = desk->owner;
	assert_true(decoder_budget_reserve(&process, &desk->work, budget,
					   (unsigned)mib, &desk_limits));
	assert_int_equal(memory_budget_state(budget).taken, mib);
	return process;
}

static void gives_memory_back_when_a_process_waits_or_is_gone(void **state)
{
	struct memory_budget *other;
	struct memory_holder holder;
	struct desk desk = new_budget_desk(&other, &holder, 400);
	struct decoder_process process;

	(void)state;
	desk.owner = uuid_new();
	process = reserve(&desk, other, 30);
	decoder_idle_put(desk.server.idle, &process, other);
	assert_int_equal(decoder_idle_state(desk.server.idle).count, 1);
	assert_int_equal(memory_budget_state(other).taken, 0);

	desk.conf->idle_decoders = 0;
	desk_restart(&desk, &desk_limits);
	process = reserve(&desk, other, 30);
	stop_server(&desk);
	decoder_idle_put(desk.server.idle, &process, other);
	assert_int_equal(process.child.socket, -1);
	assert_int_equal(memory_budget_state(other).taken, 30);
	kill(desk.server_pid, SIGCONT);
	wait_until_taken(other, 0);
	memory_holder_close(&holder);
	memory_budget_close(other);
	desk_clear_up(&desk);
}

/* Another responder. */
static void render_elsewhere(struct desk *desk, const struct desk_file *file)
{
	struct rendition rendition;
	const pid_t pid = fork();
	int status;

	if (!pid) {
		desk->decoders = decoder_pool_new(desk->conf, &desk_limits,
						  &desk->server);
		_exit(desk_render(&rendition, desk, file, "h20") ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void reserves_for_a_process_of_another_client(void **state)
{
	struct memory_budget *other;
	struct memory_holder holder;
	struct desk desk = new_budget_desk(&other, &holder, 400);
	const struct decoder_server server = desk.server;
	const struct desk_file small =
		desk_four_colours(&desk, FORMAT_PNG, 60, 40);
	struct decoder_process process;

	(void)state;
	desk.owner = uuid_new();
	assert_true(decoder_idle_new(&desk.server.idle, desk.conf));
	render_elsewhere(&desk, &small);
	assert_int_equal(memory_budget_state(other).taken, 0);
	assert_true(decoder_idle_take(&process, desk.server.idle, desk.owner));
	assert_true(decoder_budget_reserve(&process, &desk.work, other, 30,
					   &desk_limits));
	stop_server(&desk);
	decoder_process_end(&process);
	assert_int_equal(memory_budget_state(other).taken, 30);
	kill(desk.server_pid, SIGCONT);
	wait_until_taken(other, 0);
	decoder_idle_free(desk.server.idle);
	desk.server = server;
	memory_holder_close(&holder);
	memory_budget_close(other);
	desk_clear_up(&desk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shares_its_memory),
		cmocka_unit_test(keeps_memory_until_the_process_is_gone),
		cmocka_unit_test(lets_a_picture_have_more_than_its_estimate),
		cmocka_unit_test(
			gives_memory_back_when_a_process_waits_or_is_gone),
		cmocka_unit_test(reserves_for_a_process_of_another_client),
	};

	return RUN_TESTS(tests);
}
