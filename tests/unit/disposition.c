/* disposition.c: tests the file names that browsers get. */
#include "config.h"

#include "fcgi/disposition.h"

#include "lib/base/pool.h"
#include "lib/base/util.h"
#include "tests/unit/test.h"

struct name {
	const char *filename, *value;
};

#define NAMED(fallback, encoded)                                               \
	"inline; filename=\"" fallback "\"; filename*=UTF-8''" encoded

/* clang-format off */
static const struct name names[] = {
	{ "a.jpg", NAMED("a.jpg", "a.jpg") },
	{ "a b.jpg", NAMED("a b.jpg", "a%20b.jpg") },
	{ "é€😀.jpg", NAMED("___.jpg", "%C3%A9%E2%82%AC%F0%9F%98%80.jpg") },
	{ "a\"b.jpg", NAMED("a_b.jpg", "a%22b.jpg") },
	{ "a\"; filename=\"b.exe", NAMED("a_; filename=_b.exe", "a%22%3B%20filename%3D%22b.exe") },
	{ "100%41.jpg", NAMED("100_41.jpg", "100%2541.jpg") },
	{ "a'b;c,d=e.jpg", NAMED("a'b;c,d=e.jpg", "a%27b%3Bc%2Cd%3De.jpg") },
	{ "a\r\nSet-Cookie: s=1", NAMED("aSet-Cookie: s=1", "aSet-Cookie%3A%20s%3D1") },
	{ "a\tb\x01" "c\x7f.jpg", NAMED("abc.jpg", "abc.jpg") },
	{ "a\xc2\x85" "b.jpg", NAMED("ab.jpg", "ab.jpg") },
	{ "../../etc/passwd", NAMED("....etcpasswd", "....etcpasswd") },
	{ "C:\\x.jpg", NAMED("C:x.jpg", "C%3Ax.jpg") },
	{ "\xe2\x80\xaegpj.exe", NAMED("gpj.exe", "gpj.exe") },
	{ "a\xe2\x80\xaa\xe2\x80\xab\xe2\x80\xac\xe2\x80\xad.jpg", NAMED("a.jpg", "a.jpg") },
	{ "a\xe2\x81\xa6\xe2\x81\xa7\xe2\x81\xa8\xe2\x81\xa9.jpg", NAMED("a.jpg", "a.jpg") },
	{ "a\xe2\x80\xaf.jpg", NAMED("a_.jpg", "a%E2%80%AF.jpg") },
	{ "a\xe2\x81\xaa.jpg", NAMED("a_.jpg", "a%E2%81%AA.jpg") },
	{ "", "inline" },
	{ "..", "inline" },
	{ "/", "inline" },
	{ "\r\n", "inline" },
	{ "\xff.jpg", "inline" },
	{ "\xc3", "inline" },
};
/* clang-format on */

static void names_files(void **state)
{
	struct pool *pool = pool_new();

	(void)state;
	EACH_ROW(i, names)
		assert_string_equal(
			disposition_header(pool, true, names[i].filename),
			names[i].value);
	assert_string_equal(disposition_header(pool, false, "a"),
			    "attachment; filename=\"a\"; filename*=UTF-8''a");
	assert_string_equal(disposition_header(pool, false, ""), "attachment");
	pool_free(pool);
}

/* A name of `count` times `unit`, after `first`. */
static const char *long_name(struct pool *pool, const char *first,
			     const char *unit, unsigned count)
{
	char *name = pool_alloc(pool, 4 * count + 16);

	strcpy(name, first);
	for (unsigned i = 0; i < count; i++)
		strcat(name, unit);
	return name;
}

static void cuts_at_a_character(void **state)
{
	static const struct {
		const char *first, *unit;
		unsigned count, kept;
	} rows[] = {
		{ "", "a", 254, 254 }, { "", "a", 255, 255 },
		{ "", "a", 256, 255 }, { "", "é", 127, 127 },
		{ "", "é", 128, 127 }, { "a", "é", 128, 127 },
		{ "", "€", 85, 85 },   { "a", "€", 85, 84 },
		{ "ab", "€", 85, 84 }, { "", "😀", 64, 63 },
		{ "a", "😀", 64, 63 },  { "abc", "😀", 63, 63 },
	};
	struct pool *pool = pool_new();

	(void)state;
	EACH_ROW(i, rows) {
		const char *sent = long_name(pool, rows[i].first, rows[i].unit,
					     rows[i].count);
		const char *kept = long_name(pool, rows[i].first, rows[i].unit,
					     rows[i].kept);

		assert_string_equal(disposition_header(pool, true, sent),
				    disposition_header(pool, true, kept));
		assert_true(strlen(kept) <= DISPOSITION_MAX_NAME);
		if (rows[i].kept < rows[i].count)
			assert_string_not_equal(
				disposition_header(pool, true, kept),
				disposition_header(
					pool, true,
					long_name(pool, rows[i].first,
						  rows[i].unit,
						  rows[i].kept - 1)));
	}
	pool_free(pool);
}

/* Every pair of bytes: the value stays one line of printable ASCII with two
   quotes. */
static void stays_printable(void **state)
{
	(void)state;
	for (unsigned pair = 0; pair < 0x10000; pair++) {
		const char name[] = { 'a', (char)(pair >> 8), (char)pair, 0 };
		struct pool *pool = pool_new();
		unsigned quotes = 0;

		for (const char *at = disposition_header(pool, true, name); *at;
		     at++) {
			assert_in_range(*at, 0x20, 0x7e);
			quotes += *at == '"';
		}
		assert_true(quotes == 0 || quotes == 2);
		pool_free(pool);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_files),
		cmocka_unit_test(cuts_at_a_character),
		cmocka_unit_test(stays_printable),
	};

	return RUN_TESTS(tests);
}
