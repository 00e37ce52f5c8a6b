/* decoder_server.c: tests what clients see when the decoder server ends. */
#include "config.h"

#include "lib/picture/decoder_server.h"

#include "lib/base/clock.h"
#include "lib/base/uuid.h"
#include "tests/lib/desk.h"
#include "tests/unit/test.h"

static void survives_the_end_of_its_server(void **state)
{
	struct desk desk = desk_set_up();
	const struct desk_file file =
		desk_four_colours(&desk, FORMAT_JPEG, 60, 40);
	const struct uuid owner = uuid_new();
	const pid_t first = desk_render_as(&desk, owner, &file);

	(void)state;
	(void)desk_spare(&desk);
	desk_kill_server(&desk);
	assert_int_equal(desk_render_as(&desk, owner, &file), first);
	desk_render_as(&desk, uuid_new(), &file); /* the last spare one */
	desk_start_server(&desk);
	desk_render_as(&desk, uuid_new(), &file);
	desk_render_as(&desk, uuid_new(), &file);
	desk_clear_up(&desk);
}

static void says_when_there_is_no_server(void **state)
{
	const struct decoder_limits hasty = { (size_t)256 << 20, 1, 0 };
	struct desk desk = desk_set_up();
	const struct desk_file file =
		desk_four_colours(&desk, FORMAT_JPEG, 60, 40);

	(void)state;
	desk.conf->decoder = "/nonexistent/pixtier-decoder";
	desk_restart(&desk, &hasty);
	desk_must_fail(&desk, &file, "h20", ERR_UNAVAILABLE,
		       "expected a decoder process, none was started");
	desk_clear_up(&desk);
}

/* It could wait for ten seconds. */
static void does_not_wait_for_a_server_that_is_gone(void **state)
{
	struct desk desk = desk_set_up();
	const struct desk_file file =
		desk_four_colours(&desk, FORMAT_JPEG, 60, 40);
	int64_t began_ms;

	(void)state;
	(void)desk_spare(&desk);
	desk_kill_server(&desk);
	desk_render_as(&desk, uuid_new(), &file); /* the last spare one */
	desk.owner = uuid_new();
	began_ms = clock_monotonic_ms();
	desk_must_fail(&desk, &file, "h20", ERR_UNAVAILABLE,
		       "none was started");
	assert_in_range(clock_monotonic_ms() - began_ms, 500, 8000);
	assert_true(desk.work.uncounted);
	desk_start_server(&desk);
	desk_render_as(&desk, uuid_new(), &file);
	desk_clear_up(&desk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(survives_the_end_of_its_server),
		cmocka_unit_test(says_when_there_is_no_server),
		cmocka_unit_test(does_not_wait_for_a_server_that_is_gone),
	};

	return RUN_TESTS(tests);
}
