/* cookie.c: cookies, and the values that tell own pages from others'. */
#include "config.h"

#include "fcgi/cookie.h"
#include "fcgi/csrf.h"

#include "fcgi/gate.h"
#include "fcgi/router.h"
#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/service/token.h"
#include "tests/unit/test.h"

static void finds_cookies(void **state)
{
	static const struct {
		const char *header, *value;
	} cases[] = {
		{ "", NULL },        { "b=1", NULL },
		{ "a", NULL },       { "aa=1", NULL },
		{ "A=1", NULL },     { "b=a=1", NULL },
		{ "a=", "" },        { "a=1", "1" },
		{ "a=1; a=2", "1" }, { "aa=0; b=a=3; a=1=2;c=4", "1=2" },
		{ ";; a=1", "1" },
	};
	struct work work = { .pool = pool_new() };

	(void)state;
	EACH_ROW(i, cases) {
		struct request req = { .work = &work,
				       .cookie = cases[i].header };
		const char *found = cookie_find(&req, "a");

		if (cases[i].value)
			assert_string_equal(found, cases[i].value);
		else
			assert_null(found);
	}
	pool_free(work.pool);
}

static void makes_cookies(void **state)
{
	struct conf conf = { .base_url = "http://a", .session_ttl = 60 };
	struct work work = { .pool = pool_new(), .conf = &conf };
	struct request req = { .work = &work };

	(void)state;
	assert_string_equal(cookie_set(&req, "a", "1", false),
			    "a=1; Path=/; HttpOnly; SameSite=Strict; "
			    "Max-Age=60");
	conf.base_url = "https://a";
	assert_string_equal(cookie_set(&req, "a", "1", true),
			    "a=1; Path=/; SameSite=Strict; Secure; "
			    "Max-Age=60");
	assert_string_equal(cookie_set(&req, "a", NULL, true),
			    "a=; Path=/; SameSite=Strict; Secure; Max-Age=0");
	conf.base_url = "http://a:1/b/c";
	assert_string_equal(cookie_set(&req, "a", "1", true),
			    "a=1; Path=/b/c; SameSite=Strict; Max-Age=60");
	pool_free(work.pool);
}

static void names_the_session_cookie(void **state)
{
	static const struct {
		const char *base_url, *name;
	} cases[] = {
		{ "http://a", "pixtier_session=1; Path=/; " },
		{ "http://a/b", "pixtier_session=1; Path=/b; " },
		{ "https://a", "__Host-pixtier_session=1; Path=/; " },
		{ "https://a/b", "__Secure-pixtier_session=1; Path=/b; " },
	};
	struct conf conf = { .session_ttl = 60 };
	struct work work = { .pool = pool_new(), .conf = &conf };
	struct request req = { .work = &work };

	(void)state;
	EACH_ROW(i, cases) {
		conf.base_url = cases[i].base_url;
		assert_true(text_starts(gate_cookie(&req, "1"), cases[i].name));
	}
	pool_free(work.pool);
}

static void takes_only_the_sessions_value(void **state)
{
	static const struct dialect *const some = (const struct dialect *)"";
	struct work work = { .pool = pool_new() };
	const char *value = token_csrf(work.pool, "s");
	struct uri_pair pair = { "csrfmiddlewaretoken", value };
	struct request req = {
		.work = &work,
		.method = METHOD_POST,
		.session = "s",
		.csrf = "",
		.body = { .fields = &pair, .field_count = 1 },
	};

	(void)state;
	assert_false(csrf_check(&req)); /* only dialects have it in forms */
	assert_int_equal(work.err, ERR_FORBIDDEN);
	req.dialect = some;
	assert_true(csrf_check(&req));
	req.csrf = pool_printf(work.pool, "%sA", value);
	assert_false(csrf_check(&req)); /* a wrong header is no missing one */
	req.csrf = value;
	req.body.field_count = 0;
	assert_true(csrf_check(&req));
	req.dialect = NULL;
	assert_true(csrf_check(&req));

	req.csrf = "";
	req.dialect = some;
	assert_false(csrf_check(&req));
	req.body.field_count = 1;
	pair.value = token_csrf(work.pool, "t");
	assert_false(csrf_check(&req));
	pool_free(work.pool);
}

/* A route whose requests get past csrf_check() is refused by
   csrf_was_checked(), which each handler is behind. */
static void a_session_needs_the_check(void **state)
{
	struct work work = { .pool = pool_new() };
	struct request req = { .work = &work, .session = "s", .csrf = "" };

	(void)state;
	assert_true(csrf_was_checked(&req)); /* a GET */
	for (enum method method = METHOD_POST; method <= METHOD_OTHER;
	     method++) {
		req.method = method;
		req.csrf = "";
		req.csrf_passed = false;
		assert_false(csrf_was_checked(&req));
		assert_false(csrf_check(&req));
		assert_false(csrf_was_checked(&req));
		req.csrf = token_csrf(work.pool, "s");
		assert_true(csrf_check(&req));
		assert_true(csrf_was_checked(&req));
	}
	req.session = NULL;
	req.csrf_passed = false;
	assert_true(csrf_was_checked(&req));
	pool_free(work.pool);
}

static bool check_page(struct request *req, const struct request_body *body)
{
	req->body = *body;
	return csrf_check_page(req);
}

static void takes_only_own_pages_of_browsers(void **state)
{
	struct work work = { .pool = pool_new() };
	struct request req = { .work = &work, .cookie = "", .origin = "" };
	const char *value = csrf_page_value(&req);
	struct uri_pair pair = { "csrfmiddlewaretoken", value };
	const struct request_body form = { .fields = &pair, .field_count = 1 };
	const struct request_body empty = { 0 };

	(void)state;
	assert_string_not_equal(csrf_page_value(&req), value);
	assert_true(check_page(&req, &empty)); /* no browser */
	req.origin = "null";
	assert_false(check_page(&req, &empty));
	assert_false(check_page(&req, &form));
	req.cookie = pool_printf(work.pool, "csrftoken=%s", value);
	assert_string_equal(csrf_page_value(&req), value);
	assert_false(check_page(&req, &empty));
	assert_true(check_page(&req, &form));
	pair.value = "";
	assert_false(check_page(&req, &form));
	req.cookie = "csrftoken=";
	assert_false(check_page(&req, &form));
	assert_string_not_equal(csrf_page_value(&req), "");
	pool_free(work.pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_cookies),
		cmocka_unit_test(makes_cookies),
		cmocka_unit_test(names_the_session_cookie),
		cmocka_unit_test(takes_only_the_sessions_value),
		cmocka_unit_test(a_session_needs_the_check),
		cmocka_unit_test(takes_only_own_pages_of_browsers),
	};

	return RUN_TESTS(tests);
}
