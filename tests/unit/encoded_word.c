/* encoded_word.c: tests how encoded words (RFC 2047) are decoded. */
#include "config.h"

#include "lib/base/encoded_word.h"

#include "lib/base/buf.h"
#include "lib/base/pool.h"
#include "lib/base/util.h"
#include "tests/unit/test.h"

static const struct {
	const char *text, *decoded;
} rows[] = {
	{ "", "" },
	{ "a.jpg", "a.jpg" },
	{ "=?utf-8?B?RsOkaHJlPz5+w7/Dvy5qcGc=?=", "Fähre?>~ÿÿ.jpg" },
	{ "=?UTF-8?b?w7w=?=", "ü" },
	{ "=?utf-8?Q?F=C3=A4hre_=3f.jpg?=", "Fähre ?.jpg" },
	{ "=?iso-8859-1?q?F=E4hre?=", "Fähre" },
	{ "=?ISO-8859-1?B?5A==?=", "ä" },
	{ "=?windows-1252?Q?=80?=", "€" },
	{ "=?us-ascii?Q?a=5Fb%41?=", "a_b%41" },
	{ "=?iso-8859-1*de?Q?F=E4hre?=", "Fähre" },
	{ "=?utf-8?B?\?=", "" },
	/* Several words */
	{ "=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab" },
	{ "=?utf-8?Q?a?==?utf-8?Q?b?=", "ab" },
	{ "=?utf-8?Q?a?= \t =?iso-8859-1?Q?=FC?=\t=?utf-8?B?Yw==?=", "aüc" },
	{ "=?utf-8?B?w?= =?utf-8?B?w7w=?=", "=?utf-8?B?w?=ü" },
	{ "=?utf-8?Q?=C3?= =?UTF-8?Q?=BC?=", "ü" },
	{ "=?utf-8?B?ww==?= =?utf-8?Q?=BC.jpg?=", "ü.jpg" },
	{ "a =?utf-8?Q?b?= c", "a b c" },
	{ "a=?utf-8?Q?b?=.jpg", "ab.jpg" },
	{ "=?utf-8?Q?a?= b =?utf-8?Q?c?=", "a b c" },
	/* The slash and the backslash of what stays are no separators. */
	{ "=?shift_jis?B?lVwuanBn?=", "=?shift_jis?B?lVwuanBn?=" },
	{ "d/=?koi8-r?B?/e/+?=", "d/=?koi8-r?B?_e_+?=" },
	{ "=?koi8-r?Q?=FF\\/?= =?koi8-r?Q?=FF/?=/x",
	  "=?koi8-r?Q?=FF__?= =?koi8-r?Q?=FF_?=/x" },
	{ "=?utf-8?B?a/b?=", "=?utf-8?B?a_b?=" },
	{ "=?utf-8?Q?=C3?=", "=?utf-8?Q?=C3?=" },
	{ "=?utf-8?Q?=00?=", "=?utf-8?Q?=00?=" },
	{ "=?utf-8?Q?=4?=", "=?utf-8?Q?=4?=" },
	{ "=?utf-8?Q?=?=", "=?utf-8?Q?=?=" },
	{ "=?utf-8?Q?=zz?=", "=?utf-8?Q?=zz?=" },
	{ "=?shift_jis?Q?plain?=", "plain" },
	/* No words */
	{ "=", "=" },
	{ "=?", "=?" },
	{ "=?=", "=?=" },
	{ "=??Q?a?=", "=??Q?a?=" },
	{ "=?utf-8", "=?utf-8" },
	{ "=?utf-8?", "=?utf-8?" },
	{ "=?utf-8?Q", "=?utf-8?Q" },
	{ "=?utf-8?X?a?=", "=?utf-8?X?a?=" },
	{ "=?utf-8?Q?a", "=?utf-8?Q?a" },
	{ "=?utf-8?Q?a?", "=?utf-8?Q?a?" },
	{ "=?utf-8?Q?a/b", "=?utf-8?Q?a/b" },
	{ "=?utf 8?Q?a?=", "=?utf 8?Q?a?=" },
};

static void decodes_words(void **state)
{
	struct pool *pool = pool_new();

	(void)state;
	EACH_ROW(i, rows)
		assert_string_equal(encoded_word_decode(pool, rows[i].text),
				    rows[i].decoded);
	pool_free(pool);
}

static const char *repeat(struct pool *pool, const char *unit, size_t count)
{
	struct buf *buf = buf_new(pool, count * strlen(unit));

	for (size_t i = 0; i < count; i++)
		assert_true(buf_add_text(buf, unit));
	return buf->data;
}

static void decodes_many_words(void **state)
{
	static const char *const units[][2] = {
		{ "=?utf-8?Q?a?= ", "a" },
		{ "=?latin1?Q?=80?=", "€" },
		{ "=?latin1?B?gICA?=", "€€€" },
		{ "=?x?Q?=80?=", "=?x?Q?=80?=" },
	};
	struct pool *pool = pool_new();

	(void)state;
	EACH_ROW(i, units) {
		const char *text = repeat(pool, units[i][0], 5000);
		const char *decoded = encoded_word_decode(pool, text);
		const char *expected = repeat(pool, units[i][1], 5000);

		assert_memory_equal(decoded, expected, strlen(expected));
	}
	pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_words),
		cmocka_unit_test(decodes_many_words),
	};

	return RUN_TESTS(tests);
}
