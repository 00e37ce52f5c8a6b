/* log.c: tests the lines of the log. */
#include "config.h"

#include "lib/base/log.h"

#include <unistd.h>

#include "lib/base/json.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "tests/unit/test.h"

static void set_up(enum conf_log_format format, enum conf_log_level level)
{
	struct conf conf;

	conf_init(&conf);
	conf.log_to = LOG_TO_STDERR;
	conf.log_format = (int)format;
	conf.log_level = (int)level;
	log_init(&conf, "test");
}

/* What log_event() or log_failure() writes to stderr. */
static char *written(struct pool *pool, enum conf_log_level level,
		     const struct log_field *fields, size_t count,
		     const struct work *failed)
{
	char *text = pool_alloc(pool, 1 << 17);
	FILE *file = tmpfile();
	int kept = dup(STDERR_FILENO);

	assert_non_null(file);
	assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
	if (failed)
		log_failure(failed, "failed");
	else
		log_event(level, "happened", fields, count);
	dup2(kept, STDERR_FILENO);
	close(kept);
	rewind(file);
	text[fread(text, 1, (1 << 17) - 1, file)] = '\0';
	fclose(file);
	return text;
}

static char *one_text(struct pool *pool, const char *value)
{
	const struct log_field field = log_text("value", value);

	return written(pool, LOG_LEVEL_INFO, &field, 1, NULL);
}

static struct json *parse(struct work *work, const char *line)
{
	struct json *json;

	if (!json_parse(&json, work, line, strlen(line)))
		fail_msg("%s: %s", line, work->why);
	return json;
}

static const char *text_in(struct work *work, const struct json *json,
			   const char *key)
{
	const char *text;

	if (!json_get_text(&text, work, json, key, 0, 10000))
		fail_msg("%s", work->why);
	return text;
}

static void writes_json(void **state)
{
	struct work work = { .pool = pool_new() };
	const struct log_field fields[] = {
		log_text("path", "/v1/images"),
		log_number("status", -201),
		log_text("left_out", NULL),
	};
	struct json *json;
	const char *line;
	int64_t number;

	(void)state;
	set_up(LOG_AS_JSON, LOG_LEVEL_INFO);
	line = written(work.pool, LOG_LEVEL_INFO, fields, 3, NULL);
	assert_int_equal(line[strlen(line) - 1], '\n');
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
	json = parse(&work, line);
	assert_string_equal(text_in(&work, json, "level"), "info");
	assert_string_equal(text_in(&work, json, "program"), "test");
	assert_string_equal(text_in(&work, json, "event"), "happened");
	assert_string_equal(text_in(&work, json, "path"), "/v1/images");
	assert_int_equal(strlen(text_in(&work, json, "time")), 27);
	assert_false(json_has(json, "left_out"));
	assert_true(json_get_int(&number, &work, json, "status", -999, 999));
	assert_int_equal(number, -201);
	assert_true(json_get_int(&number, &work, json, "pid", 1, INT64_MAX));
	assert_int_equal(number, getpid());
	pool_free(work.pool);
}

/* What comes back when the line is read as JSON; NULL: the same. */
static const struct {
	const char *text, *read;
} texts[] = {
	{ "", NULL },
	{ "plain", NULL },
	{ "a\"b\\c/d", NULL },
	{ "a\r\nb\tc\x01\x1b[31m\x7f", NULL },
	{ "\xe2\x82\xac \xf0\x9f\x98\x80", NULL },
	{ "\xc2\x9b"
	  "31m",
	  NULL },
	{ "{\"event\":\"forged\"}", NULL },
	{ "a\xff"
	  "b",
	  "a\xef\xbf\xbd"
	  "b" },
	{ "\xe2\x82\xac\xc3", "\xe2\x82\xac\xef\xbf\xbd" },
	{ "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd" },
};

static void escapes(void **state)
{
	(void)state;
	EACH_ROW(i, texts) {
		struct work work = { .pool = pool_new() };
		const char *line, *at;

		set_up(LOG_AS_JSON, LOG_LEVEL_INFO);
		line = one_text(work.pool, texts[i].text);
		assert_string_equal(text_in(&work, parse(&work, line), "value"),
				    texts[i].read ? texts[i].read
						  : texts[i].text);

		set_up(LOG_AS_TEXT, LOG_LEVEL_INFO);
		at = one_text(work.pool, texts[i].text);
		assert_true(text_is_utf8(at, strlen(at)));
		for (; at[1]; at++) {
			assert_true((unsigned char)*at >= 0x20);
			assert_true(*at != 0x7f);
			assert_false(*at == '\xc2' &&
				     (unsigned char)at[1] < 0xa0);
		}
		assert_int_equal(*at, '\n');
		pool_free(work.pool);
	}
}

/* Cut, and still JSON, and the characters before the cut are whole. */
static void cuts_long_texts(void **state)
{
	(void)state;
	set_up(LOG_AS_JSON, LOG_LEVEL_INFO);
	for (size_t shift = 0; shift < 3; shift++) {
		struct work work = { .pool = pool_new() };
		char *text = pool_alloc(work.pool, 9100);
		const char *read;

		memset(text, 'x', shift);
		for (size_t i = 0; i < 3000; i++)
			memcpy(text + shift + 3 * i, "\xe2\x82\xac", 3);
		read = text_in(&work, parse(&work, one_text(work.pool, text)),
			       "value");
		assert_in_range(strlen(read), 1000, 1024);
		assert_memory_equal(read, text, strlen(read));
		pool_free(work.pool);
	}
}

static void keeps_many_long_fields(void **state)
{
	struct work work = { .pool = pool_new() };
	struct log_field fields[12];
	char controls[2000];

	(void)state;
	set_up(LOG_AS_JSON, LOG_LEVEL_INFO);
	memset(controls, 1, sizeof(controls));
	controls[sizeof(controls) - 1] = '\0';
	EACH_ROW(i, fields)
		fields[i] =
			log_text(pool_printf(work.pool, "f%zu", i), controls);
	parse(&work, written(work.pool, LOG_LEVEL_INFO, fields,
			     ARRAY_LEN(fields), NULL));
	pool_free(work.pool);
}

static void writes_text(void **state)
{
	struct pool *pool = pool_new();
	const struct log_field fields[] = {
		log_text("path", "/a b"),
		log_number("status", 201),
		log_text("left_out", NULL),
	};
	const char *line;

	(void)state;
	set_up(LOG_AS_TEXT, LOG_LEVEL_INFO);
	line = written(pool, LOG_LEVEL_ERROR, fields, 3, NULL);
	assert_string_equal(line + 27, pool_printf(pool,
						   " error test[%d] happened "
						   "path=\"/a b\" status=201\n",
						   (int)getpid()));
	pool_free(pool);
}

static void obeys_the_level(void **state)
{
	(void)state;
	for (enum conf_log_level set = LOG_LEVEL_ERROR; set <= LOG_LEVEL_DEBUG;
	     set++)
		for (enum conf_log_level level = LOG_LEVEL_ERROR;
		     level <= LOG_LEVEL_DEBUG; level++) {
			struct pool *pool = pool_new();

			set_up(LOG_AS_JSON, set);
			assert_int_equal(*written(pool, level, NULL, 0, NULL) !=
						 '\0',
					 level <= set);
			pool_free(pool);
		}
}

static void logs_failures(void **state)
{
	struct work work = { .pool = pool_new(), .id = "request-1" };
	struct json *json;

	(void)state;
	set_up(LOG_AS_JSON, LOG_LEVEL_ERROR);
	fail_field(&work, "width", "width: 1 to 9, not \"\n\"");
	json = parse(&work, written(work.pool, 0, NULL, 0, &work));
	assert_string_equal(text_in(&work, json, "event"), "failed");
	assert_string_equal(text_in(&work, json, "id"), "request-1");
	assert_string_equal(text_in(&work, json, "code"), "invalid_field");
	assert_string_equal(text_in(&work, json, "field"), "width");
	assert_string_equal(text_in(&work, json, "why"),
			    "width: 1 to 9, not \"\n\"");
	pool_free(work.pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_json),
		cmocka_unit_test(escapes),
		cmocka_unit_test(cuts_long_texts),
		cmocka_unit_test(keeps_many_long_fields),
		cmocka_unit_test(writes_text),
		cmocka_unit_test(obeys_the_level),
		cmocka_unit_test(logs_failures),
	};

	return RUN_TESTS(tests);
}
