/* uri.c: tests how addresses and forms are read. */
#include "config.h"

#include "fcgi/uri.h"

#include "lib/base/pool.h"
#include "lib/base/work.h"
#include "tests/unit/test.h"

struct address {
	const char *text, *path; /* no path: `why` says what fails */
	const char *query;       /* name=value; for each pair */
	const char *why;
};

/* clang-format off */
static const struct address addresses[] = {
	{ "/", "/", "", NULL },
	{ "/v1/images", "/v1/images", "", NULL },
	{ "/v1/images/", "/v1/images/", "", NULL },
	{ "/v1/images?", "/v1/images", "", NULL },
	{ "/v1/images?limit=10&cursor=a%2Fb", "/v1/images", "limit=10;cursor=a/b;", NULL },
	{ "/a?b", "/a", "b=;", NULL },
	{ "/a?b=", "/a", "b=;", NULL },
	{ "/a?b=c=d?e", "/a", "b=c=d?e;", NULL },
	{ "/a?&&b=1&", "/a", "b=1;", NULL },
	{ "/a?na+me=a+b%2B", "/a", "na me=a b+;", NULL },
	{ "/a?b=..%5C//../%3b", "/a", "b=..\\//../;;", NULL },
	{ "/a?B=1&b=2", "/a", "B=1;b=2;", NULL },
	{ "/a+b", "/a+b", "", NULL },
	{ "/%61%2D%7e", "/a-~", "", NULL },
	{ "/%2561", "/%61", "", NULL },
	{ "/%252f", "/%2f", "", NULL },
	{ "/%25%23", "/%#", "", NULL },
	{ "/a%3fb?c", "/a?b", "c=;", NULL },
	{ "/\xc3\xa9%C3%a9?n=%E2%82%AC", "/éé", "n=€;", NULL },
	{ "/a/;b=.;", "/a/;b=.;", "", NULL },
	{ "/...", "/...", "", NULL },
	{ "/.a/a./..a/", "/.a/a./..a/", "", NULL },
	{ "http://host/a?b=1", "/a", "b=1;", NULL },
	{ "HTTPS://user@[::1]:8080/a", "/a", "", NULL },
	{ "http://host", "/", "", NULL },
	{ "http://host?a=1", "/", "a=1;", NULL },
	{ "http://host/a?u=http://other/", "/a", "u=http://other/;", NULL },
	{ "", NULL, NULL, "a path" },
	{ "*", NULL, NULL, "a path" },
	{ "a", NULL, NULL, "a path" },
	{ "?a=1", NULL, NULL, "a path" },
	{ "host:443", NULL, NULL, "a path" },
	{ "ftp://host/a", NULL, NULL, "a path" },
	{ "http:/a", NULL, NULL, "a path" },
	{ "http://", NULL, NULL, "a path" },
	{ "http:///a", NULL, NULL, "a path" },
	{ "http://?a", NULL, NULL, "a path" },
	{ "http://host//a", NULL, NULL, "\"//\"" },
	{ "//", NULL, NULL, "\"//\"" },
	{ "//host/a", NULL, NULL, "\"//\"" },
	{ "/a//b", NULL, NULL, "\"//\"" },
	{ "/a//", NULL, NULL, "\"//\"" },
	{ "/.", NULL, NULL, "\"..\"" },
	{ "/..", NULL, NULL, "\"..\"" },
	{ "/a/./b", NULL, NULL, "\"..\"" },
	{ "/a/../b", NULL, NULL, "\"..\"" },
	{ "/a/..?b", NULL, NULL, "\"..\"" },
	{ "/%2e", NULL, NULL, "\"..\"" },
	{ "/a/%2E./b", NULL, NULL, "\"..\"" },
	{ "/a/.%2e/", NULL, NULL, "\"..\"" },
	{ "/a%2fb", NULL, NULL, "%2F" },
	{ "/a%2Fb", NULL, NULL, "%2F" },
	{ "/%2e%2e%2fetc", NULL, NULL, "%2F" },
	{ "/a%5cb", NULL, NULL, "%5C" },
	{ "/a\\b", NULL, NULL, "0x5c at 2" },
	{ "/a?b=\\", NULL, NULL, "0x5c at 5" },
	{ "/a#b", NULL, NULL, "0x23 at 2" },
	{ "/a?b#c", NULL, NULL, "0x23 at 4" },
	{ "/a b", NULL, NULL, "0x20 at 2" },
	{ "/a\tb", NULL, NULL, "0x09 at 2" },
	{ "/a\r\nb", NULL, NULL, "0x0d at 2" },
	{ "/a\x7f", NULL, NULL, "0x7f at 2" },
	{ "/a%00", NULL, NULL, "NUL" },
	{ "/a?b=%00", NULL, NULL, "NUL" },
	{ "/a%0d%0aX:1", NULL, NULL, "control" },
	{ "/a%1f", NULL, NULL, "control" },
	{ "/a%7f", NULL, NULL, "control" },
	{ "/a?%01=b", NULL, NULL, "control" },
	{ "/a?b=%0A", NULL, NULL, "control" },
	{ "/%", NULL, NULL, "two hex" },
	{ "/%6", NULL, NULL, "two hex" },
	{ "/%zz", NULL, NULL, "two hex" },
	{ "/%6g", NULL, NULL, "two hex" },
	{ "/%+1", NULL, NULL, "two hex" },
	{ "/a?b=%", NULL, NULL, "two hex" },
	{ "/a?b=%4&c=1", NULL, NULL, "two hex" },
	{ "/%ff", NULL, NULL, "UTF-8" },
	{ "/\xff", NULL, NULL, "UTF-8" },
	{ "/%c0%af", NULL, NULL, "UTF-8" },
	{ "/%c0%ae%c0%ae/", NULL, NULL, "UTF-8" },
	{ "/%ed%a0%80", NULL, NULL, "UTF-8" },
	{ "/a?b=%c3&c=%a9", NULL, NULL, "UTF-8" },
	{ "/a?=b", NULL, NULL, "a name" },
	{ "/a?b=1&b=2", NULL, NULL, "\"b\" comes more than once" },
	{ "/a?b=1&%62", NULL, NULL, "\"b\" comes more than once" },
};
/* clang-format on */

static void assert_pairs(const struct uri_pair *pairs, size_t count,
			 const char *expected)
{
	char text[256] = "";

	for (size_t i = 0; i < count; i++) {
		size_t used = strlen(text);

		snprintf(text + used, sizeof(text) - used, "%s=%s;",
			 pairs[i].name, pairs[i].value);
	}
	assert_string_equal(text, expected);
}

static bool parse(struct uri *uri, struct work *work, const char *text)
{
	return uri_parse(uri, work, text) && uri_parse_query(uri, work);
}

static void check_address(const struct address *address)
{
	struct pool *pool = pool_new();
	struct work work = { .pool = pool };
	struct uri uri;

	if (parse(&uri, &work, address->text)) {
		if (!address->path)
			fail_msg("%s was taken", address->text);
		assert_string_equal(uri.path, address->path);
		assert_pairs(uri.query, uri.query_count, address->query);
	} else {
		if (address->path)
			fail_msg("%s: %s", address->text, work.why);
		assert_int_equal(work.err, ERR_BAD_REQUEST);
		if (!strstr(work.why, address->why))
			fail_msg("%s: %s", address->text, work.why);
	}
	pool_free(pool);
}

static void reads_addresses(void **state)
{
	(void)state;
	EACH_ROW(i, addresses)
		check_address(&addresses[i]);
}

/* "/?" and `count` parameters, or a path of `bytes`. */
static bool parse_long(struct work *work, size_t bytes, unsigned count)
{
	char *text = pool_alloc(work->pool, bytes + 16 * count + 1);
	struct uri uri;

	memset(text, 'a', bytes);
	text[0] = '/';
	for (unsigned i = 0; i < count; i++)
		sprintf(text + strlen(text), "%cp%u=%u", i ? '&' : '?', i, i);
	return parse(&uri, work, text);
}

static void has_limits(void **state)
{
	struct pool *pool = pool_new();
	struct work work = { .pool = pool };

	(void)state;
	assert_true(parse_long(&work, URI_MAX_BYTES, 0));
	assert_false(parse_long(&work, URI_MAX_BYTES + 1, 0));
	assert_int_equal(work.err, ERR_URI_TOO_LONG);
	assert_true(parse_long(&work, 1, URI_MAX_PAIRS));
	assert_false(parse_long(&work, 1, URI_MAX_PAIRS + 1));
	assert_int_equal(work.err, ERR_BAD_REQUEST);
	assert_non_null(strstr(work.why, "at most 64"));
	pool_free(pool);
}

static void fills_only_on_success(void **state)
{
	struct pool *pool = pool_new();
	struct work work = { .pool = pool };
	struct uri uri = { .path = "before" };

	(void)state;
	assert_false(uri_parse(&uri, &work, "/a//b?b"));
	assert_string_equal(uri.path, "before");
	assert_true(uri_parse(&uri, &work, "/a?b&b"));
	assert_false(uri_parse_query(&uri, &work));
	assert_int_equal(uri.query_count, 0);
	pool_free(pool);
}

/* Only uri_parse_query() looks at it. */
static void any_query_passes(void **state)
{
	static const char *const queries[] = {
		"/a?b&b", "/a?=b", "/a?%zz", "/a?%00", "/a?b=\\", "/a?b#c",
	};
	struct pool *pool = pool_new();
	struct work work = { .pool = pool };
	struct uri uri;

	(void)state;
	EACH_ROW(i, queries) {
		assert_true(uri_parse(&uri, &work, queries[i]));
		assert_string_equal(uri.path, "/a");
		assert_string_equal(uri.query_text, queries[i] + 3);
		assert_int_equal(uri.query_count, 0);
	}
	pool_free(pool);
}

static void reads_forms(void **state)
{
	struct pool *pool = pool_new();
	struct work work = { .pool = pool };
	const struct uri_pair *pairs;
	char *text = pool_alloc(pool, URI_MAX_FORM + 2);
	size_t count;

	(void)state;
	assert_true(uri_parse_form(&pairs, &count, &work, ""));
	assert_int_equal(count, 0);
	assert_true(uri_parse_form(&pairs, &count, &work,
				   "username=a%40b&password=%26+%2B#\\/"));
	assert_pairs(pairs, count, "username=a@b;password=& +#\\/;");
	assert_false(uri_parse_form(&pairs, &count, &work, "a=1&a=1"));
	assert_false(uri_parse_form(&pairs, &count, &work, "a=\r\n"));

	memset(text, 'a', URI_MAX_FORM);
	assert_true(uri_parse_form(&pairs, &count, &work, text));
	text[URI_MAX_FORM] = 'a';
	assert_false(uri_parse_form(&pairs, &count, &work, text));
	assert_int_equal(work.err, ERR_TOO_LARGE);
	pool_free(pool);
}

static void tells_local_addresses(void **state)
{
	static const char *const local[] = {
		"/",        "/images/",      "/a?b=c&d=%0A#e",
		"/a//b",    "/?next=//host", "/@host",
		"/.//host", "/:80",
	};
	static const char *const other[] = {
		"",         "images/",   "//host",    "///host", "/\\host",
		"\\\\host", "/a\\b",     "http://h/", "http:/h", "/\t/host",
		"/\n/host", "\t//host",  " /a",       "/a b",    "javascript:1",
		"//",       "/\xc3\xa9", "/a\x7f",    "?next=/", "#",
	};

	(void)state;
	EACH_ROW(i, local)
		assert_true(uri_is_local(local[i]));
	EACH_ROW(i, other)
		assert_false(uri_is_local(other[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_addresses),
		cmocka_unit_test(has_limits),
		cmocka_unit_test(fills_only_on_success),
		cmocka_unit_test(any_query_passes),
		cmocka_unit_test(reads_forms),
		cmocka_unit_test(tells_local_addresses),
	};

	return RUN_TESTS(tests);
}
