/* hosts.c: tests lists of hosts. */
#include "config.h"

#include "lib/base/hosts.h"

#include "lib/base/pool.h"
#include "tests/unit/test.h"

/* clang-format off */
static const struct {
	const char *list;
	bool good;
} lists[] = {
	{ "", true },
	{ "www.example.org", true },
	{ "www.example.org *.example.net", true },
	{ "localhost 127.0.0.1", true },
	{ "*", false },
	{ "*.", false },
	{ "a.*.org", false },
	{ "*example.org", false },
	{ "Example.org", false },
	{ "https://example.org", false },
	{ "example.org:80", false },
	{ "example.org,example.net", false },
	{ ".example.org", false },
	{ "example.org.", false },
	{ "a..org", false },
	{ "a.org b|c", false },
};

static const struct {
	const char *list, *host;
	bool has;
} hosts[] = {
	{ "", "example.org", false },
	{ "example.org", "example.org", true },
	{ "example.org", "www.example.org", false },
	{ "a.org *.example.org", "www.example.org", true },
	{ "a.org *.example.org", "a.b.example.org", true },
	{ "a.org *.example.org", "example.org", false },
	{ "a.org *.example.org", "xexample.org", false },
	{ "a.org *.example.org", ".example.org", false },
	{ "a.org", "a.org.evil.com", false },
};

static const struct {
	const char *url, *host;
} urls[] = {
	{ "http://example.org", "example.org" },
	{ "https://Example.ORG:8443/a?b#c", "example.org" },
	{ "http://example.org?a:b", "example.org" },
	{ "http://[::1]:80/", "[::1]" },
	{ "http://[::1]", "[::1]" },
	{ "http://good.org@evil.com/", "good.org@evil.com" },
	{ "http://good.org:80@evil.com/", "good.org:80@evil.com" },
	{ "http:///a", "" },
};
/* clang-format on */

static void checks_lists(void **state)
{
	(void)state;
	EACH_ROW(i, lists)
		assert_int_equal(hosts_check(lists[i].list), lists[i].good);
}

static void finds_hosts(void **state)
{
	(void)state;
	EACH_ROW(i, hosts)
		assert_int_equal(hosts_has(hosts[i].list, hosts[i].host),
				 hosts[i].has);
}

static void reads_hosts_of_urls(void **state)
{
	struct pool *pool = pool_new();

	(void)state;
	EACH_ROW(i, urls)
		assert_string_equal(hosts_of_url(pool, urls[i].url),
				    urls[i].host);
	pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checks_lists),
		cmocka_unit_test(finds_hosts),
		cmocka_unit_test(reads_hosts_of_urls),
	};

	return RUN_TESTS(tests);
}
