/* json.c: tests what is read as JSON, and how it is written. */
#include "config.h"

#include "lib/base/json.h"

#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "tests/unit/test.h"

static struct work start(void)
{
	return (struct work){ .pool = pool_new() };
}

static struct json *parse(struct work *work, const char *text)
{
	struct json *json = NULL;

	if (!json_parse(&json, work, text, strlen(text)))
		fail_msg("%s: %s", text, work->why);
	return json;
}

/* clang-format off */
static const struct {
	const char *text, *printed;
} good[] = {
	{ "{}", "{}" },
	{ " \t\r\n{ } \n", "{}" },
	{ "{\"a\":1,\"b\":[1,2,{\"c\":null}],\"d\":true,\"e\":false}", NULL },
	{ "{\"a\":-0,\"b\":[]}", "{\"a\":0,\"b\":[]}" },
	{ "{\"a\":\"/\\/\"}", "{\"a\":\"//\"}" },
	{ "{\"a\":\"\\u00e9\\ud83d\\ude00\\n\\\"\\\\\"}", "{\"a\":\"\xc3\xa9\xf0\x9f\x98\x80\\n\\\"\\\\\"}" },
	{ "{\"a\":\"\xe2\x82\xac\x7f\"}", NULL },
	{ "{\"\":\"\"}", NULL },
	{ "{\"a\":\"x:y\",\"b:c\":\"\\\":\",\"d\":{\"a\":1}}", NULL },
	{ "{\"a\":[{\"a\":1},{\"a\":1}]}", NULL },
	{ "{\"a\":\"\\\\u0000\"}", NULL },
	{ "{\"a\":1.5e3}", NULL },
	{ "{\"a\":[-0.5,0,1e5,1E+5,1e-05,-1.25e-10,100]}", NULL },
	{ "{\"a\":9223372036854775807,\"b\":-9223372036854775808}", NULL },
};

static const char *const bad[] = {
	"", " ", "{", "}", "[]", "[{}]", "1", "\"a\"", "null", "true", "{}{}", "{} x", "{},",
	"{a:1}", "{'a':1}", "{\"a\":'b'}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}", "{\"a\":[1,]}", "{\"a\":[,1]}",
	"{\"a\":1 \"b\":2}", "{\"a\" 1}", "{1:2}", "{null:1}",
	"{\"a\":01}", "{\"a\":+1}", "{\"a\":.5}", "{\"a\":1.}", "{\"a\":1e}", "{\"a\":-}", "{\"a\":0x1}", "{\"a\":1a}",
	"{\"a\":-01}", "{\"a\":1.e5}", "{\"a\":1e+}", "{\"a\":--1}", "{\"a\":1-2}", "{\"a\":1.2.3}", "{\"a\":1e2e3}", "{\"a\":-a}", "{\"a\":e1}",
	"{\"a\":NaN}", "{\"a\":Infinity}", "{\"a\":-Infinity}", "{\"a\":nan}",
	"{\"a\":True}", "{\"a\":TRUE}", "{\"a\":NULL}", "{\"a\":tru}", "{\"a\":nul}",
	"{/* c */}", "{// c\n}", "#\n{}", "/**/{}", "{}//",
	"{\"a\":\"\n\"}", "{\"a\":\"\t\"}", "{\"a\":\"\x1f\"}", "{\"\x01\":1}",
	"{\"a\":\"\\x41\"}", "{\"a\":\"\\u12\"}", "{\"a\":\"\\u12g4\"}", "{\"a\":\"\\'\"}", "{\"a\":\"\\", "{\"a\":\"",
	"{\"a\":\"\xff\"}", "{\"a\":\"\xc0\xaf\"}", "{\"a\":\"\xed\xa0\x80\"}", "{\"\xe2\x82\":1}", "{\"a\":\"\xe2\x82\"}",
	"{\"a\":\"\\u0000\"}", "{\"a\\u0000b\":1}",
	"{\"a\":1,\"a\":1}", "{\"a\":1,\"\\u0061\":2}", "{\"b\":[{\"a\":1,\"a\":{}}]}", "{\"a\":{\"b\":1},\"a\":{\"b\":1,\"c\":1}}",
	"\xef\xbb\xbf{}", "\v{}", "{}\f",
};
/* clang-format on */

static void reads_json(void **state)
{
	(void)state;
	EACH_ROW(i, good) {
		struct work work = start();
		struct json *json = parse(&work, good[i].text);
		size_t len;
		const char *text = json_print(work.pool, json, &len);

		assert_string_equal(text, good[i].printed ? good[i].printed
							  : good[i].text);
		assert_int_equal(len, strlen(text));
		pool_free(work.pool);
	}
}

static void refuses_what_is_no_json(void **state)
{
	(void)state;
	EACH_ROW(i, bad) {
		struct work work = start();
		struct json *json = NULL;

		if (json_parse(&json, &work, bad[i], strlen(bad[i])))
			fail_msg("taken: %s", bad[i]);
		assert_null(json);
		assert_int_equal(work.err, ERR_BAD_REQUEST);
		assert_true(text_starts(work.why, "JSON: "));
		pool_free(work.pool);
	}
}

static void refuses_nuls(void **state)
{
	static const char *const texts[] = { "{}\0\0", "\0{} ", "{\0} ",
					     "{} \0" };
	struct work work = start();
	struct json *json;

	(void)state;
	EACH_ROW(i, texts)
		assert_false(json_parse(&json, &work, texts[i], 4));
	assert_true(json_parse(&json, &work, "{}\0\0", 2));
	pool_free(work.pool);
}

static void reads_nothing_beyond_the_end(void **state)
{
	struct work whole = start(), part = start();
	struct json *json;

	(void)state;
	assert_false(json_parse(&json, &whole, "{} 1", 4));
	assert_false(json_parse(&json, &part, "{} 1-", 4));
	assert_string_equal(part.why, whole.why);
	pool_free(whole.pool);
	pool_free(part.pool);
}

static void says_where(void **state)
{
	struct work work = start();
	struct json *json;

	(void)state;
	assert_false(json_parse(&json, &work, "{\"a\":tru}", 9));
	assert_non_null(strstr(work.why, "at byte 8"));
	assert_false(json_parse(&json, &work, "{\"a\":", 5));
	assert_string_equal(work.why, "JSON: unexpected end at byte 5");
	pool_free(work.pool);
}

/* {"a":[[[...]]]}: the object and the arrays in it. */
static bool nests(int depth)
{
	struct work work = start();
	char text[2100] = "{\"a\":";
	struct json *json;
	bool read;

	memset(text + 5, '[', (size_t)depth - 1);
	memset(text + 4 + depth, ']', (size_t)depth - 1);
	text[3 + 2 * depth] = '}';
	read = json_parse(&json, &work, text, strlen(text));
	pool_free(work.pool);
	return read;
}

static void limits_depth(void **state)
{
	(void)state;
	assert_true(nests(2));
	assert_true(nests(JSON_MAX_DEPTH));
	assert_false(nests(JSON_MAX_DEPTH + 1));
	assert_false(nests(1000));
}

static void limits_length(void **state)
{
	struct work work = start();
	char *text = pool_alloc(work.pool, JSON_MAX_BYTES + 2);
	struct json *json;

	(void)state;
	memset(text, ' ', JSON_MAX_BYTES + 1);
	memcpy(text, "{}", 2);
	assert_true(json_parse(&json, &work, text, JSON_MAX_BYTES));
	assert_false(json_parse(&json, &work, text, JSON_MAX_BYTES + 1));
	assert_int_equal(work.err, ERR_TOO_LARGE);
	pool_free(work.pool);
}

static void builds(void **state)
{
	struct work work = start();
	struct json *object = json_object(work.pool);
	struct json *array = json_array(work.pool);
	struct json *child = json_object(work.pool);

	(void)state;
	json_set_text(object, "text", "a/\"b\"\n");
	json_set_text(object, "none", NULL);
	json_set_int(object, "least", INT64_MIN);
	json_set_bool(object, "yes", true);
	json_set_null(object, "null");
	json_push_text(array, "x");
	json_push(array, child);
	json_push(array, NULL);
	json_set(object, "array", array);
	json_set_int(child, "later", 1);
	json_set(object, "again", child);
	json_set_int(object, "yes", 2);
	assert_string_equal(json_print(work.pool, object, NULL),
			    "{\"text\":\"a/\\\"b\\\"\\n\",\"none\":null,"
			    "\"least\":-9223372036854775808,\"yes\":2,"
			    "\"null\":null,"
			    "\"array\":[\"x\",{\"later\":1},null],"
			    "\"again\":{\"later\":1}}");
	assert_string_equal(json_print_pretty(work.pool, child),
			    "{\n  \"later\": 1\n}");
	assert_string_equal(
		json_print(work.pool, json_text(work.pool, "\""), NULL),
		"\"\\\"\"");
	pool_free(work.pool);
}

static void writes_all_values(void **state)
{
	static const char all[] =
		"{\"\\u0001\\b\\t\\n\\u000b\\f\\r\\u001f\":[],\"o\":{},\"a\":[[{}],1.5,"
		"-1e3,18446744073709551615,-9223372036854775808,true,false,"
		"null,\"\\\\/\x7f\"]}";
	struct work work = start();
	struct json *object = parse(&work, all);
	size_t len;

	(void)state;
	assert_string_equal(json_print(work.pool, object, &len), all);
	assert_int_equal(len, strlen(all));
	assert_string_equal(
		json_print_pretty(
			work.pool,
			parse(&work, "{\"a\":[1,{\"b\":[]}],\"c\":{}}")),
		"{\n  \"a\": [\n    1,\n    {\n      \"b\": []\n    }\n  ],"
		"\n  \"c\": {}\n}");
	pool_free(work.pool);
}

static void writes_only_utf8(void **state)
{
	static const struct {
		const char *text, *printed;
	} cases[] = {
		{ "\xff", "\xef\xbf\xbd" },
		{ "a\xc3", "a\xef\xbf\xbd" },
		{ "\xc3\xa9\xff\xe2\x82\xac",
		  "\xc3\xa9\xef\xbf\xbd\xe2\x82\xac" },
		{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80" },
	};

	(void)state;
	EACH_ROW(i, cases) {
		struct work work = start();
		struct json *object = json_object(work.pool);
		const char *text;

		json_set_text(object, "a", cases[i].text);
		text = json_print(work.pool, object, NULL);
		assert_string_equal(text,
				    pool_printf(work.pool, "{\"a\":\"%s\"}",
						cases[i].printed));
		parse(&work, text);
		pool_free(work.pool);
	}
}

static void refuses_unknown_fields(void **state)
{
	static const char *const known[] = { "name", "width", NULL };
	static const char *const none[] = { NULL };
	struct work work = start();

	(void)state;
	assert_true(json_only(parse(&work, "{}"), &work, known));
	assert_true(json_only(parse(&work, "{}"), &work, none));
	assert_true(json_only(parse(&work, "{\"width\":null,\"name\":1}"),
			      &work, known));
	assert_false(json_only(parse(&work, "{\"name\":1,\"Width\":1}"), &work,
			       known));
	assert_int_equal(work.err, ERR_UNKNOWN_FIELD);
	assert_string_equal(work.field, "Width");
	assert_string_equal(work.why, "Width: unknown field; expected: name, "
				      "width");
	assert_false(json_only(parse(&work, "{\"a\":1}"), &work, none));
	pool_free(work.pool);
}

/* clang-format off */
static const char document[] =
	"{\"text\":\"abc\",\"empty\":\"\",\"euro\":\"\xe2\x82\xac\",\"number\":12,\"least\":-9223372036854775808,"
	"\"most\":9223372036854775807,\"over\":9223372036854775808,\"huge\":99999999999999999999999,\"real\":1.0,\"yes\":true,\"no\":false,"
	"\"null\":null,\"object\":{},\"array\":[],\"texts\":[\"a\",\"bc\"],\"mixed\":[\"a\",1],\"digits\":\"12\"}";

static const struct {
	const char *key;
	size_t min, max;
	const char *text, *why;
} texts[] = {
	{ "text", 1, 255, "abc", NULL },
	{ "text", 3, 3, "abc", NULL },
	{ "empty", 0, 3, "", NULL },
	{ "euro", 3, 3, "\xe2\x82\xac", NULL },
	{ "text", 1, 2, NULL, "text: text of 1 to 2 bytes, not 3" },
	{ "text", 4, 9, NULL, "text: text of 4 to 9 bytes, not 3" },
	{ "empty", 1, 255, NULL, "empty: text of 1 to 255 bytes, not 0" },
	{ "number", 1, 255, NULL, "number: text of 1 to 255 bytes, not 12" },
	{ "yes", 1, 255, NULL, "yes: text of 1 to 255 bytes, not true" },
	{ "null", 0, 255, NULL, "null: text of 0 to 255 bytes, not null" },
	{ "gone", 0, 255, NULL, "gone: text of 0 to 255 bytes, not nothing" },
	{ "object", 0, 255, NULL, "object: text of 0 to 255 bytes, not an object" },
	{ "array", 0, 255, NULL, "array: text of 0 to 255 bytes, not an array" },
};

static const struct {
	const char *key;
	int64_t min, max;
	int64_t number;
	const char *why;
} numbers[] = {
	{ "number", 12, 12, 12, NULL },
	{ "least", INT64_MIN, 0, INT64_MIN, NULL },
	{ "most", 0, INT64_MAX, INT64_MAX, NULL },
	{ "number", 13, 20, 0, "number: a number from 13 to 20, not 12" },
	{ "number", -5, 11, 0, "number: a number from -5 to 11, not 12" },
	{ "over", 0, INT64_MAX, 0, "over: a number from 0 to 9223372036854775807, not 9223372036854775808" },
	{ "huge", 0, INT64_MAX, 0, "huge: a number from 0 to 9223372036854775807, not 18446744073709551615" },
	{ "real", 0, 9, 0, "real: a number from 0 to 9, not 1.0" },
	{ "digits", 0, 99, 0, "digits: a number from 0 to 99, not \"12\"" },
	{ "yes", 0, 9, 0, "yes: a number from 0 to 9, not true" },
	{ "null", 0, 9, 0, "null: a number from 0 to 9, not null" },
	{ "gone", 0, 9, 0, "gone: a number from 0 to 9, not nothing" },
};
/* clang-format on */

static void gets_texts(void **state)
{
	struct work work = start();
	struct json *json = parse(&work, document);

	(void)state;
	EACH_ROW(i, texts) {
		const char *text = NULL;
		bool got = json_get_text(&text, &work, json, texts[i].key,
					 texts[i].min, texts[i].max);

		assert_int_equal(got, texts[i].text != NULL);
		if (got) {
			assert_string_equal(text, texts[i].text);
			continue;
		}
		assert_null(text);
		assert_int_equal(work.err, ERR_INVALID_FIELD);
		assert_string_equal(work.field, texts[i].key);
		assert_string_equal(work.why, texts[i].why);
	}
	pool_free(work.pool);
}

static void gets_numbers(void **state)
{
	struct work work = start();
	struct json *json = parse(&work, document);

	(void)state;
	EACH_ROW(i, numbers) {
		int64_t number = 0;
		bool got = json_get_int(&number, &work, json, numbers[i].key,
					numbers[i].min, numbers[i].max);

		assert_int_equal(got, !numbers[i].why);
		assert_int_equal(number, numbers[i].number);
		if (got)
			continue;
		assert_int_equal(work.err, ERR_INVALID_FIELD);
		assert_string_equal(work.field, numbers[i].key);
		assert_string_equal(work.why, numbers[i].why);
	}
	pool_free(work.pool);
}

static void gets_truths(void **state)
{
	struct work work = start();
	struct json *json = parse(&work, document);
	bool yes;

	(void)state;
	assert_true(json_get_bool(&yes, &work, json, "yes"));
	assert_true(yes);
	assert_true(json_get_bool(&yes, &work, json, "no"));
	assert_false(yes);
	assert_false(json_get_bool(&yes, &work, json, "number"));
	assert_string_equal(work.why, "number: true or false, not 12");
	assert_false(json_get_bool(&yes, &work, json, "gone"));

	assert_true(json_has(json, "no"));
	assert_true(json_has(json, "object"));
	assert_false(json_has(json, "null"));
	assert_false(json_has(json, "gone"));
	pool_free(work.pool);
}

static void gets_lists(void **state)
{
	struct work work = start();
	struct json *json = parse(&work, document);
	const char **list;
	size_t count;

	(void)state;
	assert_true(json_get_texts(&list, &count, &work, json, "texts", 2, 2));
	assert_int_equal(count, 2);
	assert_string_equal(list[0], "a");
	assert_string_equal(list[1], "bc");
	assert_true(json_get_texts(&list, &count, &work, json, "array", 0, 0));
	assert_int_equal(count, 0);

	assert_false(json_get_texts(&list, &count, &work, json, "texts", 1, 2));
	assert_string_equal(work.why, "texts: at most 1 texts, not 2");
	assert_false(json_get_texts(&list, &count, &work, json, "texts", 2, 1));
	assert_string_equal(work.why,
			    "texts: texts of at most 1 bytes, number 2 is not");
	assert_false(json_get_texts(&list, &count, &work, json, "mixed", 9, 9));
	assert_false(json_get_texts(&list, &count, &work, json, "text", 9, 9));
	assert_string_equal(work.why, "text: an array of texts, not \"abc\"");
	assert_false(json_get_texts(&list, &count, &work, json, "gone", 9, 9));
	pool_free(work.pool);
}

static void decimals_are_exact(void **state)
{
	static const struct {
		int64_t number;
		unsigned decimals;
		const char *text;
	} cases[] = {
		{ 488582222, 7, "{\"x\":48.8582222}" },
		{ -1800000000, 7, "{\"x\":-180}" },
		{ -5, 7, "{\"x\":-0.0000005}" },
		{ 0, 7, "{\"x\":0}" },
		{ INT64_MIN, 1, "{\"x\":-922337203685477580.8}" },
	};

	(void)state;
	EACH_ROW(i, cases) {
		struct pool *pool = pool_new();
		struct json *json = json_object(pool);

		json_set_decimal(json, "x", cases[i].number, cases[i].decimals);
		assert_string_equal(json_print(pool, json, NULL),
				    cases[i].text);
		pool_free(pool);
	}
}

static void gets_shares(void **state)
{
	static const struct {
		const char *text;
		bool is_read;
		int64_t x, y;
		const char *printed;
	} cases[] = {
		{ "[0, 1]", true, 0, 10000, "[0,1]" },
		{ "[0.25, 0.5]", true, 2500, 5000, "[0.25,0.5]" },
		{ "[0.33333, 0.66666]", true, 3333, 6667, "[0.3333,0.6667]" },
		{ "[1e-4, 0.00004]", true, 1, 0, "[0.0001,0]" },
		{ "[0, 1.0001]", false, 0, 0, "" },
		{ "[-0.1, 0]", false, 0, 0, "" },
		{ "[0]", false, 0, 0, "" },
		{ "[0, 0, 0]", false, 0, 0, "" },
		{ "[\"0\", 0]", false, 0, 0, "" },
		{ "[null, 0]", false, 0, 0, "" },
		{ "0.5", false, 0, 0, "" },
	};

	(void)state;
	EACH_ROW(i, cases) {
		struct work work = start();
		struct json *json =
			parse(&work, pool_printf(work.pool, "{\"a\":%s}",
						 cases[i].text));
		struct json *array = json_array(work.pool);
		int64_t shares[2];
		size_t len;

		assert_int_equal(
			json_get_shares(shares, &work, json, "a", 2, 4),
			cases[i].is_read);
		if (cases[i].is_read) {
			assert_int_equal(shares[0], cases[i].x);
			assert_int_equal(shares[1], cases[i].y);
			json_push_decimal(array, shares[0], 4);
			json_push_decimal(array, shares[1], 4);
			assert_string_equal(json_print(work.pool, array, &len),
					    cases[i].printed);
		} else {
			assert_string_equal(work.field, "a");
		}
		pool_free(work.pool);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decimals_are_exact),
		cmocka_unit_test(reads_json),
		cmocka_unit_test(refuses_what_is_no_json),
		cmocka_unit_test(refuses_nuls),
		cmocka_unit_test(reads_nothing_beyond_the_end),
		cmocka_unit_test(says_where),
		cmocka_unit_test(limits_depth),
		cmocka_unit_test(limits_length),
		cmocka_unit_test(builds),
		cmocka_unit_test(writes_all_values),
		cmocka_unit_test(writes_only_utf8),
		cmocka_unit_test(refuses_unknown_fields),
		cmocka_unit_test(gets_texts),
		cmocka_unit_test(gets_numbers),
		cmocka_unit_test(gets_truths),
		cmocka_unit_test(gets_lists),
		cmocka_unit_test(gets_shares),
	};

	return RUN_TESTS(tests);
}
