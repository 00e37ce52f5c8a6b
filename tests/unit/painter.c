/* painter.c: tests what painters refuse, and what becomes of them. */
#include "config.h"

#include "lib/picture/painter.h"

#include <dirent.h>
#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/pool.h"
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

static void refuses_what_a_format_cannot_hold(void **state)
{
	struct desk desk = desk_set_up();
	const int red[] = { DESK_RED, DESK_RED, DESK_RED, DESK_RED };
	const struct desk_file file = desk_save(
		&desk, desk_new_image(16400, 3, red), FORMAT_PNG, 16400, 3);
	struct recipe recipes[65] = { { .width = 1 } };
	struct painted painted[65];

	(void)state;
	if (recipe_plan(&(struct recipe){ .height = 3 }, 16400, 3).width >
	    RECIPE_MAX_SIDE)
		desk_must_fail(&desk, &file, "h3.webp", ERR_INVALID_FIELD,
			       "16383");
	assert_false(painter_paint(painted, &desk.work, desk.painter, file.fd,
				   &file.probe, recipes, 65));
	assert_int_equal(desk.work.err, ERR_INVALID_FIELD);
	desk_clear_up(&desk);
}

static void says_when_memory_does_not_suffice(void **state)
{
	const struct painter_limits little = { (size_t)2 << 20, 5 };
	struct desk desk = desk_set_up();
	const struct desk_file file =
		desk_four_colours(&desk, FORMAT_PNG, 1500, 1000);

	(void)state;
	painter_free(desk.painter);
	desk.painter = painter_new(desk.conf, &little);
	desk_must_fail(&desk, &file, "h20", ERR_TOO_LARGE, "more than 2 MiB");
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

/* Of this process's children, one; 0 if there is none. */
static pid_t child(void)
{
	char name[64];
	int pid = 0;
	FILE *file;

	snprintf(name, sizeof(name), "/proc/self/task/%d/children", getpid());
	file = fopen(name, "re");
	if (!file)
		return 0;
	if (fscanf(file, "%d", &pid) != 1)
		pid = 0;
	fclose(file);
	return pid;
}

static void takes_another_when_the_spare_is_dead(void **state)
{
	static const int numbers[] = { SIGKILL, SIGSEGV, SIGTERM, SIGINT };
	struct desk desk = desk_set_up();
	const struct desk_file file =
		desk_four_colours(&desk, FORMAT_PNG, 60, 40);
	struct painted painted;

	(void)state;
	if (!child())
		skip(); /* this kernel does not list children */
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		kill(child(), numbers[i]);
		desk_must_paint(&painted, &desk, &file, "h20");
	}
	desk_clear_up(&desk);
}

static void does_not_wait_for_ever(void **state)
{
	const struct painter_limits hasty = { (size_t)256 << 20, 1 };
	struct desk desk = desk_set_up();
	const struct desk_file file =
		desk_four_colours(&desk, FORMAT_PNG, 60, 40);
	struct painted painted;

	(void)state;
	if (!child())
		skip();
	painter_free(desk.painter);
	desk.painter = painter_new(desk.conf, &hasty);
	kill(child(), SIGSTOP);
	desk_must_fail(&desk, &file, "h20", ERR_CORRUPT_IMAGE,
		       "it takes longer than 1 s");
	desk_must_paint(&painted, &desk, &file, "h20");
	desk_clear_up(&desk);
}

static unsigned open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned count = 0;

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

static void leaves_nothing_behind(void **state)
{
	const unsigned before = open_descriptors();
	struct desk desk = desk_set_up();
	const struct desk_file good =
		desk_four_colours(&desk, FORMAT_PNG, 60, 40);
	const struct desk_file bad =
		desk_new_file(&desk, "bad", 3, FORMAT_PNG, 60, 40);
	struct painted painted;

	(void)state;
	for (int i = 0; i < 3; i++) {
		desk_must_paint(&painted, &desk, &good, "h20");
		desk_must_fail(&desk, &bad, "h20", ERR_CORRUPT_IMAGE, "");
	}
	desk_clear_up(&desk);
	assert_int_equal(open_descriptors(), before);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
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

static int paint_unfiltered(enum conf_sandbox sandbox)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		struct painted painted;
		struct desk desk = desk_set_up();
		struct desk_file file;

		desk.conf->sandbox = sandbox;
		painter_free(desk.painter);
		file = desk_four_colours(&desk, FORMAT_PNG, 60, 40);
		if (!forbid_filters())
			_exit(NOT_FORBIDDEN);
		desk.painter = painter_new(desk.conf, &desk_limits);
		status = desk_paint(&painted, &desk, &file, "h20")
				 ? PAINTED
				 : FAILED + (int)desk.work.err;
		painter_free(desk.painter);
		_exit(status);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return OTHERWISE;
	return WEXITSTATUS(status);
}

static void obeys_the_setting_sandbox(void **state)
{
	const int required = paint_unfiltered(SANDBOX_REQUIRED);

	(void)state;
	if (required == NOT_FORBIDDEN)
		skip();
	assert_int_equal(required, FAILED + ERR_UNAVAILABLE);
	assert_int_equal(paint_unfiltered(SANDBOX_BEST_EFFORT), PAINTED);
	assert_int_equal(paint_unfiltered(SANDBOX_OFF), PAINTED);
}

static void tells_its_fence(void **state)
{
	struct desk desk = desk_set_up();

	(void)state;
	assert_non_null(strstr(painter_fence(desk.pool, desk.conf), "rlimits"));
	desk.conf->sandbox = SANDBOX_OFF;
	assert_string_equal(painter_fence(desk.pool, desk.conf), "rlimits");
	desk_clear_up(&desk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_damaged_pictures),
		cmocka_unit_test(refuses_what_its_probe_did_not_see),
		cmocka_unit_test(refuses_what_a_format_cannot_hold),
		cmocka_unit_test(says_when_memory_does_not_suffice),
		cmocka_unit_test(says_when_too_much_is_made),
		cmocka_unit_test(takes_another_when_the_spare_is_dead),
		cmocka_unit_test(does_not_wait_for_ever),
		cmocka_unit_test(leaves_nothing_behind),
		cmocka_unit_test(obeys_the_setting_sandbox),
		cmocka_unit_test(tells_its_fence),
	};

	return RUN_TESTS(tests);
}
