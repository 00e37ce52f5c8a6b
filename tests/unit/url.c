/* url.c: tests which URLs are taken, and what is read out of them. */
#include "config.h"

#include "lib/net/url.h"

#include <string.h>

#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "tests/unit/test.h"

static bool parse(struct url *url, struct work *work, const char *text)
{
	static struct conf conf;

	conf_init(&conf);
	conf.fetch_ports = "80 443 8080";
	work->conf = &conf;
	return url_parse(url, work, text);
}

static void good_ones_are_taken_apart(void **state)
{
	/* clang-format off */
	static const struct {
		const char *text, *normal, *host;
		bool literal;
		long port;
		const char *file;
	} cases[] = {
		{ "http://example.org", "http://example.org/", "example.org", false, 80, "" },
		{ "HTTP://Example.ORG/a/b.jpg", "http://Example.ORG/a/b.jpg", "Example.ORG", false, 80, "b.jpg" },
		{ "https://example.org:8080/?a=/b", "https://example.org:8080/?a=/b", "example.org", false, 8080, "" },
		{ "https://example.org/a%20b.png#part", "https://example.org/a%20b.png", "example.org", false, 443, "a b.png" },
		{ "http://example.org/\xc3\xa4.png", "http://example.org/%c3%a4.png", "example.org", false, 80, "\xc3\xa4.png" },
		{ "http://example.org/%ff%0a.png", "http://example.org/%ff%0a.png", "example.org", false, 80, "" },
		{ "http://127.1/", "http://127.0.0.1/", "127.0.0.1", true, 80, "" },
		{ "http://2130706433/", "http://127.0.0.1/", "127.0.0.1", true, 80, "" },
		{ "http://0x7f.1/", "http://127.0.0.1/", "127.0.0.1", true, 80, "" },
		{ "http://0177.0.0.1/", "http://127.0.0.1/", "127.0.0.1", true, 80, "" },
		{ "http://[::1]/", "http://[::1]/", "::1", true, 80, "" },
		{ "http://127.0.0.1#@example.com/", "http://127.0.0.1/", "127.0.0.1", true, 80, "" },
		{ "http://example.org/@b", "http://example.org/@b", "example.org", false, 80, "@b" },
		{ "http://example.org/a b c.jpg", "http://example.org/a%20b%20c.jpg", "example.org", false, 80, "a b c.jpg" },
		{ "http://example.org/a?b=c d ", "http://example.org/a?b=c%20d%20", "example.org", false, 80, "a" },
		{ "http://b\xc3\xbc" "cher.example/", "http://xn--bcher-kva.example/", "xn--bcher-kva.example", false, 80, "" },
		{ "http://B\xc3\x9c" "CHER.example:8080/\xc3\xa4 b?c", "http://xn--bcher-kva.example:8080/%c3%a4%20b?c", "xn--bcher-kva.example", false, 8080, "\xc3\xa4 b" },
		{ "http://bu\xcc\x88" "cher.example/", "http://xn--bcher-kva.example/", "xn--bcher-kva.example", false, 80, "" },
		{ "http://b%C3%BCcher.example/", "http://xn--bcher-kva.example/", "xn--bcher-kva.example", false, 80, "" },
		{ "http://stra\xc3\x9f" "e.example/", "http://xn--strae-oqa.example/", "xn--strae-oqa.example", false, 80, "" },
		{ "http://\xd0\xbf\xd1\x80\xd0\xb8\xd0\xbc\xd0\xb5\xd1\x80.\xd1\x80\xd1\x84/", "http://xn--e1afmkfd.xn--p1ai/", "xn--e1afmkfd.xn--p1ai", false, 80, "" },
		{ "http://\xc3\xbc\xe3\x80\x82" "example/", "http://xn--tda.example/", "xn--tda.example", false, 80, "" },
		{ "http://xn--e1afmkfd.xn--p1ai/", "http://xn--e1afmkfd.xn--p1ai/", "xn--e1afmkfd.xn--p1ai", false, 80, "" },
	};
	/* clang-format on */

	(void)state;
	EACH_ROW(i, cases) {
		struct work work = { .pool = pool_new() };
		struct url url;

		if (!parse(&url, &work, cases[i].text))
			fail_msg("%s: %s", cases[i].text, work.why);
		assert_string_equal(url.text, cases[i].normal);
		assert_string_equal(url.host, cases[i].host);
		assert_int_equal(url.literal, cases[i].literal);
		assert_int_equal(url.port, cases[i].port);
		assert_string_equal(url.file, cases[i].file);
		pool_free(work.pool);
	}
}

static void bad_ones_are_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"x",
		"/a.jpg",
		"//example.org/",
		"example.org/a.jpg",
		"http:",
		"http:/",
		"http://",
		"http:///",
		"http://?",
		"http://#",
		"http:127.0.0.1/",
		"http:/127.0.0.1/",
		"http:///127.0.0.1/",
		"FILE:///etc/passwd",
		"file://localhost/etc/passwd",
		"ftp://example.org/",
		"gopher://127.0.0.1:3306/_x",
		"ldap://127.0.0.1/",
		"dict://127.0.0.1/",
		"jar:http://x/!/",
		"javascript:alert(1)",
		"data:image/png;base64,AA",
		"http://user:pass@example.com/",
		"http://user@example.com/",
		"http://@example.com/",
		"http://:@example.com/",
		"http://a@b@example.com/",
		"http://exa mple.com/",
		" http://example.com/",
		"http://example.com/\n",
		"http://example.com/\r\nX: y",
		"http://example.com/\x7f",
		"http://example.com:22/",
		"http://example.com:0/",
		"http://example.com:65536/",
		"http://example.com:65616/",
		"http://example.com:8080x/",
		"https://127.0.0.1:3306/",
		"http://-/",
		"http://-a.org/",
		"http://.org/",
		"http://[v1.a]/",
		"http://[::1/",
		"http://::1/",
		"http://[fe80::1%25eth0]/",
		"http://127.0.0.1%00.example.com/",
		"http://example.com\\@127.0.0.1/",
		"http://exa\\mple.com/",
		"http://\xe2\x91\xa0\xe2\x91\xa1\xe2\x91\xa6.0.0.1/",
		"http://%35/",
		"http://%31%32%37.1/",
		"http://0%78%37f.1/",
		"http://\xc3\xbc .example/",
		"http://\xc3.example/",
		"http://%ff.example/",
		"http://%c3%bc%0a.example/",
		"http://\xc3\xbc@example.com/",
		"http://u@\xc3\xbc.example/",
		"http://\xc3\xbc.example:22/",
		"http://\xc3\xbc-.example/",
		"http://\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.1/",
		"http://\xef\xbc\x90x7f.1/",
		"http://\xef\xbc\x90/",
		"http://[\xef\xbc\x9a\xef\xbc\x9a"
		"1]/",
		"http://example.com\xef\xbc\x8f\xc3\xbc/",
		"http://example.com\xef\xbc\xa0"
		"127.0.0.1/",
		"http://\xc3\xbc\xef\xbc\x83.example/",
		"http://\xe2\x84\x80.example/",
		"http://a_b!c/",
		"http://exa$mple.com/",
		"http://a,b/",
		"http://a:b:c/",
	};

	(void)state;
	EACH_ROW(i, bad) {
		struct work work = { .pool = pool_new() };
		struct url url;

		if (parse(&url, &work, bad[i]))
			fail_msg("%s is taken as %s", bad[i], url.text);
		assert_int_equal(work.err, ERR_INVALID_FIELD);
		assert_string_equal(work.field, "url");
		pool_free(work.pool);
	}
}

/* Its length is that of the normal form, too. */
static void long_ones_are_refused(void **state)
{
	static const char start[] = "http://example.org/";
	struct work work = { .pool = pool_new() };
	char *text = pool_alloc(work.pool, URL_MAX + 2);
	struct url url;

	(void)state;
	memset(text, 'a', URL_MAX);
	memcpy(text, start, sizeof(start) - 1);
	assert_true(parse(&url, &work, text));
	text[URL_MAX] = 'a';
	assert_false(parse(&url, &work, text));
	text[URL_MAX] = '\0';
	memcpy(text + URL_MAX - 2, "\xc3\xa4", 2);
	assert_false(parse(&url, &work, text));
	pool_free(work.pool);
}

/* Beside IP addresses, the names of this host. */
static void addresses_that_are_not_called(void **state)
{
	/* clang-format off */
	static const struct {
		const char *text;
		bool called;
	} cases[] = {
		{ "http://1.1.1.1/", true },
		{ "http://[2606:4700::1]/", true },
		{ "http://example.org/", true },
		{ "http://notlocalhost/", true },
		{ "http://localhost.example.org/", true },
		{ "http://10.0.0.7/", true }, /* by fetch_allow */
		{ "http://10.0.0.8/", false },
		{ "http://8.8.8.8/", false }, /* by fetch_deny */
		{ "http://0x7f.1/", false },
		{ "http://[::1]/", false },
		{ "http://[::ffff:10.0.0.8]/", false },
		{ "http://localhost/", false },
		{ "http://a.LocalHost./", false },
	};
	/* clang-format on */

	(void)state;
	EACH_ROW(i, cases) {
		struct work work = { .pool = pool_new() };
		struct conf conf;
		struct url url;

		assert_true(parse(&url, &work, cases[i].text));
		conf = *work.conf;
		conf.fetch_allow = "10.0.0.7";
		conf.fetch_deny = "8.8.8.8";
		work.conf = &conf;
		if (url_check_address(&work, &url) != cases[i].called)
			fail_msg("%s", cases[i].text);
		if (!cases[i].called)
			assert_int_equal(work.err, ERR_INVALID_FIELD);
		pool_free(work.pool);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_ones_are_taken_apart),
		cmocka_unit_test(bad_ones_are_refused),
		cmocka_unit_test(long_ones_are_refused),
		cmocka_unit_test(addresses_that_are_not_called),
	};

	return RUN_TESTS(tests);
}
