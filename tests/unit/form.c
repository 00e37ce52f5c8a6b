/* form.c: fields, however they are sent. */
#include "config.h"

#include "fcgi/form.h"

#include <string.h>

#include "lib/base/json.h"
#include "lib/base/pool.h"
#include "tests/unit/test.h"

static const struct {
	const char *json, *name, *text;
	enum form_kind kind;
} fields[] = {
	{ "{}", "a", "", FORM_ABSENT },
	{ "{\"b\":1}", "a", "", FORM_ABSENT },
	{ "{\"a\":null}", "a", "", FORM_NULL },
	{ "{\"a\":true}", "a", "", FORM_OTHER },
	{ "{\"a\":false}", "a", "", FORM_OTHER },
	{ "{\"a\":[\"x\"]}", "a", "", FORM_OTHER },
	{ "{\"a\":{\"a\":\"x\"}}", "a", "", FORM_OTHER },
	{ "{\"a\":\"\"}", "a", "", FORM_TEXT },
	{ "{\"a\":\"x\"}", "a", "x", FORM_TEXT },
	{ "{\"a\":\"null\"}", "a", "null", FORM_TEXT },
	{ "{\"a\":300}", "a", "300", FORM_TEXT },
	{ "{\"a\":-1}", "a", "-1", FORM_TEXT },
	{ "{\"a\":300.5}", "a", "300.5", FORM_TEXT },
	{ "{\"b\":\"y\",\"a\":\"x\"}", "b", "y", FORM_TEXT },
};

static void json_has_kinds(void **state)
{
	struct work work = { .pool = pool_new() };

	(void)state;
	EACH_ROW(i, fields) {
		const char *text = "";
		struct json *json;
		struct request_body form = { 0 };

		assert_true(json_parse(&json, &work, fields[i].json,
				       strlen(fields[i].json)));
		form.json = json;
		assert_int_equal(form_get(&text, &form, fields[i].name),
				 fields[i].kind);
		assert_string_equal(text, fields[i].text);
	}
	pool_free(work.pool);
}

static void a_form_has_texts(void **state)
{
	static const char text[] = "a=1&b=x+y%26%C3%A9&c&&d=null";
	static const char *const pairs[][2] = {
		{ "a", "1" },
		{ "b", "x y&\303\251" },
		{ "c", "" },
		{ "d", "null" },
	};
	struct work work = { .pool = pool_new() };
	const char *value = "";
	struct request_body form = { 0 };

	(void)state;
	assert_true(form_parse(&form, &work, text, sizeof(text) - 1));
	assert_null(form.json);
	assert_null(form.file);
	assert_int_equal(form.field_count, ARRAY_LEN(pairs));
	EACH_ROW(i, pairs) {
		assert_int_equal(form_get(&value, &form, pairs[i][0]),
				 FORM_TEXT);
		assert_string_equal(value, pairs[i][1]);
	}
	assert_int_equal(form_get(&value, &form, "e"), FORM_ABSENT);
	assert_true(form_parse(&form, &work, "", 0));
	assert_int_equal(form.field_count, 0);
	pool_free(work.pool);
}

static const struct {
	const char *text;
	size_t len;
} broken[] = {
	{ "a=1\0&b=2", 8 }, { "\0", 1 },     { "a=%", 3 }, { "a=%zz", 5 },
	{ "a=%00", 5 },     { "a=\xff", 3 }, { "=1", 2 },  { "a=1&a=2", 7 },
};

static void what_is_no_form_is_refused(void **state)
{
	struct work work = { .pool = pool_new() };
	struct request_body form = { 0 };

	(void)state;
	EACH_ROW(i, broken) {
		work.err = ERR_INTERNAL;
		assert_false(form_parse(&form, &work, broken[i].text,
					broken[i].len));
		assert_int_equal(work.err, ERR_BAD_REQUEST);
	}
	pool_free(work.pool);
}

static void a_form_has_bounds(void **state)
{
	struct work work = { .pool = pool_new() };
	char *text = pool_alloc(work.pool, FORM_MAX_BYTES + 2);
	struct request_body form = { 0 };

	(void)state;
	memset(text, 'a', FORM_MAX_BYTES);
	assert_true(form_parse(&form, &work, text, FORM_MAX_BYTES));
	text[FORM_MAX_BYTES] = 'a';
	assert_false(form_parse(&form, &work, text, FORM_MAX_BYTES + 1));
	assert_int_equal(work.err, ERR_TOO_LARGE);
	*text = '\0';
	for (int i = 0; i <= URI_MAX_PAIRS; i++)
		text = pool_printf(work.pool, "%s&n%d=", text, i);
	assert_false(form_parse(&form, &work, text, strlen(text)));
	assert_int_equal(work.err, ERR_BAD_REQUEST);
	pool_free(work.pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_has_kinds),
		cmocka_unit_test(a_form_has_texts),
		cmocka_unit_test(what_is_no_form_is_refused),
		cmocka_unit_test(a_form_has_bounds),
	};

	return RUN_TESTS(tests);
}
