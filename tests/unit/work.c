/* work.c: tests how a unit of work fails. */
#include "config.h"

#include "lib/base/work.h"

#include <errno.h>

#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "tests/unit/test.h"

#undef fail /* cmocka's: here it is that of lib/base/work.h */

static void says_why(void **state)
{
	struct work work = { 0 };

	(void)state;
	assert_false(fail(&work, ERR_NOT_FOUND, "no image %d", 7));
	assert_int_equal(work.err, ERR_NOT_FOUND);
	assert_string_equal(work.why, "no image 7");
	assert_string_equal(work.field, "");

	assert_false(fail_field(&work, "width", "width: not \"%s\"", "0"));
	assert_int_equal(work.err, ERR_INVALID_FIELD);
	assert_string_equal(work.why, "width: not \"0\"");
	assert_string_equal(work.field, "width");

	assert_false(fail_unknown(&work, "widht", "no %s", "widht"));
	assert_int_equal(work.err, ERR_UNKNOWN_FIELD);
	assert_string_equal(work.why, "no widht");
	assert_string_equal(work.field, "widht");

	assert_false(fail(&work, ERR_CONFLICT, "again"));
	assert_string_equal(work.field, "");
}

/* Which kinds may be better another time, and one that says so itself. */
static void knows_what_may_pass(void **state)
{
	struct work work = { 0 };

	(void)state;
	for (enum err err = 0; err < ERR__COUNT; err++) {
		fail(&work, err, "x");
		assert_int_equal(work.transient,
				 err == ERR_INTERNAL ||
					 err == ERR_UNAVAILABLE ||
					 err == ERR_STORAGE_FULL);
		assert_int_equal(work.uncounted,
				 work.transient && err != ERR_INTERNAL);
	}
	assert_false(
		fail_transient(&work, ERR_FETCH_FAILED, "no %s", "answer"));
	assert_int_equal(work.err, ERR_FETCH_FAILED);
	assert_string_equal(work.why, "no answer");
	assert_true(work.transient);
	assert_false(work.uncounted);
	fail(&work, ERR_FETCH_FAILED, "x");
	assert_false(work.transient);
}

static void may_quote_itself(void **state)
{
	struct work work = { 0 };

	(void)state;
	fail_field(&work, "a", "inner");
	fail_field(&work, work.field, "outer: %s", work.why);
	assert_string_equal(work.why, "outer: inner");
	assert_string_equal(work.field, "a");
}

static void tells_what_the_machine_lacks(void **state)
{
	static const struct {
		int number;
		enum err err;
	} cases[] = {
		{ ENOENT, ERR_INTERNAL },     { EACCES, ERR_INTERNAL },
		{ EIO, ERR_UNAVAILABLE },     { EROFS, ERR_UNAVAILABLE },
		{ ENOMEM, ERR_UNAVAILABLE },  { EMFILE, ERR_UNAVAILABLE },
		{ ENFILE, ERR_UNAVAILABLE },  { ENOSPC, ERR_STORAGE_FULL },
		{ EDQUOT, ERR_STORAGE_FULL },
	};

	(void)state;
	EACH_ROW(i, cases) {
		struct work work = { 0 };

		errno = cases[i].number;
		assert_false(fail_errno(&work, "cannot write %s", "x"));
		assert_int_equal(work.err, cases[i].err);
		assert_true(work.for_log && work.transient);
		assert_true(text_starts(work.why, "cannot write x: "));
		assert_non_null(strstr(work.why, strerror(cases[i].number)));
	}
}

/* A long text is cut between characters, so that it stays UTF-8. */
static void cuts_whole_characters(void **state)
{
	static const char euro[] = "\xe2\x82\xac";
	struct work work = { 0 };
	char text[600];

	(void)state;
	for (size_t shift = 0; shift < 3; shift++) {
		memset(text, 'x', shift);
		for (size_t i = 0; i < 199; i++)
			memcpy(text + shift + 3 * i, euro, sizeof(euro));
		fail_field(&work, text, "%s", text);
		assert_in_range(strlen(work.why), sizeof(work.why) - 3,
				sizeof(work.why) - 1);
		assert_in_range(strlen(work.field), sizeof(work.field) - 3,
				sizeof(work.field) - 1);
		assert_true(text_is_utf8(work.why, strlen(work.why)));
		assert_true(text_is_utf8(work.field, strlen(work.field)));
	}
}

static bool is_set(void *arg)
{
	return *(const bool *)arg;
}

static void is_wanted_until_it_is_abandoned(void **state)
{
	bool abandoned = false;
	struct work work = { 0 };

	(void)state;
	assert_true(work_check_wanted(&work));
	work.is_abandoned = is_set;
	work.is_abandoned_arg = &abandoned;
	assert_true(work_check_wanted(&work));
	abandoned = true;
	assert_false(work_check_wanted(&work));
	assert_int_equal(work.err, ERR_CLIENT_GONE);
	assert_false(work.transient);
}

static void set(void *flag)
{
	*(bool *)flag = true;
}

/* The work ends what it has, and nothing of the work that it comes from. */
static void ends_with_its_pool(void **state)
{
	const struct work base = { .pool = pool_new(),
				   .id = "base",
				   .address = "::1" };
	struct work work = work_begin(&base, "work");
	bool ended = false, base_ended = false;

	(void)state;
	assert_string_equal(work.id, "work");
	assert_string_equal(work.address, "::1");
	assert_ptr_not_equal(work.pool, base.pool);
	pool_defer(base.pool, set, &base_ended);
	pool_defer(work.pool, set, &ended);
	fail(&work, ERR_CONFLICT, "x");
	assert_false(ended);
	work_end(&work);
	assert_true(ended);
	assert_false(base_ended);
	assert_string_equal(base.id, "base");
	assert_string_equal(base.why, "");
	pool_free(base.pool);
}

static void parts_end_earlier(void **state)
{
	const struct work base = { 0 };
	struct work work = work_begin(&base, "work");
	struct pool *all = work.pool, *outer = work_pool_begin(&work);
	bool part_ended = false, ended = false;

	(void)state;
	assert_ptr_equal(outer, all);
	assert_ptr_not_equal(work.pool, all);
	pool_defer(outer, set, &ended);
	pool_defer(work.pool, set, &part_ended);
	fail(&work, ERR_CONFLICT, "%s", pool_strdup(work.pool, "the part"));
	work_pool_end(&work, outer);
	assert_true(part_ended);
	assert_false(ended);
	assert_ptr_equal(work.pool, all);
	assert_int_equal(work.err, ERR_CONFLICT);
	assert_string_equal(work.why, "the part");
	work_end(&work);
	assert_true(ended);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_why),
		cmocka_unit_test(knows_what_may_pass),
		cmocka_unit_test(may_quote_itself),
		cmocka_unit_test(tells_what_the_machine_lacks),
		cmocka_unit_test(cuts_whole_characters),
		cmocka_unit_test(is_wanted_until_it_is_abandoned),
		cmocka_unit_test(ends_with_its_pool),
		cmocka_unit_test(parts_end_earlier),
	};

	return RUN_TESTS(tests);
}
