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
#include "tests/lib/desk.h"
#include "tests/unit/test.h"

static void refuses_damaged_pictures(void **state)
{
	struct desk desk = desk_set_up();

	(void)state;
	for (enum format format = 0; format < FORMAT__COUNT; format++) {
		const struct desk_file whole =
			desk_four_colours(&desk, format, 300, 200);
		const struct desk_file cut =
			desk_new_file(&desk, whole.bytes, whole.len * 2 / 3,
				      format, 300, 200);
		const struct desk_file text =
			desk_new_file(&desk, "<svg/>", 6, format, 300, 200);
		const struct desk_file postscript =
			desk_new_file(&desk, "%!PS-Adobe-3.0\nshowpage\n", 24,
				      format, 300, 200);

		desk_must_fail(&desk, &cut, "h20", ERR_CORRUPT_IMAGE, "");
		desk_must_fail(&desk, &text, "h20", ERR_CORRUPT_IMAGE, "");
		desk_must_fail(&desk, &postscript, "h20", ERR_CORRUPT_IMAGE,
			       "");
	}
	desk_clear_up(&desk);
}

static void refuses_what_its_probe_did_not_see(void **state)
{
	struct desk desk = desk_set_up();
	struct desk_file file = desk_four_colours(&desk, FORMAT_PNG, 300, 200);

	(void)state;
	file.probe.width = 299;
	desk_must_fail(&desk, &file, "h20", ERR_CORRUPT_IMAGE,
		       "expected a PNG of 299x200 pixels");
	file = desk_new_file(&desk, "", 0, FORMAT_PNG, 300, 200);
	desk_must_fail(&desk, &file, "h20", ERR_CORRUPT_IMAGE, "empty");
	desk_clear_up(&desk);
}

static void refuses_too_many_renditions(void **state)
{
	struct desk desk = desk_set_up();
	const struct desk_file file =
		desk_four_colours(&desk, FORMAT_PNG, 60, 40);
	struct recipe recipes[65] = { { .width = 1 } };
	struct rendition renditions[65];

	(void)state;
	assert_false(desk_render_all(renditions, &desk, &file, recipes, 65));
	assert_int_equal(desk.work.err, ERR_INVALID_FIELD);
	desk_clear_up(&desk);
}

static void says_when_memory_does_not_suffice(void **state)
{
	const struct decoder_limits little = { (size_t)2 << 20, 5, 0 };
	struct desk desk = desk_set_up();
	const struct desk_file whole =
		desk_four_colours(&desk, FORMAT_TIFF, 1500, 1000);
	const struct desk_file rows =
		desk_four_colours(&desk, FORMAT_PNG, 1500, 1000);
	struct rendition rendition;

	(void)state;
	desk_restart(&desk, &little);
	desk_must_fail(&desk, &whole, "h20", ERR_TOO_LARGE, "more than 2 MiB");
	/* Of a PNG only some rows are in memory. */
	desk_must_render(&rendition, &desk, &rows, "h20");
	desk_clear_up(&desk);
}

static void says_when_too_much_is_made(void **state)
{
	struct desk desk = desk_set_up();
	const struct desk_file file =
		desk_four_colours(&desk, FORMAT_PNG, 60, 40);

	(void)state;
	desk_must_fail(&desk, &file, "4000x3000-exact.bmp", ERR_TOO_LARGE,
		       "more than 32 MiB");
	desk_clear_up(&desk);
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

enum { PAINTED, NOT_FORBIDDEN, OTHERWISE, FAILED = 16 };

static int draw_unfiltered(enum conf_sandbox sandbox)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		struct rendition rendition;
		struct desk desk = desk_set_up();
		const struct desk_file file =
			desk_four_colours(&desk, FORMAT_PNG, 60, 40);

		desk.conf->sandbox = sandbox;
		if (!forbid_filters())
			_exit(NOT_FORBIDDEN);
		desk_restart(&desk, &desk_limits);
		status = desk_render(&rendition, &desk, &file, "h20")
				 ? PAINTED
				 : FAILED + (int)desk.work.err;
		desk_clear_up(&desk);
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
	assert_int_equal(draw_unfiltered(SANDBOX_BEST_EFFORT), PAINTED);
	assert_int_equal(draw_unfiltered(SANDBOX_OFF), PAINTED);
}

static void tells_its_sandbox(void **state)
{
	struct desk desk = desk_set_up();

	(void)state;
	assert_non_null(strstr(decoder_describe_sandbox(desk.pool, desk.conf),
			       "rlimits"));
	desk.conf->sandbox = SANDBOX_OFF;
	assert_string_equal(decoder_describe_sandbox(desk.pool, desk.conf),
			    "rlimits");
	desk_clear_up(&desk);
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
