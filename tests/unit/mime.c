/* mime.c: tests how media types and parameters are read. */
#include "config.h"

#include "lib/base/mime.h"

#include "lib/base/buf.h"
#include "lib/base/pool.h"
#include "lib/base/work.h"
#include "tests/unit/test.h"

struct value {
	const char *text;
	const char *read; /* type|name=value| for each; NULL: `why` */
	const char *why;
};

/* clang-format off */
static const struct value values[] = {
	{ "text/plain", "text/plain|", NULL },
	{ "Image/SVG+XML", "image/svg+xml|", NULL },
	{ "a/b;c=d", "a/b|c=d|", NULL },
	{ "a/b \t; \tC=d ;e=\"f\" ", "a/b|C=d|e=f|", NULL },
	{ "a/b;;; c=d;;", "a/b|c=d|", NULL },
	{ "a/b; c=d; c=e", "a/b|c=d|c=e|", NULL },
	{ "a/b; c=d=e/f:g", "a/b|c=d=e/f:g|", NULL },
	{ "a/b; c=\"\"", "a/b|c=|", NULL },
	{ "a/b; c=\"d;e=\\\"f\\\\\\g\"", "a/b|c=d;e=\"f\\\\g|", NULL },
	{ "a/b; c=\"\x95\\\"; e=f", "a/b|c=\x95\\|e=f|", NULL },
	{ "a/b; c=\"\x95\\\x8e\xa6\\\"\\\\\"", "a/b|c=\x95\\\x8e\xa6\"\\|", NULL },
	{ "a/b; c=\"\xc3\xa9\\\"d\"", "a/b|c=é\"d|", NULL },
	{ "a/b; c*=UTF-8''%20", "a/b|c*=UTF-8''%20|", NULL },
	{ "", NULL, "type/subtype" },
	{ "a", NULL, "type/subtype" },
	{ "a/", NULL, "type/subtype" },
	{ "/b", NULL, "type/subtype" },
	{ " a/b", NULL, "type/subtype" },
	{ "a/b c", NULL, "expected \";\"" },
	{ "a/b, c/d", NULL, "expected \";\"" },
	{ "a/b/c", NULL, "expected \";\"" },
	{ "a/b; c=d e", NULL, "expected \";\"" },
	{ "a/b; c=\"d\"e", NULL, "expected \";\"" },
	{ "a/b; c=d\"e\"", NULL, "expected \";\"" },
	{ "a/b; c", NULL, "expected a parameter" },
	{ "a/b; c =d", NULL, "expected a parameter" },
	{ "a/b; =d", NULL, "expected a parameter" },
	{ "a/b; c=", NULL, "expected a value" },
	{ "a/b; c= d", NULL, "expected a value" },
	{ "a/b; c=;d=e", NULL, "expected a value" },
	{ "a/b; c=\"", NULL, "closing quote" },
	{ "a/b; c=\"d", NULL, "closing quote" },
	{ "a/b; c=\"d\\\"", NULL, "closing quote" },
};
/* clang-format on */

static bool write_down(void *arg, const char *name, const char *value)
{
	return buf_printf(arg, "%s=%s|", name, value);
}

static bool read_value(struct buf *log, struct work *work, const char *text)
{
	const char *type;

	return mime_type(&type, work, &text) && buf_printf(log, "%s|", type) &&
	       mime_params(work, text, write_down, log);
}

static void check_value(const struct value *value)
{
	struct pool *pool = pool_new();
	struct work work = { .pool = pool };
	struct buf *log = buf_new(pool, 4096);

	if (read_value(log, &work, value->text)) {
		if (!value->read)
			fail_msg("%s was taken", value->text);
		assert_string_equal(log->data, value->read);
	} else {
		if (value->read || !strstr(work.why, value->why))
			fail_msg("%s: %s", value->text, work.why);
		assert_int_equal(work.err, ERR_BAD_REQUEST);
	}
	pool_free(pool);
}

static void reads_values(void **state)
{
	(void)state;
	EACH_ROW(i, values)
		check_value(&values[i]);
}

static bool stop(void *arg, const char *name, const char *value)
{
	(void)name, (void)value;
	++*(int *)arg;
	return false;
}

static void stops_when_told(void **state)
{
	struct pool *pool = pool_new();
	struct work work = { .pool = pool };
	int calls = 0;

	(void)state;
	assert_false(mime_params(&work, "; a=b; c=d", stop, &calls));
	assert_int_equal(calls, 1);
	pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_values),
		cmocka_unit_test(stops_when_told),
	};

	return RUN_TESTS(tests);
}
