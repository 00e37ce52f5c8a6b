/* request.c: what is read of the web server's parameters. */
#include "config.h"

#include "fcgi/request.h"

#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/base/uuid.h"
#include "tests/unit/test.h"

#define RESPONDER "FCGI_ROLE=RESPONDER"
#define GET_ROOT  RESPONDER, "REQUEST_METHOD=GET", "REQUEST_URI=/"

/* clang-format off */
static const struct {
	const char *envp[7];
	bool good;
	int64_t content_length;
} cases[] = {
	{ { GET_ROOT, NULL },                                     true,  -1 },
	{ { GET_ROOT, "CONTENT_LENGTH=", NULL },                  true,  -1 },
	{ { GET_ROOT, "CONTENT_LENGTH=-1", NULL },                true,  -1 },
	{ { GET_ROOT, "CONTENT_LENGTH=0", NULL },                 true,  0 },
	{ { GET_ROOT, "CONTENT_LENGTH=12", NULL },                true,  12 },
	{ { GET_ROOT, "CONTENT_LENGTH=+12", NULL },               false, 0 },
	{ { GET_ROOT, "CONTENT_LENGTH=12x", NULL },               false, 0 },
	{ { GET_ROOT, "CONTENT_LENGTH=-2", NULL },                false, 0 },
	{ { GET_ROOT, "CONTENT_LENGTH=9223372036854775808", NULL }, false, 0 },
	{ { GET_ROOT, "CONTENT_LENGTH=1", "CONTENT_LENGTH=1", NULL }, false, 0 },
	{ { GET_ROOT, "REQUEST_URI=/x", NULL },                   false, 0 },
	{ { GET_ROOT, "HTTP_COOKIE=a", "HTTP_COOKIE=b", NULL },   false, 0 },
	{ { GET_ROOT, "HTTP_AUTHORIZATION=a", "HTTP_AUTHORIZATION=b", NULL }, false, 0 },
	{ { GET_ROOT, "HTTP_ACCEPT=a", "HTTP_ACCEPT=b", NULL },   true,  -1 },
	{ { RESPONDER, "REQUEST_METHOD=GET", NULL },              false, 0 },
	{ { "REQUEST_METHOD=GET", "REQUEST_URI=/", NULL },        false, 0 },
	{ { "FCGI_ROLE=FILTER", "REQUEST_URI=/", NULL },          false, 0 },
};
/* clang-format on */

static struct work start(void)
{
	static struct conf conf;

	conf_init(&conf);
	return (struct work){ .pool = pool_new(), .conf = &conf };
}

static void reads_parameters(void **state)
{
	(void)state;
	EACH_ROW(i, cases) {
		struct work work = start();
		struct request req = { 0 };
		bool good = request_read(&req, &work, (char **)cases[i].envp);

		if (good != cases[i].good)
			fail_msg("case %zu: %s", i, work.why);
		if (good)
			assert_int_equal(req.content_length,
					 cases[i].content_length);
		else
			assert_int_equal(work.err, ERR_BAD_REQUEST);
		pool_free(work.pool);
	}
}

static const struct {
	const char *given;
	bool kept;
} ids[] = {
	{ "abcdefgh", true },
	{ "A-Z_0-9--", true },
	{ "seven77", false },
	{ "12345678901234567890123456789012345678901234567890123456789012345",
	  false },
	{ "with space", false },
	{ "line\nfeed", false },
	{ "", false },
};

static void takes_only_proper_request_ids(void **state)
{
	(void)state;
	EACH_ROW(i, ids) {
		struct work work = start();
		struct request req = { 0 };
		struct uuid made;
		char *header = pool_printf(work.pool, "HTTP_X_REQUEST_ID=%s",
					   ids[i].given);
		char *envp[] = { (char *)RESPONDER,
				 (char *)"REQUEST_METHOD=HEAD",
				 (char *)"REQUEST_URI=/", header, NULL };

		assert_true(request_read(&req, &work, envp));
		assert_int_equal(!strcmp(req.id, ids[i].given), ids[i].kept);
		assert_int_equal(uuid_parse(&made, req.id), !ids[i].kept);
		assert_true(req.is_head);
		assert_int_equal(req.method, METHOD_GET);
		pool_free(work.pool);
	}
}

static void finds_csrf_values(void **state)
{
	static const struct {
		const char *envp[6];
		const char *csrf;
	} headers[] = {
		{ { GET_ROOT, NULL }, "" },
		{ { GET_ROOT, "HTTP_X_PIXTIER_CSRF=a", NULL }, "a" },
		{ { GET_ROOT, "HTTP_X_CSRFTOKEN=b", NULL }, "b" },
		{ { GET_ROOT, "HTTP_X_CSRFTOKEN=b", "HTTP_X_PIXTIER_CSRF=a",
		    NULL },
		  "a" },
	};

	(void)state;
	EACH_ROW(i, headers) {
		struct work work = start();
		struct request req = { 0 };

		assert_true(
			request_read(&req, &work, (char **)headers[i].envp));
		assert_string_equal(req.csrf, headers[i].csrf);
		pool_free(work.pool);
	}
}

static const struct {
	const char *prefer;
	bool async;
} preferences[] = {
	{ "respond-async", true },          { "Respond-Async", true },
	{ "wait=10, respond-async", true }, { "respond-async; x=1", true },
	{ "respond-async , wait=1", true }, { "respond-asynchronously", false },
	{ "no-respond-async", false },      { "", false },
};

static void reads_preferences(void **state)
{
	(void)state;
	EACH_ROW(i, preferences) {
		struct request req = { .prefer = preferences[i].prefer };

		assert_int_equal(request_prefers(&req, "respond-async"),
				 preferences[i].async);
	}
}

static const struct {
	const char *accept;
	bool webp;
} accepted[] = {
	{ "image/webp", true },
	{ "text/html, IMAGE/WebP,*/*;q=0.8", true },
	{ "image/avif,image/webp,image/apng,*/*;q=0.8", true },
	{ "image/webp;q=0.1", true },
	{ "image/webp ; a=0; q=0.001", true },
	{ "image/webp;q=0", false },
	{ "image/webp; Q=0.000, image/png;q=1", false },
	{ "image/webp;q=0., image/webp;q=1", true },
	{ "image/*", false },
	{ "*/*", false },
	{ "image/webpx, ximage/webp, image/web", false },
	{ "a;b=\"image/webp\"", false },
	{ ",, ,", false },
	{ "", false },
};

static void reads_what_is_accepted(void **state)
{
	(void)state;
	EACH_ROW(i, accepted) {
		struct request req = { .accept = accepted[i].accept };

		assert_int_equal(request_accepts(&req, "image/webp"),
				 accepted[i].webp);
	}
}

/* The path of base_url, a request, and the path that remains; NULL: 404. */
/* clang-format off */
static const struct {
	const char *base_url, *target, *path;
} base_cases[] = {
	{ "http://a",      "REQUEST_URI=/v1/me",                 "/v1/me" },
	{ "http://a/b",    "REQUEST_URI=/b/v1/me?x",             "/v1/me" },
	{ "http://a/b",    "REQUEST_URI=https://c/b/v1/me",      "/v1/me" },
	{ "http://a/b",    "REQUEST_URI=/%62/v1/me",             "/v1/me" },
	{ "http://a/b",    "REQUEST_URI=/b/b/c",                 "/b/c" },
	{ "http://a/b",    "REQUEST_URI=/b/",                    "/" },
	{ "http://a/b",    "REQUEST_URI=/b",                     "/" },
	{ "http://a:1/b/c.d", "REQUEST_URI=/b/c.d/v1/me",        "/v1/me" },
	{ "http://a/b",    "REQUEST_URI=/",                      NULL },
	{ "http://a/b",    "REQUEST_URI=/v1/me",                 NULL },
	{ "http://a/b",    "REQUEST_URI=/bb/v1/me",              NULL },
	{ "http://a/b",    "REQUEST_URI=/B/v1/me",               NULL },
	{ "http://a/b",    "REQUEST_URI=/v1/b/me",               NULL },
	{ "http://a/b/c",  "REQUEST_URI=/b/v1/me",               NULL },
};
/* clang-format on */

static void serves_below_the_path_of_base_url(void **state)
{
	(void)state;
	EACH_ROW(i, base_cases) {
		const struct conf conf = { .base_url = base_cases[i].base_url };
		struct work work = { .pool = pool_new(), .conf = &conf };
		struct request req = { 0 };
		const char *envp[] = { RESPONDER, "REQUEST_METHOD=GET",
				       base_cases[i].target, NULL };
		const bool good = request_read(&req, &work, (char **)envp);

		assert_int_equal(good, base_cases[i].path != NULL);
		if (good)
			assert_string_equal(req.uri.path, base_cases[i].path);
		else
			assert_int_equal(work.err, ERR_NOT_FOUND);
		pool_free(work.pool);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_parameters),
		cmocka_unit_test(takes_only_proper_request_ids),
		cmocka_unit_test(finds_csrf_values),
		cmocka_unit_test(reads_preferences),
		cmocka_unit_test(reads_what_is_accepted),
		cmocka_unit_test(serves_below_the_path_of_base_url),
	};

	return RUN_TESTS(tests);
}
