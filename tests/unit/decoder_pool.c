/* decoder_pool.c: tests the lives of decoder processes and their limits. */
#include "config.h"

#include "lib/picture/decoder_pool.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/pool.h"
#include "lib/base/uuid.h"
#include "lib/process/filter.h"
#include "lib/process/subprocess.h"
#include "tests/lib/fixture.h"
#include "tests/lib/wait.h"
#include "tests/unit/test.h"

static pid_t kept(const struct fixture *fixture)
{
	return decoder_pool_state(fixture->decoders).idle.pid;
}

static void uses_another_when_the_spare_is_dead(void **state)
{
	static const int numbers[] = { SIGKILL, SIGSEGV, SIGTERM, SIGINT };
	struct fixture fixture = fixture_set_up();
	const struct fixture_file file =
		fixture_four_colours(&fixture, FORMAT_PNG, 60, 40);
	struct rendition rendition;

	(void)state;
	EACH_ROW(i, numbers) {
		kill(fixture_spare(&fixture), numbers[i]);
		fixture_must_render(&rendition, &fixture, &file, "h20");
	}
	fixture_clear_up(&fixture);
}

static void does_not_wait_for_ever(void **state)
{
	struct decoder_limits hasty = { (size_t)256 << 20, 1, 0 };
	struct fixture fixture = fixture_set_up();
	const struct fixture_file file =
		fixture_four_colours(&fixture, FORMAT_PNG, 60, 40);
	struct rendition rendition;

	(void)state;
	fixture_restart(&fixture, &hasty);
	kill(fixture_spare(&fixture), SIGSTOP);
	fixture_must_fail(&fixture, &file, "h20", ERR_UNAVAILABLE,
			  "an answer of the decoder process within 1 s");
	assert_true(fixture.work.transient);
	fixture_must_render(&rendition, &fixture, &file, "h20");

	hasty.work_ms = 10000;
	fixture_restart(&fixture, &hasty);
	kill(fixture_spare(&fixture), SIGSTOP);
	fixture_must_fail(&fixture, &file, "h20", ERR_TOO_LARGE,
			  "an answer of the decoder process within 1 s");
	fixture_clear_up(&fixture);
}

static void has_some_cpu_time_for_one_work(void **state)
{
	const struct decoder_limits brief = { (size_t)256 << 20, 60, 100 };
	struct fixture fixture = fixture_set_up();
	const struct fixture_file small =
		fixture_four_colours(&fixture, FORMAT_PNG, 60, 40);
	const struct fixture_file large =
		fixture_four_colours(&fixture, FORMAT_TIFF, 4000, 4000);
	struct rendition rendition;

	(void)state;
	fixture_restart(&fixture, &brief);
	fixture_must_render(&rendition, &fixture, &small, "h20");
	assert_in_range(fixture.work.decoder_us, 1, 99999);
	fixture_must_fail(&fixture, &large, "h2000.gif", ERR_TOO_LARGE,
			  "more than 100 ms of CPU time");
	assert_in_range(fixture.work.decoder_us, 100000, 10000000);
	fixture_must_fail(&fixture, &large, "h2000.gif", ERR_TOO_LARGE, "");
	fixture.work.decoder_us = 0; /* another work */
	fixture_must_render(&rendition, &fixture, &small, "h20");
	fixture_clear_up(&fixture);
}

/* The process that renders the owner's next picture, and is then kept. */
static void keeps_a_process_for_its_owner(void **state)
{
	struct fixture fixture = fixture_set_up();
	const struct fixture_file file =
		fixture_four_colours(&fixture, FORMAT_JPEG, 60, 40);
	const struct uuid owner = uuid_new();
	const pid_t first = fixture_render_as(&fixture, owner, &file);

	(void)state;
	assert_true(first > 0);
	assert_int_equal(fixture.conf->decoder_pictures, 64);
	for (int i = 2; i < 64; i++)
		assert_int_equal(fixture_render_as(&fixture, owner, &file),
				 first);
	assert_int_equal(decoder_pool_state(fixture.decoders).idle.pictures,
			 63);
	assert_int_equal(fixture_render_as(&fixture, owner, &file), 0);
	assert_int_not_equal(fixture_render_as(&fixture, owner, &file), first);
	fixture_clear_up(&fixture);
}

static void gives_each_owner_another_process(void **state)
{
	struct fixture fixture = fixture_set_up();
	const struct fixture_file file =
		fixture_four_colours(&fixture, FORMAT_JPEG, 60, 40);
	struct uuid owners[5];
	pid_t seen[5];

	(void)state;
	EACH_ROW(i, seen) {
		owners[i] = uuid_new();
		seen[i] = fixture_render_as(&fixture, owners[i], &file);
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(seen[i], seen[j]);
	}
	for (size_t i = 0; i < 2 * ARRAY_LEN(seen); i++) {
		const size_t owner = i * 3 % ARRAY_LEN(seen);

		assert_int_equal(
			fixture_render_as(&fixture, owners[owner], &file),
			seen[owner]);
		assert_true(uuid_equal(
			decoder_pool_state(fixture.decoders).idle.owner,
			owners[owner]));
	}
	fixture_clear_up(&fixture);
}

/* Nor is the one of a user touched meanwhile. */
static void keeps_none_of_nobody(void **state)
{
	struct fixture fixture = fixture_set_up();
	const struct fixture_file file =
		fixture_four_colours(&fixture, FORMAT_JPEG, 60, 40);
	const struct uuid owner = uuid_new(), nobody = { 0 };
	const pid_t first = fixture_render_as(&fixture, owner, &file);
	const pid_t fresh = fixture_spare(&fixture);

	(void)state;
	assert_int_equal(fixture_render_as(&fixture, nobody, &file), first);
	assert_int_not_equal(fixture_spare(&fixture), fresh);
	assert_int_equal(fixture_render_as(&fixture, owner, &file), first);
	fixture_clear_up(&fixture);
}

static void makes_one_a_picture_when_the_setting_is_one(void **state)
{
	struct fixture fixture = fixture_set_up();
	const struct fixture_file file =
		fixture_four_colours(&fixture, FORMAT_JPEG, 60, 40);

	(void)state;
	fixture.conf->decoder_pictures = 1;
	assert_int_equal(fixture_render_as(&fixture, uuid_new(), &file), 0);
	fixture_clear_up(&fixture);
}

/* A JPEG with a byte between two segments, which libjpeg skips. */
static struct fixture_file with_extra_byte(struct fixture *fixture,
					   const struct fixture_file *file)
{
	uint8_t *bytes = pool_alloc(fixture->pool, file->len + 1);

	memcpy(bytes, file->bytes, 2);
	memcpy(bytes + 3, file->bytes + 2, file->len - 2);
	return fixture_new_file(fixture, bytes, file->len + 1, FORMAT_JPEG, 60,
				40);
}

static void replaces_one_after_an_error_or_warning(void **state)
{
	struct fixture fixture = fixture_set_up();
	const struct fixture_file good =
		fixture_four_colours(&fixture, FORMAT_JPEG, 60, 40);
	const struct fixture_file odd = with_extra_byte(&fixture, &good);
	const struct fixture_file bad =
		fixture_new_file(&fixture, "bad", 3, FORMAT_JPEG, 60, 40);
	const struct uuid owner = uuid_new();
	pid_t first = fixture_render_as(&fixture, owner, &good);

	(void)state;
	fixture_must_fail(&fixture, &bad, "h20", ERR_CORRUPT_IMAGE, "");
	assert_int_equal(kept(&fixture), 0);
	assert_int_not_equal(fixture_render_as(&fixture, owner, &good), first);

	first = fixture_render_as(&fixture, owner, &odd);
	assert_int_not_equal(fixture_render_as(&fixture, owner, &good), first);
	fixture_clear_up(&fixture);
}

static void replaces_one_that_was_killed(void **state)
{
	struct fixture fixture = fixture_set_up();
	const struct fixture_file file =
		fixture_four_colours(&fixture, FORMAT_JPEG, 60, 40);
	const struct uuid owner = uuid_new();
	const pid_t first = fixture_render_as(&fixture, owner, &file);
	struct rendition rendition;

	(void)state;
	kill(first, SIGKILL);
	kill(fixture_spare(&fixture), SIGKILL);
	assert_int_not_equal(fixture_render_as(&fixture, owner, &file), first);
	kill(kept(&fixture), SIGSTOP);
	kill(kept(&fixture), SIGKILL);
	fixture_must_render(&rendition, &fixture, &file, "h20");
	fixture_clear_up(&fixture);
}

/* A process that sends the signal when the other one has used some CPU time,
   so it is at its picture. */
static pid_t send_when_busy(pid_t busy, int number)
{
	const int64_t start_us = 40000;
	const pid_t pid = fork();
	int64_t used_us = 0;

	assert_true(pid >= 0);
	if (pid)
		return pid;
	if (!EVENTUALLY(!subprocess_cpu_us(&used_us, busy) ||
			used_us >= start_us))
		_exit(1);
	_exit(kill(busy, number) ? 1 : 0);
}

/* SIGKILL is what a machine without memory sends. */
static void knows_who_ended_a_process(void **state)
{
	static const struct {
		int number;
		enum err err;
		bool transient;
		const char *why;
	} cases[] = {
		{ SIGKILL, ERR_UNAVAILABLE, true, "from outside, by signal 9" },
		{ SIGSEGV, ERR_CORRUPT_IMAGE, false, "ended before" },
		{ SIGABRT, ERR_CORRUPT_IMAGE, false, "ended before" },
		{ SIGBUS, ERR_CORRUPT_IMAGE, false, "ended before" },
		{ SIGFPE, ERR_CORRUPT_IMAGE, false, "ended before" },
		{ SIGXCPU, ERR_CORRUPT_IMAGE, false, "longer than 10 s" },
	};
	struct fixture fixture = fixture_set_up();
	const struct fixture_file file =
		fixture_four_colours(&fixture, FORMAT_TIFF, 4000, 4000);

	(void)state;
	EACH_ROW(i, cases) {
		const pid_t sender = send_when_busy(fixture_spare(&fixture),
						    cases[i].number);
		int status;

		fixture_must_fail(&fixture, &file, "h3000.gif", cases[i].err,
				  cases[i].why);
		assert_int_equal(fixture.work.transient, cases[i].transient);
		assert_int_equal(waitpid(sender, &status, 0), sender);
		assert_int_equal(status, 0);
	}
	fixture_clear_up(&fixture);
}

/* Nobody can say then how it ended. */
static void takes_a_death_with_the_server_for_one_from_outside(void **state)
{
	struct fixture fixture = fixture_set_up();
	const struct fixture_file file =
		fixture_four_colours(&fixture, FORMAT_TIFF, 4000, 4000);
	const pid_t busy = fixture_spare(&fixture);
	pid_t sender;

	(void)state;
	fixture_kill_server(&fixture);
	sender = send_when_busy(busy, SIGSEGV);
	fixture_must_fail(&fixture, &file, "h3000.gif", ERR_UNAVAILABLE,
			  "killed from outside");
	assert_int_equal(waitpid(sender, NULL, 0), sender);
	fixture_start_server(&fixture);
	fixture_clear_up(&fixture);
}

static void replaces_one_that_holds_much_memory(void **state)
{
	struct fixture fixture = fixture_set_up();
	const struct fixture_file small =
		fixture_four_colours(&fixture, FORMAT_PNG, 60, 40);
	const struct fixture_file large =
		fixture_four_colours(&fixture, FORMAT_TIFF, 2400, 2400);
	const struct uuid owner = uuid_new();
	const pid_t first = fixture_render_as(&fixture, owner, &small);
	pid_t after_large;

	(void)state;
	if (FILTER_WITH_SANITIZER) {
		fixture_clear_up(&fixture);
		skip(); /* whose heap says nothing of itself */
	}
	assert_int_equal(fixture_render_as(&fixture, owner, &small), first);
	after_large = fixture_render_as(&fixture, owner, &large);
	assert_true(after_large == first || !after_large); /* it ends */
	assert_int_not_equal(fixture_render_as(&fixture, owner, &small), first);
	fixture_clear_up(&fixture);
}

/* The process's page faults that read no disk, proc(5). */
static long page_faults(pid_t pid)
{
	char path[64], line[1024];
	FILE *file;
	long faults;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "re");
	assert_non_null(file);
	assert_non_null(fgets(line, sizeof(line), file));
	fclose(file);
	assert_int_equal(sscanf(strrchr(line, ')') + 2,
				"%*c %*d %*d %*d %*d %*d %*u %ld", &faults),
			 1);
	return faults;
}

static bool has_huge_pages(void)
{
	char line[64] = "";
	FILE *file = fopen("/sys/kernel/mm/transparent_hugepage/enabled", "re");

	if (!file)
		return false;
	(void)!fgets(line, sizeof(line), file);
	fclose(file);
	return !strstr(line, "[never]");
}

/* A page fault costs about as much as decoding a hundred pixels. */
static void has_few_page_faults(void **state)
{
	struct fixture fixture = fixture_set_up();
	const struct fixture_file file =
		fixture_four_colours(&fixture, FORMAT_BMP, 1600, 1200);
	const struct uuid owner = uuid_new();
	const pid_t pid = fixture_render_as(&fixture, owner, &file);
	const long first = page_faults(pid);

	(void)state;
	assert_int_equal(fixture_render_as(&fixture, owner, &file), pid);
	if (has_huge_pages() && !FILTER_WITH_SANITIZER) {
		assert_in_range(first, 1, 399);
		assert_in_range(page_faults(pid) - first, 0, 49);
	}
	fixture_clear_up(&fixture);
}

static rlim_t cpu_limit(pid_t pid)
{
	struct rlimit limit;

	assert_int_equal(prlimit(pid, RLIMIT_CPU, NULL, &limit), 0);
	return limit.rlim_cur;
}

static void renews_the_seconds_of_each_picture(void **state)
{
	const struct decoder_limits hasty = { (size_t)256 << 20, 1, 0 };
	struct fixture fixture = fixture_set_up();
	const struct fixture_file file =
		fixture_four_colours(&fixture, FORMAT_PNG, 1000, 1000);
	const struct uuid owner = uuid_new();
	const rlim_t none_used = 1;
	int64_t began_ms;
	pid_t first;

	(void)state;
	fixture.conf->decoder_pictures = 5000;
	fixture_restart(&fixture, &hasty);
	first = fixture_render_as(&fixture, owner, &file);
	assert_int_equal(cpu_limit(first), none_used);
	for (int i = 0; i < 4999 && cpu_limit(first) < 3; i++)
		assert_int_equal(fixture_render_as(&fixture, owner, &file),
				 first);
	assert_true(cpu_limit(first) >= 3);

	kill(first, SIGSTOP); /* and no more than these */
	began_ms = clock_monotonic_ms();
	fixture_must_fail(&fixture, &file, "h20", ERR_UNAVAILABLE,
			  "within 1 s");
	assert_in_range(clock_monotonic_ms() - began_ms, 1000, 9000);
	assert_int_equal(kept(&fixture), 0);
	fixture_clear_up(&fixture);
}

static void gives_each_work_cpu_time_of_a_kept_process(void **state)
{
	const struct decoder_limits brief = { (size_t)256 << 20, 60, 400 };
	struct fixture fixture = fixture_set_up();
	const struct fixture_file file =
		fixture_four_colours(&fixture, FORMAT_TIFF, 2000, 2000);
	const struct uuid owner = uuid_new();
	int64_t sum_us = 0;
	pid_t first;

	(void)state;
	fixture_restart(&fixture, &brief);
	first = fixture_render_as(&fixture, owner, &file);
	for (int i = 0; i < 60 && sum_us < 500000; i++) {
		fixture.work.decoder_us = 0;
		assert_int_equal(fixture_render_as(&fixture, owner, &file),
				 first);
		sum_us += fixture.work.decoder_us;
	}
	assert_true(sum_us >= 500000);
	fixture_clear_up(&fixture);
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
	struct fixture fixture = fixture_set_up();
	const struct fixture_file good =
		fixture_four_colours(&fixture, FORMAT_PNG, 60, 40);
	const struct fixture_file bad =
		fixture_new_file(&fixture, "bad", 3, FORMAT_PNG, 60, 40);
	struct rendition rendition;

	(void)state;
	for (int i = 0; i < 3; i++) {
		fixture_must_render(&rendition, &fixture, &good, "h20");
		fixture_must_fail(&fixture, &bad, "h20", ERR_CORRUPT_IMAGE, "");
	}
	fixture_clear_up(&fixture);
	assert_int_equal(open_descriptors(), before);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(uses_another_when_the_spare_is_dead),
		cmocka_unit_test(does_not_wait_for_ever),
		cmocka_unit_test(has_some_cpu_time_for_one_work),
		cmocka_unit_test(keeps_a_process_for_its_owner),
		cmocka_unit_test(gives_each_owner_another_process),
		cmocka_unit_test(keeps_none_of_nobody),
		cmocka_unit_test(makes_one_a_picture_when_the_setting_is_one),
		cmocka_unit_test(replaces_one_after_an_error_or_warning),
		cmocka_unit_test(replaces_one_that_was_killed),
		cmocka_unit_test(knows_who_ended_a_process),
		cmocka_unit_test(
			takes_a_death_with_the_server_for_one_from_outside),
		cmocka_unit_test(replaces_one_that_holds_much_memory),
		cmocka_unit_test(has_few_page_faults),
		cmocka_unit_test(renews_the_seconds_of_each_picture),
		cmocka_unit_test(gives_each_work_cpu_time_of_a_kept_process),
		cmocka_unit_test(leaves_nothing_behind),
	};

	return RUN_TESTS(tests);
}
