/* err.c: tests the table of failures. */
#include "config.h"

#include "lib/base/err.h"

#include "tests/unit/test.h"

static void every_kind_has_a_row(void **state)
{
	(void)state;
	for (enum err err = 0; err < ERR__COUNT; err++) {
		const char *code = err_code(err);

		assert_in_range(err_http_status(err), 400, 507);
		assert_non_null(code);
		assert_int_equal(strspn(code, "abcdefghijklmnopqrstuvwxyz_"),
				 strlen(code));
		assert_true(strlen(err_title(err)) > 4);
	}
}

static void codes_lead_back(void **state)
{
	(void)state;
	for (enum err err = 0; err < ERR__COUNT; err++)
		assert_int_equal(err_by_code(err_code(err)), err);
	assert_int_equal(err_by_code(""), ERR_INTERNAL);
	assert_int_equal(err_by_code("no_such_code"), ERR_INTERNAL);
}

/* The ones that clients and the web server's configuration count on. */
static void statuses_are_those_of_http(void **state)
{
	static const struct {
		enum err err;
		int status;
		const char *code;
	} cases[] = {
		{ ERR_UNKNOWN_FIELD, 400, "unknown_field" },
		{ ERR_UNAUTHENTICATED, 401, "unauthenticated" },
		{ ERR_FORBIDDEN, 403, "forbidden" },
		{ ERR_NOT_FOUND, 404, "not_found" },
		{ ERR_JOB_FAILED, 409, "job_failed" },
		{ ERR_LINK_EXPIRED, 410, "link_expired" },
		{ ERR_TOO_LARGE, 413, "too_large" },
		{ ERR_CORRUPT_IMAGE, 422, "corrupt_image" },
		{ ERR_INTERNAL, 500, "internal" },
		{ ERR_UNAVAILABLE, 503, "unavailable" },
		{ ERR_STORAGE_FULL, 507, "storage_full" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(err_http_status(cases[i].err),
				 cases[i].status);
		assert_string_equal(err_code(cases[i].err), cases[i].code);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_has_a_row),
		cmocka_unit_test(codes_lead_back),
		cmocka_unit_test(statuses_are_those_of_http),
	};

	return RUN_TESTS(tests);
}
