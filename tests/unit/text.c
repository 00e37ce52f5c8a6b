/* text.c: tests numbers, UTF-8, hexadecimal, base64, percent signs and HTML. */
#include "config.h"

#include "lib/base/text.h"

#include "lib/base/pool.h"
#include "tests/unit/test.h"

static void reads_numbers(void **state)
{
	static const struct {
		const char *text;
		int64_t min, max;
		bool good;
		int64_t number;
	} cases[] = {
		{ "0", 0, 0, true, 0 },
		{ "1", 0, 0, false, 0 },
		{ "-1", 0, 9, false, 0 },
		{ "-1", -1, 9, true, -1 },
		{ "+5", 0, 9, true, 5 },
		{ "007", 0, 9, true, 7 },
		{ "9223372036854775807", 0, INT64_MAX, true, INT64_MAX },
		{ "9223372036854775808", 0, INT64_MAX, false, 0 },
		{ "-9223372036854775808", INT64_MIN, 0, true, INT64_MIN },
		{ "-9223372036854775809", INT64_MIN, 0, false, 0 },
		{ "18446744073709551617", 0, INT64_MAX, false, 0 },
		{ "", 0, 9, false, 0 },
		{ "-", -9, 9, false, 0 },
		{ "+-1", -9, 9, false, 0 },
		{ " 1", 0, 9, false, 0 },
		{ "1 ", 0, 9, false, 0 },
		{ "1\n", 0, 9, false, 0 },
		{ "- 1", -9, 9, false, 0 },
		{ "0x1", 0, 9, false, 0 },
		{ "1.0", 0, 9, false, 0 },
		{ "1e1", 0, 99, false, 0 },
		{ "\xd9\xa1", 0, 9, false, 0 }, /* an Arabic digit */
	};

	(void)state;
	EACH_ROW(i, cases) {
		int64_t number = 4711;

		assert_int_equal(text_int(&number, cases[i].text, cases[i].min,
					  cases[i].max),
				 cases[i].good);
		assert_int_equal(number,
				 cases[i].good ? cases[i].number : 4711);
	}
}

static void reads_times_with_units(void **state)
{
	static const struct {
		const char *text;
		bool good;
		int64_t seconds;
	} cases[] = {
		{ "0", true, 0 },
		{ "3600", true, 3600 },
		{ "90s", true, 90 },
		{ "15m", true, 900 },
		{ "12h", true, 43200 },
		{ "1d", true, 86400 },
		{ "2w", true, 1209600 },
		{ "0d", true, 0 },
		{ "1461d", true, 126230400 },
		{ "1462d", false, 0 }, /* above the limit */
		{ "106751991167301d", false, 0 },
		{ "18446744073709551617", false, 0 },
		{ "11111111111111111111111111111111111s", false, 0 },
		{ "", false, 0 },
		{ "d", false, 0 },
		{ "-1d", false, 0 },
		{ "+1d", false, 0 },
		{ "1D", false, 0 },
		{ "1 d", false, 0 },
		{ "1dd", false, 0 },
		{ "1d12h", false, 0 },
		{ "1.5h", false, 0 },
		{ "1y", false, 0 },
		{ "1d ", false, 0 },
	};

	(void)state;
	EACH_ROW(i, cases) {
		int64_t seconds = 4711;

		assert_int_equal(
			text_seconds(&seconds, cases[i].text, 0, 126230400),
			cases[i].good);
		assert_int_equal(seconds,
				 cases[i].good ? cases[i].seconds : 4711);
	}
}

static void reads_lists_of_numbers(void **state)
{
	static const char *const good[] = { "1", "1 2", "  9  1 " };
	static const char *const bad[] = {
		"",    " ",    "10",
		"1 x", "1,2",  "1 10",
		"1 0", "1 2x", "1 11111111111111111111111111111111111",
	};

	(void)state;
	EACH_ROW(i, good) {
		assert_true(text_is_numbers(good[i], 1, 9));
		assert_true(text_has_number(good[i], 1));
		assert_false(text_has_number(good[i], 3));
	}
	EACH_ROW(i, bad)
		assert_false(text_is_numbers(bad[i], 1, 9));
	assert_true(text_has_number("80 443", 443));
	assert_false(text_has_number("80 443", 44));
	assert_false(text_has_number("", 0));
}

/* RFC 3629 sections 3 and 10, and the usual attacks. */
static void knows_utf8(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} cases[] = {
		{ "", true },
		{ "plain", true },
		{ "\x7f", true },
		{ "\xc2\x80", true },
		{ "\xdf\xbf", true },
		{ "\xe0\xa0\x80", true },
		{ "\xed\x9f\xbf", true },
		{ "\xee\x80\x80", true },
		{ "\xef\xbf\xbf", true },
		{ "\xf0\x90\x80\x80", true },
		{ "\xf4\x8f\xbf\xbf", true },
		{ "\xe2\x82\xac and \xf0\x9f\x98\x80", true },
		{ "\xc0\x80", false }, /* overlong */
		{ "\xc0\xaf", false },
		{ "\xc1\xbf", false },
		{ "\xe0\x80\xaf", false },
		{ "\xe0\x9f\xbf", false },
		{ "\xf0\x80\x80\xaf", false },
		{ "\xf0\x8f\xbf\xbf", false },
		{ "\xed\xa0\x80", false }, /* surrogates */
		{ "\xed\xbf\xbf", false },
		{ "\xed\xa0\xbd\xed\xb8\x80", false },
		{ "\xf4\x90\x80\x80", false }, /* beyond U+10FFFF */
		{ "\xf5\x80\x80\x80", false },
		{ "\xf8\x88\x80\x80\x80", false },
		{ "\xfe", false },
		{ "\xff", false },
		{ "\x80", false }, /* out of place */
		{ "\xbf", false },
		{ "a\x80", false },
		{ "\xc3", false }, /* cut */
		{ "\xe2\x82", false },
		{ "\xf0\x9f\x98", false },
		{ "\xc3"
		  "a",
		  false },
		{ "\xe2\x82"
		  "a",
		  false },
		{ "\xc3\xc3\xa9", false },
	};

	(void)state;
	EACH_ROW(i, cases)
		assert_int_equal(
			text_is_utf8(cases[i].text, strlen(cases[i].text)),
			cases[i].good);
	assert_false(text_is_utf8("a\0b", 3));
	assert_false(text_is_utf8("\xe2\x82\xac", 2));
	assert_true(text_is_utf8("ab\xff", 2));
}

static void steps_over_characters(void **state)
{
	static const struct {
		const char *text;
		size_t left, step;
		uint32_t code;
	} cases[] = {
		{ "ab", 2, 1, 'a' },
		{ "\x7f", 1, 1, 0x7f },
		{ "\xc2\x80", 2, 2, 0x80 },
		{ "\xc3\xa9x", 3, 2, 0xe9 },
		{ "\xdf\xbf", 2, 2, 0x7ff },
		{ "\xe0\xa0\x80", 3, 3, 0x800 },
		{ "\xe2\x82\xacx", 4, 3, 0x20ac },
		{ "\xed\x9f\xbf", 3, 3, 0xd7ff },
		{ "\xee\x80\x80", 3, 3, 0xe000 },
		{ "\xef\xbf\xbd", 3, 3, 0xfffd },
		{ "\xf0\x90\x80\x80", 4, 4, 0x10000 },
		{ "\xf0\x9f\x98\x80x", 5, 4, 0x1f600 },
		{ "\xf4\x8f\xbf\xbf", 4, 4, 0x10ffff },
		{ "\xe2\x82\xac", 2, 1, TEXT_INVALID },
		{ "\xed\xa0\x80", 3, 1, TEXT_INVALID },
		{ "\xf4\x90\x80\x80", 4, 1, TEXT_INVALID },
		{ "\xc1\xbf", 2, 1, TEXT_INVALID },
		{ "\x80", 1, 1, TEXT_INVALID },
		{ "\xff", 1, 1, TEXT_INVALID },
		{ "\0a", 2, 1, TEXT_INVALID },
	};

	(void)state;
	EACH_ROW(i, cases) {
		const char *at = cases[i].text;

		assert_int_equal(text_next(&at, at + cases[i].left),
				 cases[i].code);
		assert_int_equal(at - cases[i].text, cases[i].step);
	}
}

static void counts_characters(void **state)
{
	static const struct {
		const char *text;
		size_t length;
	} cases[] = {
		{ "", 0 },
		{ "ab", 2 },
		{ "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 4 },
		{ "\xff\xc3", 2 },
		{ "\xe2\x82"
		  "a",
		  3 },
	};

	(void)state;
	EACH_ROW(i, cases)
		assert_int_equal(text_length(cases[i].text), cases[i].length);
}

static void cuts_between_characters(void **state)
{
	static const struct {
		const char *text;
		size_t max, len;
	} cases[] = {
		{ "", 0, 0 },
		{ "abc", 0, 0 },
		{ "abc", 2, 2 },
		{ "abc", 3, 3 },
		{ "abc", 9, 3 },
		{ "a\xc3\xa9", 2, 1 },
		{ "a\xc3\xa9", 3, 3 },
		{ "\xe2\x82\xac", 2, 0 },
		{ "\xf0\x9f\x98\x80", 3, 0 },
		{ "\xf0\x9f\x98\x80", 4, 4 },
		{ "\xf0\x9f\x98\x80x", 4, 4 },
		{ "a\xc3\xa9\xc3\xa9", 4, 3 },
	};

	(void)state;
	EACH_ROW(i, cases)
		assert_int_equal(text_cut(cases[i].text, cases[i].max),
				 cases[i].len);
}

static void knows_control_characters(void **state)
{
	(void)state;
	for (int c = 1; c < 256; c++) {
		const char text[] = { 'a', (char)c, 'b', '\0' };

		assert_int_equal(text_is_printable(text),
				 c >= 0x20 && c != 0x7f);
	}
	assert_true(text_is_printable(""));
	assert_true(text_starts("abc", "ab"));
	assert_true(text_starts("abc", ""));
	assert_false(text_starts("a", "ab"));
}

static void reads_and_writes_hex(void **state)
{
	static const char *const bad[] = { "",       "00ff1",  "00ff1g",
					   "00ff1 ", "0x00ff", "00ff100",
					   "00ff:1", "-0ff10" };
	uint8_t bytes[3];
	char hex[7];

	(void)state;
	text_hex(hex, "\x00\xff\x1a", 3);
	assert_string_equal(hex, "00ff1a");
	assert_true(text_unhex(bytes, 3, "00Ff1A"));
	assert_memory_equal(bytes, "\x00\xff\x1a", 3);
	EACH_ROW(i, bad)
		assert_false(text_unhex(bytes, 3, bad[i]));
}

/* RFC 4648 section 10. */
static const struct {
	const char *plain, *base64, *base64url;
} vectors[] = {
	{ "", "", "" },
	{ "f", "Zg==", "Zg" },
	{ "fo", "Zm8=", "Zm8" },
	{ "foo", "Zm9v", "Zm9v" },
	{ "foob", "Zm9vYg==", "Zm9vYg" },
	{ "fooba", "Zm9vYmE=", "Zm9vYmE" },
	{ "foobar", "Zm9vYmFy", "Zm9vYmFy" },
	{ "\xfb\xff\xfe", "+//+", "-__-" },
};

static void follows_rfc4648(void **state)
{
	struct pool *pool = pool_new();

	(void)state;
	EACH_ROW(i, vectors) {
		const char *plain = vectors[i].plain;
		void *bytes;
		size_t len;

		assert_string_equal(text_base64url(pool, plain, strlen(plain)),
				    vectors[i].base64url);
		assert_true(text_unbase64url(pool, &bytes, &len,
					     vectors[i].base64url));
		assert_int_equal(len, strlen(plain));
		assert_string_equal(bytes, plain);
		assert_true(
			text_unbase64(pool, &bytes, &len, vectors[i].base64));
		assert_int_equal(len, strlen(plain));
		assert_string_equal(bytes, plain);
	}
	pool_free(pool);
}

static void base64_goes_round(void **state)
{
	(void)state;
	for (size_t len = 0; len < 300; len++) {
		struct pool *pool = pool_new();
		uint8_t bytes[300];
		void *again;
		size_t again_len;
		char *text;

		for (size_t i = 0; i < len; i++)
			bytes[i] = (uint8_t)(i * 151 + len * 31);
		text = text_base64url(pool, bytes, len);
		assert_int_equal(strlen(text), (4 * len + 2) / 3);
		assert_true(text_unbase64url(pool, &again, &again_len, text));
		assert_int_equal(again_len, len);
		assert_memory_equal(again, bytes, len);
		pool_free(pool);
	}
}

static void refuses_other_base64(void **state)
{
	static const char *const bad_url[] = {
		"Z",       "Zg=",        "Zg==",   "=",        "Zh",
		"Zm9",     "Zm9vYh",     "Zm9v\n", "\nZm9v",   "Zm 9v",
		"Zm9v ",   "+_8A",       "/w",     "Zm9v====", "Zm.v",
		"Zm9v%3D", "\xc3\xa9m9", "Zm9vY",  "-",
	};
	static const char *const bad[] = {
		"Zg",       "Zg=",  "Zh==",   "Zm9=",  "Zg===",
		"Zg==Zg==", "-__-", "Zm9v\n", " Zm9v", "====",
	};
	struct pool *pool = pool_new();
	void *bytes;
	size_t len;

	(void)state;
	EACH_ROW(i, bad_url)
		assert_false(text_unbase64url(pool, &bytes, &len, bad_url[i]));
	EACH_ROW(i, bad)
		assert_false(text_unbase64(pool, &bytes, &len, bad[i]));
	pool_free(pool);
}

/* No two texts mean the same bytes: what differs in one character is refused
   or something else. */
static void base64_is_canonical(void **state)
{
	static const char signature[32] = "32 bytes that a link is signed..";
	struct pool *pool = pool_new();
	char *text = text_base64url(pool, signature, sizeof(signature));

	(void)state;
	for (char *at = text; *at; at++) {
		const char kept = *at;

		for (int c = 1; c < 256; c++) {
			struct pool *turn = pool_new();
			void *bytes;
			size_t len;

			*at = (char)c;
			if (*at != kept &&
			    text_unbase64url(turn, &bytes, &len, text))
				assert_true(len != sizeof(signature) ||
					    memcmp(bytes, signature, len));
			pool_free(turn);
		}
		*at = kept;
	}
	pool_free(pool);
}

static void writes_and_reads_percent_signs(void **state)
{
	static const struct {
		const char *text, *percent;
	} cases[] = {
		{ "", "" },
		{ "AZaz09-._~", "AZaz09-._~" },
		{ "a b+c", "a%20b%2Bc" },
		{ "/?#%&=", "%2F%3F%23%25%26%3D" },
		{ "\xc3\xa9\n\x7f", "%C3%A9%0A%7F" },
	};
	struct pool *pool = pool_new();

	(void)state;
	EACH_ROW(i, cases) {
		const char *percent = cases[i].percent;
		char *bytes;
		size_t size;

		assert_string_equal(text_percent(pool, cases[i].text), percent);
		assert_true(text_unpercent(pool, &bytes, &size, percent,
					   strlen(percent)));
		assert_int_equal(size, strlen(cases[i].text));
		assert_string_equal(bytes, cases[i].text);
	}
	pool_free(pool);
}

static void refuses_other_percent_signs(void **state)
{
	static const char *const bad[] = { "%",   "%4",   "a%",  "%zz", "%4g",
					   "%g4", "%%41", "%+1", "% 1" };
	struct pool *pool = pool_new();
	char *bytes;
	size_t size;

	(void)state;
	EACH_ROW(i, bad)
		assert_false(text_unpercent(pool, &bytes, &size, bad[i],
					    strlen(bad[i])));
	assert_false(text_unpercent(pool, &bytes, &size, "%41", 2));
	assert_true(text_unpercent(pool, &bytes, &size, "%00%4a", 6));
	assert_int_equal(size, 2);
	assert_memory_equal(bytes, "\0J", 3);
	pool_free(pool);
}

static void escapes_for_html(void **state)
{
	struct pool *pool = pool_new();

	(void)state;
	assert_string_equal(text_html(pool, ""), "");
	assert_string_equal(text_html(pool, "a/b=\xc3\xa9;"), "a/b=\xc3\xa9;");
	assert_string_equal(text_html(pool, "<a href=\"x\" b='y'>&amp;"),
			    "&lt;a href=&#34;x&#34; b=&#39;y&#39;&gt;"
			    "&amp;amp;");
	assert_string_equal(text_html(pool, "&&&&"), "&amp;&amp;&amp;&amp;");
	pool_free(pool);
}

static void makes_small_letters(void **state)
{
	struct pool *pool = pool_new();

	(void)state;
	assert_string_equal(text_lower(pool, ""), "");
	assert_string_equal(text_lower(pool, "AZaz[@`{09"), "azaz[@`{09");
	assert_string_equal(text_lower(pool, "\xc3\x84"), "\xc3\x84");
	pool_free(pool);
}

static void finds_words(void **state)
{
	static const struct {
		const char *words, *word;
		bool is_there;
	} cases[] = {
		{ "h200 h400", "h200", true },
		{ "h200 h400", "h400", true },
		{ "  h200   h400 ", "h400", true },
		{ "h200 h400", "h40", false },
		{ "h200 h400", "h2000", false },
		{ "h200 h400", "", false },
		{ "", "h200", false },
	};

	(void)state;
	EACH_ROW(i, cases)
		assert_int_equal(text_has_word(cases[i].words, cases[i].word),
				 cases[i].is_there);
}

static void counts_words(void **state)
{
	static const char words[] = " h200  h400 ";
	struct pool *pool = pool_new();

	(void)state;
	assert_string_equal(text_word(pool, words, 0), "h200");
	assert_string_equal(text_word(pool, words, 1), "h400");
	assert_null(text_word(pool, words, 2));
	assert_null(text_word(pool, words, 9));
	assert_null(text_word(pool, "", 0));
	pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_numbers),
		cmocka_unit_test(reads_times_with_units),
		cmocka_unit_test(reads_lists_of_numbers),
		cmocka_unit_test(knows_utf8),
		cmocka_unit_test(steps_over_characters),
		cmocka_unit_test(counts_characters),
		cmocka_unit_test(cuts_between_characters),
		cmocka_unit_test(knows_control_characters),
		cmocka_unit_test(reads_and_writes_hex),
		cmocka_unit_test(follows_rfc4648),
		cmocka_unit_test(base64_goes_round),
		cmocka_unit_test(refuses_other_base64),
		cmocka_unit_test(base64_is_canonical),
		cmocka_unit_test(writes_and_reads_percent_signs),
		cmocka_unit_test(refuses_other_percent_signs),
		cmocka_unit_test(escapes_for_html),
		cmocka_unit_test(makes_small_letters),
		cmocka_unit_test(finds_words),
		cmocka_unit_test(counts_words),
	};

	return RUN_TESTS(tests);
}
