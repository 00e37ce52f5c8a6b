/* decoder_server.c: tests what clients see when the decoder server ends. */
#include "config.h"

#include "lib/picture/decoder_server.h"

#include "lib/base/clock.h"
#include "lib/base/uuid.h"
#include "tests/lib/fixture.h"
#include "tests/unit/test.h"

static void survives_the_end_of_its_server(void **state)
{
	struct fixture fixture = fixture_set_up();
	const struct fixture_file file =
		fixture_four_colours(&fixture, FORMAT_JPEG, 60, 40);
	const struct uuid owner = uuid_new();
	const pid_t first = fixture_render_as(&fixture, owner, &file);

	(void)state;
	(void)fixture_spare(&fixture);
	fixture_kill_server(&fixture);
	assert_int_equal(fixture_render_as(&fixture, owner, &file), first);
	fixture_render_as(&fixture, uuid_new(), &file); /* the last spare one */
	fixture_start_server(&fixture);
	fixture_render_as(&fixture, uuid_new(), &file);
	fixture_render_as(&fixture, uuid_new(), &file);
	fixture_clear_up(&fixture);
}

static void says_when_there_is_no_server(void **state)
{
	const struct decoder_limits hasty = { (size_t)256 << 20, 1, 0 };
	struct fixture fixture = fixture_set_up();
	const struct fixture_file file =
		fixture_four_colours(&fixture, FORMAT_JPEG, 60, 40);

	(void)state;
	fixture.conf->decoder = "/nonexistent/pixtier-decoder";
	fixture_restart(&fixture, &hasty);
	fixture_must_fail(&fixture, &file, "h20", ERR_UNAVAILABLE,
			  "expected a decoder process, none was started");
	fixture_clear_up(&fixture);
}

/* It could wait for ten seconds. */
static void does_not_wait_for_a_server_that_is_gone(void **state)
{
	struct fixture fixture = fixture_set_up();
	const struct fixture_file file =
		fixture_four_colours(&fixture, FORMAT_JPEG, 60, 40);
	int64_t began_ms;

	(void)state;
	(void)fixture_spare(&fixture);
	fixture_kill_server(&fixture);
	fixture_render_as(&fixture, uuid_new(), &file); /* the last spare one */
	fixture.owner = uuid_new();
	began_ms = clock_monotonic_ms();
	fixture_must_fail(&fixture, &file, "h20", ERR_UNAVAILABLE,
			  "none was started");
	assert_in_range(clock_monotonic_ms() - began_ms, 500, 8000);
	assert_true(fixture.work.uncounted);
	fixture_start_server(&fixture);
	fixture_render_as(&fixture, uuid_new(), &file);
	fixture_clear_up(&fixture);
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
