/* content_disposition.c: tests which name an answer gives to its file. */
#include "config.h"

#include "lib/net/content_disposition.h"

#include "lib/base/pool.h"
#include "lib/base/util.h"
#include "tests/unit/test.h"

static void names_are_read(void **state)
{
	/* clang-format off */
	static const struct {
		const char *header, *name;
	} cases[] = {
		{ NULL, "" },
		{ "", "" },
		{ "attachment", "" },
		{ "inline; filename=a.jpg", "a.jpg" },
		{ "attachment; filename=\"a b.jpg\"", "a b.jpg" },
		{ "attachment;FILENAME=\"a.jpg\";size=5", "a.jpg" },
		{ "attachment; filename = \"a.jpg\"", "a.jpg" },
		{ "attachment; x=\"; filename=b\"; filename=a", "a" },
		{ "attachment; xfilename=b; filename=a", "a" },
		{ "attachment; filename=a; filename=b", "a" },
		{ "attachment; filename=\"a\\\"b\\\\c;d.jpg\"", "c;d.jpg" },
		{ "attachment; filename=\"C:\\dir\\a.jpg\"", "a.jpg" },
		{ "attachment; filename=\"../../etc/a.jpg\"", "a.jpg" },
		{ "attachment; filename=\"a/\"", "" },
		{ "attachment; filename=\"..\"", "" },
		{ "attachment; filename=\"\"", "" },
		{ "attachment; filename=", "" },
		{ "attachment; filename", "" },
		{ "attachment; filename=\"a.jpg", "a.jpg" },
		{ "attachment; filename=\"a\tb\"", "" },
		{ "attachment; filename=\"\xc3\xbc.jpg\"", "ü.jpg" },
		{ "attachment; filename=\"\xfc.jpg\"", "ü.jpg" },
		{ "attachment; filename=\"a%20b.jpg\"", "a%20b.jpg" },
		{ "attachment; filename*=UTF-8''%c3%bc%20.jpg", "ü .jpg" },
		{ "attachment; filename*=utf-8'de'a.jpg", "a.jpg" },
		{ "attachment; filename*=\"UTF-8''a.jpg\"", "a.jpg" },
		{ "attachment; filename*=iso-8859-1'en'%fc.jpg", "ü.jpg" },
		{ "attachment; filename=b.jpg; filename*=UTF-8''a.jpg", "a.jpg" },
		{ "attachment; filename*=UTF-8''a.jpg; filename=b.jpg", "a.jpg" },
		{ "attachment; filename*=UTF-8''..%2Fa.jpg", "a.jpg" },
		{ "attachment; filename*=UTF-8''%ff; filename=b.jpg", "b.jpg" },
		{ "attachment; filename*=UTF-8''%zz; filename=b.jpg", "b.jpg" },
		{ "attachment; filename*=UTF-8''a%00; filename=b.jpg", "b.jpg" },
		{ "attachment; filename*=UTF-8''a%0a; filename=b.jpg", "b.jpg" },
	{ "attachment; filename=\"=?utf-8?B?w6kuanBn?=\"", "\303\251.jpg" },
		{ "attachment; filename*=UTF-16''%e9; filename=b.jpg", "b.jpg" },
		{ "attachment; filename*=a.jpg; filename=b.jpg", "b.jpg" },
		{ "attachment; filename*=UTF-8''; filename=b.jpg", "b.jpg" },
		{ "; ; =a; =; filename=a", "a" },
	};
	/* clang-format on */

	(void)state;
	EACH_ROW(i, cases) {
		struct pool *pool = pool_new();
		const char *name =
			content_disposition_filename(pool, cases[i].header);

		if (strcmp(name, cases[i].name))
			fail_msg("%s: \"%s\"", cases[i].header, name);
		pool_free(pool);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_read),
	};

	return RUN_TESTS(tests);
}
