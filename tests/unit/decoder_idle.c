/* decoder_idle.c: tests who gets idle decoder processes, and how many wait. */
#include "config.h"

#include "lib/picture/decoder_idle.h"

#include <poll.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/pool.h"
#include "lib/picture/decoder_process.h"
#include "tests/lib/desk.h"
#include "tests/unit/test.h"

/* New ones, with the settings as they are now. */
static struct desk_file restart(struct desk *desk)
{
	desk_restart(desk, &desk_limits);
	return desk_four_colours(desk, FORMAT_JPEG, 60, 40);
}

/* A new process that nobody owns yet. */
static struct decoder_process request(struct desk *desk)
{
	const struct decoder_client *server = &desk->server.client;
	const int64_t deadline_ms = clock_monotonic_ms() + 10000;
	struct decoder_process process;

	assert_true(decoder_process_request(&process, server, NULL));
	assert_int_equal(decoder_process_hello(&process, &desk->work, server,
					       deadline_ms),
			 READ_OK);
	return process;
}

static pid_t put_as(struct desk *desk, struct uuid owner)
{
	struct decoder_process process = request(desk);
	const pid_t pid = process.child.pid;

	process.owner = owner;
	process.pictures = 7;
	decoder_idle_put(desk->server.idle, &process, NULL);
	assert_int_equal(process.child.socket, -1);
	return pid;
}

/* The id of the owner's process, which ends; 0: there is none. */
static pid_t take_as(struct desk *desk, struct uuid owner)
{
	struct decoder_process process;
	pid_t pid;

	if (!decoder_idle_take(&process, desk->server.idle, owner))
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
	struct desk desk = desk_set_up();
	const struct uuid one = uuid_new(), other = uuid_new(), nobody = { 0 };
	const pid_t first = put_as(&desk, one);
	const pid_t second = put_as(&desk, one);
	const pid_t third = put_as(&desk, other);

	(void)state;
	assert_int_equal(take_as(&desk, uuid_new()), 0);
	assert_int_equal(take_as(&desk, nobody), 0);
	assert_int_equal(take_as(&desk, one), second);
	assert_int_equal(take_as(&desk, other), third);
	assert_int_equal(take_as(&desk, one), first);
	assert_int_equal(take_as(&desk, one), 0);
	assert_int_equal(take_as(&desk, other), 0);
	put_as(&desk, nobody);
	assert_int_equal(decoder_idle_state(desk.server.idle).count, 0);
	desk_clear_up(&desk);
}

static void shares_them_among_processes(void **state)
{
	struct desk desk = desk_set_up();
	const struct decoder_server server = desk.server;
	const struct uuid owner = uuid_new();
	pid_t pid;
	int status;

	(void)state;
	assert_true(decoder_idle_new(&desk.server.idle, desk.conf));
	pid = fork();
	if (!pid) {
		put_as(&desk, owner);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(decoder_idle_state(desk.server.idle).count, 1);
	assert_true(take_as(&desk, owner) > 0);
	decoder_idle_free(desk.server.idle);
	desk.server = server;
	desk_clear_up(&desk);
}

static void ends_the_one_that_waits_longest(void **state)
{
	struct desk desk = desk_set_up();
	struct uuid owners[4];
	pid_t pids[4];

	(void)state;
	desk.conf->idle_decoders = 3;
	restart(&desk);
	EACH_ROW(i, owners) {
		owners[i] = uuid_new();
		pids[i] = put_as(&desk, owners[i]);
		if (i != 2)
			continue;
		/* The first is not the one that waits longest any more. */
		assert_int_equal(take_as(&desk, owners[0]), pids[0]);
		pids[0] = put_as(&desk, owners[0]);
	}
	assert_int_equal(decoder_idle_state(desk.server.idle).count, 3);
	assert_int_equal(take_as(&desk, owners[1]), 0);
	assert_int_equal(take_as(&desk, owners[0]), pids[0]);
	assert_int_equal(take_as(&desk, owners[2]), pids[2]);
	assert_int_equal(take_as(&desk, owners[3]), pids[3]);
	desk_clear_up(&desk);
}

static void keeps_within_its_memory(void **state)
{
	struct desk desk = desk_set_up();
	struct desk_file file = restart(&desk);
	size_t one_bytes, max_bytes;

	(void)state;
	desk_render_as(&desk, uuid_new(), &file);
	one_bytes = decoder_idle_state(desk.server.idle).bytes;
	assert_in_range(one_bytes, 4096, 100000000);

	desk.conf->idle_decoders_memory = (long)(3 * one_bytes >> 20) + 1;
	max_bytes = (size_t)desk.conf->idle_decoders_memory << 20;
	file = restart(&desk);
	for (size_t i = 0; i < max_bytes / one_bytes + 3; i++)
		desk_render_as(&desk, uuid_new(), &file);
	assert_in_range(decoder_idle_state(desk.server.idle).bytes, one_bytes,
			max_bytes);
	desk_clear_up(&desk);
}

static void keeps_none_when_the_setting_is_zero(void **state)
{
	struct desk desk = desk_set_up();
	const struct uuid owner = uuid_new();
	struct desk_file file;

	(void)state;
	desk.conf->idle_decoders = 0;
	file = restart(&desk);
	for (int i = 0; i < 3; i++) {
		desk_render_as(&desk, owner, &file);
		assert_int_equal(decoder_idle_state(desk.server.idle).count, 0);
	}
	desk_clear_up(&desk);
}

static void ends_all_with_the_supervisor(void **state)
{
	struct desk desk = desk_set_up();
	struct decoder_process process = request(&desk);
	struct pollfd poller = { .fd = dup(process.pidfd), .events = POLLIN };

	(void)state;
	process.owner = uuid_new();
	decoder_idle_put(desk.server.idle, &process, NULL);
	assert_int_equal(poll(&poller, 1, 0), 0);
	desk_clear_up(&desk);
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
		cmocka_unit_test(ends_all_with_the_supervisor),
	};

	return RUN_TESTS(tests);
}
