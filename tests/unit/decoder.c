/* decoder.c: tests what decoder processes refuse, and their sandbox. */
#include "config.h"

#include "lib/picture/decoder.h"

#include <errno.h>
#include <seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/picture/decoder_pool.h"
#include "tests/lib/fixture.h"
#include "tests/unit/test.h"

static void refuses_damaged_pictures(void **state)
{
	struct fixture fixture = fixture_set_up();

	(void)state;
	for (enum format format = 0; format < FORMAT__COUNT; format++) {
		const struct fixture_file whole =
			fixture_four_colours(&fixture, format, 300, 200);
		const struct fixture_file cut =
			fixture_new_file(&fixture, whole.bytes,
					 whole.len * 2 / 3, format, 300, 200);
		const struct fixture_file text = fixture_new_file(
			&fixture, "<svg/>", 6, format, 300, 200);
		const struct fixture_file postscript =
			fixture_new_file(&fixture, "%!PS-Adobe-3.0\nshowpage\n",
					 24, format, 300, 200);

		fixture_must_fail(&fixture, &cut, "h20", ERR_CORRUPT_IMAGE, "");
		fixture_must_fail(&fixture, &text, "h20", ERR_CORRUPT_IMAGE,
				  "");
		fixture_must_fail(&fixture, &postscript, "h20",
				  ERR_CORRUPT_IMAGE, "");
	}
	fixture_clear_up(&fixture);
}

static void refuses_what_its_probe_did_not_see(void **state)
{
	struct fixture fixture = fixture_set_up();
	struct fixture_file file =
		fixture_four_colours(&fixture, FORMAT_PNG, 300, 200);

	(void)state;
	file.probe.width = 299;
	fixture_must_fail(&fixture, &file, "h20", ERR_CORRUPT_IMAGE,
			  "expected a PNG of 299x200 pixels");
	file = fixture_new_file(&fixture, "", 0, FORMAT_PNG, 300, 200);
	fixture_must_fail(&fixture, &file, "h20", ERR_CORRUPT_IMAGE,
			  "found 0 bytes");
	fixture_clear_up(&fixture);
}

static void refuses_too_many_renditions(void **state)
{
	struct fixture fixture = fixture_set_up();
	const struct fixture_file file =
		fixture_four_colours(&fixture, FORMAT_PNG, 60, 40);
	struct recipe recipes[65] = { { .width = 1 } };
	struct rendition renditions[65];

	(void)state;
	assert_false(
		fixture_render_all(renditions, &fixture, &file, recipes, 65));
	assert_int_equal(fixture.work.err, ERR_INVALID_FIELD);
	fixture_clear_up(&fixture);
}

static void says_when_memory_does_not_suffice(void **state)
{
	const struct decoder_limits little = { (size_t)2 << 20, 5, 0 };
	struct fixture fixture = fixture_set_up();
	const struct fixture_file whole =
		fixture_four_colours(&fixture, FORMAT_TIFF, 1500, 1000);
	const struct fixture_file rows =
		fixture_four_colours(&fixture, FORMAT_PNG, 1500, 1000);
	struct rendition rendition;

	(void)state;
	fixture_restart(&fixture, &little);
	fixture_must_fail(&fixture, &whole, "h20", ERR_TOO_LARGE,
			  "more than 2 MiB");
	/* Of a PNG only some rows are in memory. */
	fixture_must_render(&rendition, &fixture, &rows, "h20");
	fixture_clear_up(&fixture);
}

static void says_when_too_much_is_made(void **state)
{
	struct fixture fixture = fixture_set_up();
	const struct fixture_file file =
		fixture_four_colours(&fixture, FORMAT_PNG, 60, 40);

	(void)state;
	fixture_must_fail(&fixture, &file, "4000x3000-exact.bmp", ERR_TOO_LARGE,
			  "at most 32 MiB of variants");
	fixture_clear_up(&fixture);
}

/* In a process of its own, for it cannot be undone. */
static bool forbid_filters(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	const uint32_t no = SCMP_ACT_ERRNO(EINVAL);
	bool ok;

	if (!filter)
		return false;
	ok = !seccomp_rule_add(filter, no, SCMP_SYS(seccomp), 0) &&
	     !seccomp_rule_add(filter, no, SCMP_SYS(prctl), 1,
			       SCMP_A0(SCMP_CMP_EQ, PR_SET_SECCOMP, 0)) &&
	     !seccomp_load(filter);
	seccomp_release(filter);
	return ok;
}

enum { RENDERED, NOT_FORBIDDEN, OTHERWISE, FAILED = 16 };

static int draw_unfiltered(enum conf_sandbox sandbox)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		struct rendition rendition;
		struct fixture fixture = fixture_set_up();
		const struct fixture_file file =
			fixture_four_colours(&fixture, FORMAT_PNG, 60, 40);

		fixture.conf->sandbox = sandbox;
		if (!forbid_filters())
			_exit(NOT_FORBIDDEN);
		fixture_restart(&fixture, &fixture_limits);
		status = fixture_render(&rendition, &fixture, &file, "h20")
				 ? RENDERED
				 : FAILED + (int)fixture.work.err;
		fixture_clear_up(&fixture);
		_exit(status);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return OTHERWISE;
	return WEXITSTATUS(status);
}

static void obeys_the_setting_sandbox(void **state)
{
	const int required = draw_unfiltered(SANDBOX_REQUIRED);

	(void)state;
	if (required == NOT_FORBIDDEN)
		skip();
	assert_int_equal(required, FAILED + ERR_UNAVAILABLE);
	assert_int_equal(draw_unfiltered(SANDBOX_BEST_EFFORT), RENDERED);
	assert_int_equal(draw_unfiltered(SANDBOX_OFF), RENDERED);
}

static void tells_its_sandbox(void **state)
{
	struct fixture fixture = fixture_set_up();

	(void)state;
	assert_non_null(
		strstr(decoder_describe_sandbox(fixture.pool, fixture.conf),
		       "rlimits"));
	fixture.conf->sandbox = SANDBOX_OFF;
	assert_string_equal(
		decoder_describe_sandbox(fixture.pool, fixture.conf),
		"rlimits");
	fixture_clear_up(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_damaged_pictures),
		cmocka_unit_test(refuses_what_its_probe_did_not_see),
		cmocka_unit_test(refuses_too_many_renditions),
		cmocka_unit_test(says_when_memory_does_not_suffice),
		cmocka_unit_test(says_when_too_much_is_made),
		cmocka_unit_test(obeys_the_setting_sandbox),
		cmocka_unit_test(tells_its_sandbox),
	};

	return RUN_TESTS(tests);
}
