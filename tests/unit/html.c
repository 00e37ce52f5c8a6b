/* html.c: tests how templates of pages are filled. */
#include "config.h"

#include "fcgi/html.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/pool.h"
#include "lib/base/util.h"
#include "tests/unit/test.h"

static const struct html_value values[] = {
	{ "a", "1" },
	{ "ab", "" },
	{ "evil", "<script>'\"&" },
	{ "nested", "{{a}}" },
};

static void fills_templates(void **state)
{
	static const struct {
		const char *template, *filled;
	} cases[] = {
		{ "", "" },
		{ "a { b } }}", "a { b } }}" },
		{ "{{a}}", "1" },
		{ "x{{a}}{{ab}}y{{a}}z\n", "x1y1z\n" },
		{ "\"{{evil}}\"", "\"&lt;script&gt;&#39;&#34;&amp;\"" },
		{ "{{nested}}", "{{a}}" },
	};
	struct pool *pool = pool_new();

	(void)state;
	EACH_ROW(i, cases)
		assert_string_equal(html_fill(pool, cases[i].template, values,
					      ARRAY_LEN(values)),
				    cases[i].filled);
	pool_free(pool);
}

/* Returns how a child ends that fills the template. */
static int status_of(const char *template)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (!child) {
		(void)html_fill(pool_new(), template, values,
				ARRAY_LEN(values));
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void ends_for_wrong_templates(void **state)
{
	static const struct {
		const char *template;
		int signal;
	} cases[] = {
		{ "{{a}}", 0 },         { "{{b}}", SIGABRT },
		{ "{{}}", SIGABRT },    { "{{ a }}", SIGABRT },
		{ "{{a", SIGABRT },     { "{{a}", SIGABRT },
		{ "{{abc}}", SIGABRT },
	};

	(void)state;
	EACH_ROW(i, cases)
		assert_int_equal(status_of(cases[i].template), cases[i].signal);
}

/* Every name of a page has a value, and the style is not escaped. */
static void fills_the_pages(void **state)
{
	static const struct html_value all[] = {
		{ "alert", "" },
		{ "csrf", "" },
		{ "next", "" },
		{ "username", "" },
	};
	static const struct {
		enum html_page page;
		const char *has;
	} cases[] = {
		{ HTML_LOGGED_OUT, "<style>:root {" },
		{ HTML_LOGIN, "<p role=\"alert\"></p>" },
	};
	struct pool *pool = pool_new();

	(void)state;
	EACH_ROW(i, cases) {
		const char *text =
			html_text(pool, cases[i].page, all, ARRAY_LEN(all));

		assert_non_null(strstr(text, cases[i].has));
		assert_null(strstr(text, "{{"));
	}
	pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fills_templates),
		cmocka_unit_test(ends_for_wrong_templates),
		cmocka_unit_test(fills_the_pages),
	};

	return RUN_TESTS(tests);
}
