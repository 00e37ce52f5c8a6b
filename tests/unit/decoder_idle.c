/* decoder_idle.c: tests who gets idle decoder processes, and how many wait. */
#include "config.h"

#include "lib/picture/decoder_idle.h"

#include <poll.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/picture/decoder_process.h"
#include "tests/lib/fixture.h"
#include "tests/unit/test.h"

/* New ones, with the settings as they are now. */
static struct fixture_file restart(struct fixture *fixture)
{
	fixture_restart(fixture, &fixture_limits);
	return fixture_four_colours(fixture, FORMAT_JPEG, 60, 40);
}

/* A new process that nobody owns yet. */
static struct decoder_process request(struct fixture *fixture)
{
	const struct decoder_client *server = &fixture->server.client;
	const int64_t deadline_ms = clock_monotonic_ms() + 10000;
	struct decoder_process process;

	assert_true(decoder_process_request(&process, server, NULL));
	assert_int_equal(decoder_process_hello(&process, &fixture->work, server,
					       deadline_ms),
			 READ_OK);
	return process;
}

static pid_t put_as(struct fixture *fixture, struct uuid owner)
{
	struct decoder_process process = request(fixture);
	const pid_t pid = process.child.pid;

	process.owner = owner;
	process.pictures = 7;
	decoder_idle_put(fixture->server.idle, &process, NULL);
	assert_int_equal(process.child.socket, -1);
	return pid;
}

/* The id of the owner's process, which ends; 0: there is none. */
static pid_t take_as(struct fixture *fixture, struct uuid owner)
{
	struct decoder_process process;
	pid_t pid;

	if (!decoder_idle_take(&process, fixture->server.idle, owner))
		return 0;
	pid = process.child.pid;
	assert_true(uuid_equal(process.owner, owner));
	assert_int_equal(process.pictures, 7);
	assert_true(decoder_process_is_waiting(&process));
	decoder_process_end(&process);
	return pid;
}

static void hands_each_to_its_owner(void **state)
{
	struct fixture fixture = fixture_set_up();
	const struct uuid one = uuid_new(), other = uuid_new(), nobody = { 0 };
	const pid_t first = put_as(&fixture, one);
	const pid_t second = put_as(&fixture, one);
	const pid_t third = put_as(&fixture, other);

	(void)state;
	assert_int_equal(take_as(&fixture, uuid_new()), 0);
	assert_int_equal(take_as(&fixture, nobody), 0);
	assert_int_equal(take_as(&fixture, one), second);
	assert_int_equal(take_as(&fixture, other), third);
	assert_int_equal(take_as(&fixture, one), first);
	assert_int_equal(take_as(&fixture, one), 0);
	assert_int_equal(take_as(&fixture, other), 0);
	put_as(&fixture, nobody);
	assert_int_equal(decoder_idle_state(fixture.server.idle).count, 0);
	fixture_clear_up(&fixture);
}

static void shares_them_among_processes(void **state)
{
	struct fixture fixture = fixture_set_up();
	const struct decoder_server server = fixture.server;
	const struct uuid owner = uuid_new();
	pid_t pid;
	int status;

	(void)state;
	assert_true(decoder_idle_new(&fixture.server.idle, fixture.conf));
	pid = fork();
	if (!pid) {
		put_as(&fixture, owner);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(decoder_idle_state(fixture.server.idle).count, 1);
	assert_true(take_as(&fixture, owner) > 0);
	decoder_idle_free(fixture.server.idle);
	fixture.server = server;
	fixture_clear_up(&fixture);
}

static void ends_the_one_that_waits_longest(void **state)
{
	struct fixture fixture = fixture_set_up();
	struct uuid owners[4];
	pid_t pids[4];

	(void)state;
	fixture.conf->idle_decoders = 3;
	restart(&fixture);
	EACH_ROW(i, owners) {
		owners[i] = uuid_new();
		pids[i] = put_as(&fixture, owners[i]);
		if (i != 2)
			continue;
		/* The first is not the one that waits longest any more. */
		assert_int_equal(take_as(&fixture, owners[0]), pids[0]);
		pids[0] = put_as(&fixture, owners[0]);
	}
	assert_int_equal(decoder_idle_state(fixture.server.idle).count, 3);
	assert_int_equal(take_as(&fixture, owners[1]), 0);
	assert_int_equal(take_as(&fixture, owners[0]), pids[0]);
	assert_int_equal(take_as(&fixture, owners[2]), pids[2]);
	assert_int_equal(take_as(&fixture, owners[3]), pids[3]);
	fixture_clear_up(&fixture);
}

static void keeps_within_its_memory(void **state)
{
	struct fixture fixture = fixture_set_up();
	struct fixture_file file = restart(&fixture);
	size_t one_bytes, max_bytes;

	(void)state;
	fixture_render_as(&fixture, uuid_new(), &file);
	one_bytes = decoder_idle_state(fixture.server.idle).bytes;
	assert_in_range(one_bytes, 4096, 100000000);

	fixture.conf->idle_decoders_memory = (long)(3 * one_bytes >> 20) + 1;
	max_bytes = (size_t)fixture.conf->idle_decoders_memory << 20;
	file = restart(&fixture);
	for (size_t i = 0; i < max_bytes / one_bytes + 3; i++)
		fixture_render_as(&fixture, uuid_new(), &file);
	assert_in_range(decoder_idle_state(fixture.server.idle).bytes,
			one_bytes, max_bytes);
	fixture_clear_up(&fixture);
}

static void keeps_none_when_the_setting_is_zero(void **state)
{
	struct fixture fixture = fixture_set_up();
	const struct uuid owner = uuid_new();
	struct fixture_file file;

	(void)state;
	fixture.conf->idle_decoders = 0;
	file = restart(&fixture);
	for (int i = 0; i < 3; i++) {
		fixture_render_as(&fixture, owner, &file);
		assert_int_equal(decoder_idle_state(fixture.server.idle).count,
				 0);
	}
	fixture_clear_up(&fixture);
}

/* In a process of its own, because a hard limit cannot be raised again. */
static void is_limited_by_open_files(void **state)
{
	static const struct {
		rlim_t soft, hard;
		long wanted, places;
		rlim_t raised;
	} cases[] = {
		{ 40, 4096, 64, 64, 768 },    { 40, 4096, 256, 256, 2304 },
		{ 2000, 4096, 64, 64, 2000 }, { 40, 400, 64, 18, 400 },
		{ 40, 100, 64, 0, 100 },
	};

	(void)state;
	EACH_ROW(i, cases) {
		const pid_t pid = fork();
		int status;

		if (!pid) {
			struct rlimit limit = { cases[i].soft, cases[i].hard };
			struct decoder_idle *idle;
			struct conf conf;

			conf_init(&conf);
			conf.idle_decoders = cases[i].wanted;
			_exit(setrlimit(RLIMIT_NOFILE, &limit) ||
			      !decoder_idle_new(&idle, &conf) ||
			      decoder_idle_state(idle).places !=
				      cases[i].places ||
			      getrlimit(RLIMIT_NOFILE, &limit) ||
			      limit.rlim_cur != cases[i].raised);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
	}
}

static void ends_all_with_the_supervisor(void **state)
{
	struct fixture fixture = fixture_set_up();
	struct decoder_process process = request(&fixture);
	struct pollfd poller = { .fd = dup(process.pidfd), .events = POLLIN };

	(void)state;
	process.owner = uuid_new();
	decoder_idle_put(fixture.server.idle, &process, NULL);
	assert_int_equal(poll(&poller, 1, 0), 0);
	fixture_clear_up(&fixture);
	assert_int_equal(poll(&poller, 1, 10000), 1);
	close(poller.fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hands_each_to_its_owner),
		cmocka_unit_test(shares_them_among_processes),
		cmocka_unit_test(ends_the_one_that_waits_longest),
		cmocka_unit_test(keeps_within_its_memory),
		cmocka_unit_test(keeps_none_when_the_setting_is_zero),
		cmocka_unit_test(is_limited_by_open_files),
		cmocka_unit_test(ends_all_with_the_supervisor),
	};

	return RUN_TESTS(tests);
}
