/* script.c: tests lib/db/script.c. */
#include "config.h"

#include "lib/db/script.h"

#include "lib/base/pool.h"
#include "tests/unit/test.h"

/* Each statement in angle brackets, "!" after a failure. */
static const char *taken_apart(struct work *work, const char *script)
{
	const char *all = "", *statement;

	for (;;) {
		if (!script_next(&statement, work, &script, "x.sql"))
			return pool_printf(work->pool, "%s!", all);
		if (!statement)
			return all;
		all = pool_printf(work->pool, "%s<%s>", all, statement);
	}
}

static void test_script(void **state)
{
	static const struct {
		const char *script, *statements;
	} cases[] = {
		{ "", "" },
		{ " \n\t;\n;;", "" },
		{ "-- only a comment", "" },
		{ "# only; a comment\n/* and; another */\n", "" },
		{ "A", "<A>" },
		{ "A;", "<A>" },
		{ " A ;\nB\n;\n", "<A><B>" },
		{ "A; B;C", "<A><B><C>" },
		{ "-- a; comment\nA;\n-- one; more\nB; -- end;\n", "<A><B>" },
		{ "A -- not; here\n B;C", "<A -- not; here\n B><C>" },
		{ "A /* not; here */ B;C", "<A /* not; here */ B><C>" },
		{ "/* 1 *//* 2 */A;", "<A>" },
		{ "A --;", "<A -->" },
		{ "A--;B", "<A--><B>" },
		{ "A-- ;B", "<A>" },
		{ "SELECT 5--1;B", "<SELECT 5--1><B>" },
		{ "A ';' B;C", "<A ';' B><C>" },
		{ "A 'it''s;' B;C", "<A 'it''s;' B><C>" },
		{ "A 'it\\'s;' B;C", "<A 'it\\'s;' B><C>" },
		{ "A '\\\\';C", "<A '\\\\'><C>" },
		{ "A \";'\" B;C", "<A \";'\" B><C>" },
		{ "A `;\\` B;C", "<A `;\\` B><C>" },
		{ "A '-- no comment' B;C", "<A '-- no comment' B><C>" },
		{ "A '/* none */;' B;C", "<A '/* none */;' B><C>" },
		{ "-- it's fine\nA;", "<A>" },
		{ "/* it's fine */A;", "<A>" },
		{ "/*M! A */;B", "</*M! A */><B>" },
		{ "A\r\n;\r\nB\r\n", "<A><B>" },
		{ "A 'open", "!" },
		{ "A; B `open;\nC;", "<A>!" },
		{ "A \"\\\"", "!" },
		{ "A 'x\\", "!" },
		{ "A; /* open ;", "<A>!" },
	};
	struct work work = { .pool = pool_new() };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(taken_apart(&work, cases[i].script),
				    cases[i].statements);
	pool_free(work.pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_script) };

	return RUN_TESTS(tests);
}
