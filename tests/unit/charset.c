/* charset.c: tests how text in other charsets becomes UTF-8. */
#include "config.h"

#include "lib/base/charset.h"

#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "tests/unit/test.h"

struct declared {
	const char *charset, *bytes;
	const char *text; /* NULL: refused */
};

/* clang-format off */
static const struct declared declared[] = {
	{ "UTF-8", "", "" },
	{ "utf-8", "Z\xc3\xbcrich", "Zürich" },
	{ "UTF8", "\xf0\x9f\x98\x80", "😀" },
	{ "utf-8", "Z\xfcrich", NULL },
	{ "us-ascii", "plain", "plain" },
	{ "US-ASCII", "Z\xc3\xbcrich", "Zürich" },
	{ "ISO-8859-1", "Z\xfcrich", "Zürich" },
	{ "latin1", "\xa0\xff", "\xc2\xa0ÿ" },
	{ "ISO-8859-1", "\x80", "€" },
	{ "windows-1252", "\x80\x93\x94\x9f", "€“”Ÿ" },
	{ "Cp1252", "\x81\x8d\x8f\x90\x9d", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "windows-1252", "Z\xc3\xbc", "ZÃ¼" },
	{ "utf-16", "plain", "plain" },
	{ "shift_jis", "plain\r\n\t", "plain\r\n\t" },
	{ "", "plain", "plain" },
	{ "shift_jis", "\x95\x5c", NULL },
	{ "iso-8859-10", "\xfc", NULL },
	{ "", "\xfc", NULL },
};
/* clang-format on */

static void decodes_what_is_declared(void **state)
{
	struct pool *pool = pool_new();

	(void)state;
	EACH_ROW(i, declared) {
		const struct declared *row = &declared[i];
		const char *text = NULL;

		if (charset_decode(&text, pool, row->charset, row->bytes,
				   strlen(row->bytes)) != !!row->text)
			fail_msg("%s: %s", row->charset, row->bytes);
		if (row->text)
			assert_string_equal(text, row->text);
	}
	pool_free(pool);
}

static void refuses_nul(void **state)
{
	static const char *const charsets[] = { "utf-8", "us-ascii", "latin1",
						"utf-16" };
	struct pool *pool = pool_new();
	const char *text;

	(void)state;
	EACH_ROW(i, charsets) {
		assert_false(
			charset_decode(&text, pool, charsets[i], "a\0b", 3));
		assert_false(charset_decode(&text, pool, charsets[i],
					    "\xc3\xbc\0", 3));
	}
	pool_free(pool);
}

static void every_byte_is_a_character(void **state)
{
	struct pool *pool = pool_new();
	char bytes[256];
	const char *text;

	(void)state;
	for (int i = 1; i < 256; i++)
		bytes[i - 1] = (char)i;
	assert_true(charset_decode(&text, pool, "windows-1252", bytes, 255));
	assert_true(text_is_utf8(text, strlen(text)));
	/* Two bytes for each of 0x80 to 0xff, and a third for those that are
	   not below U+0800: all of 0x80 to 0x9f but ten. */
	assert_int_equal(strlen(text), 127 + 2 * 128 + 32 - 10);
	pool_free(pool);
}

static const struct {
	const char *bytes, *text;
} guesses[] = {
	{ "", "" },
	{ "a\\b", "a\\b" },
	{ "Z\xc3\xbc\\rich", "Zü\\rich" },
	{ "Z\xfcrich", "Zürich" },
	{ "C:\\Z\xfcrich\\x", "C:\\Zürich\\x" },
	{ "\x95\x5c\x8e\xa6.jpg", "•_Ž¦.jpg" },
	{ "\x95\x5c\\a", "•_\\a" },
	{ "\xff\\a", "ÿ\\a" },
	{ "\x80\\a", "€\\a" },
	{ "\xfc", "ü" },
};

static void guesses_what_is_not_declared(void **state)
{
	struct pool *pool = pool_new();

	(void)state;
	EACH_ROW(i, guesses)
		assert_string_equal(charset_guess(pool, guesses[i].bytes),
				    guesses[i].text);
	pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_what_is_declared),
		cmocka_unit_test(refuses_nul),
		cmocka_unit_test(every_byte_is_a_character),
		cmocka_unit_test(guesses_what_is_not_declared),
	};

	return RUN_TESTS(tests);
}
