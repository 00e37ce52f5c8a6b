/* router.c: which route a request is for. */
#include "config.h"

#include "fcgi/routes.h"

#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "tests/unit/test.h"

/* clang-format off */
static const struct {
	enum method method;
	const char *path;
	handler *run; /* NULL: `err` */
	enum err err;
	const char *params[2];
} cases[] = {
	{ METHOD_GET,    "/v1/images",       images_list,   0, { 0 } },
	{ METHOD_POST,   "/v1/images",       images_create, 0, { 0 } },
	{ METHOD_GET,    "/v1/images/42",    images_show,   0, { "42" } },
	{ METHOD_GET,    "/v1/images/4/variants/h200", variants_show, 0, { "4", "h200" } },
	{ METHOD_GET,    "/l/token/a b.jpg", links_open,    0, { "token", "a b.jpg" } },
	{ METHOD_GET,    "/v1/images/",      NULL, ERR_NOT_FOUND, { 0 } },
	{ METHOD_GET,    "/v1/images/4/x",   NULL, ERR_NOT_FOUND, { 0 } },
	{ METHOD_GET,    "/v1/image",        NULL, ERR_NOT_FOUND, { 0 } },
	{ METHOD_GET,    "/",                NULL, ERR_NOT_FOUND, { 0 } },
	{ METHOD_DELETE, "/v1/images",       NULL, ERR_METHOD_NOT_ALLOWED, { 0 } },
	{ METHOD_OTHER,  "/v1/images",       NULL, ERR_METHOD_NOT_ALLOWED, { 0 } },
};
/* clang-format on */

static void finds_routes(void **state)
{
	(void)state;
	EACH_ROW(i, cases) {
		struct work work = { .pool = pool_new() };
		struct request req = { .method = cases[i].method,
				       .method_text = "X",
				       .uri = { .path = cases[i].path },
				       .work = &work };
		const char *allow = NULL;
		bool found = router_find(&req, &allow, routes, routes_count);

		assert_int_equal(found, cases[i].run != NULL);
		if (found)
			assert_ptr_equal(req.route->run, cases[i].run);
		else
			assert_int_equal(work.err, cases[i].err);
		for (size_t p = 0; found && p < 2 && cases[i].params[p]; p++)
			assert_string_equal(req.param[p], cases[i].params[p]);
		if (work.err == ERR_METHOD_NOT_ALLOWED && !found)
			assert_string_equal(allow, "POST, GET, HEAD");
		pool_free(work.pool);
	}
}

static void prefers_paths_without_parameters(void **state)
{
	struct work work = { .pool = pool_new() };
	struct request req = { .method = METHOD_PATCH,
			       .method_text = "PATCH",
			       .uri = { .path = "/v1/images/publish" },
			       .work = &work };
	const char *allow = NULL;

	(void)state;
	assert_false(router_find(&req, &allow, routes, routes_count));
	assert_int_equal(work.err, ERR_METHOD_NOT_ALLOWED);
	assert_string_equal(allow, "POST");
	pool_free(work.pool);
}

/* clang-format off */
static const struct {
	const char *enabled;
	enum method method;
	const char *path;
	handler *run; /* NULL: `err` */
	const char *dialect; /* NULL: none */
	enum err err;
} dialect_cases[] = {
	{ "resize_tasks", METHOD_GET, "/api/v1/status/4", resize_tasks_status, "resize_tasks", 0 },
	{ "resize_tasks", METHOD_GET, "/api/v1/images/resize", NULL, "resize_tasks", ERR_METHOD_NOT_ALLOWED },
	{ "resize_tasks", METHOD_GET, "/api/v1/thumbnail_generator/4", NULL, NULL, ERR_NOT_FOUND },
	{ "resize_tasks thumbnail_generator", METHOD_GET, "/api/v1/thumbnail_generator/4", thumbnail_generator_show, "thumbnail_generator", 0 },
	{ "thumbnail_generator", METHOD_POST, "/api/v1/", thumbnail_generator_create, "thumbnail_generator", 0 },
	{ "thumbnails", METHOD_GET, "/v1/thumbnails", thumbnails_show, "thumbnails", 0 },
	{ "thumbnails", METHOD_DELETE, "/v1/thumbnails", NULL, "thumbnails", ERR_METHOD_NOT_ALLOWED },
	{ "thumbnail_generator", METHOD_GET, "/v1/thumbnails", NULL, NULL, ERR_NOT_FOUND },
	{ "imagify", METHOD_GET, "/images/", imagify_list, "imagify", 0 },
	{ "imagify", METHOD_GET, "/images/link/", NULL, NULL, ERR_NOT_FOUND },
	{ "imagify", METHOD_GET, "/images/upload/", NULL, "imagify", ERR_METHOD_NOT_ALLOWED },
	{ "", METHOD_POST, "/api/v1/", NULL, NULL, ERR_NOT_FOUND },
};
/* clang-format on */

static void finds_dialects(void **state)
{
	(void)state;
	EACH_ROW(i, dialect_cases) {
		struct conf conf = { .dialects = dialect_cases[i].enabled };
		struct work work = { .pool = pool_new(), .conf = &conf };
		struct request req = { .method = dialect_cases[i].method,
				       .method_text = "X",
				       .uri = { .path = dialect_cases[i].path },
				       .work = &work };
		const char *allow = NULL;
		bool found = dialect_find(&req, &allow);

		assert_int_equal(found, dialect_cases[i].run != NULL);
		if (found)
			assert_ptr_equal(req.route->run, dialect_cases[i].run);
		else
			assert_int_equal(work.err, dialect_cases[i].err);
		assert_int_equal(allow != NULL,
				 work.err == ERR_METHOD_NOT_ALLOWED);
		if (dialect_cases[i].dialect)
			assert_string_equal(req.dialect->name,
					    dialect_cases[i].dialect);
		else
			assert_null(req.dialect);
		pool_free(work.pool);
	}
}

static void refuses_unknown_parameters(void **state)
{
	static const struct uri_pair known = { "limit", "5" };
	static const struct uri_pair unknown = { "limits", "5" };
	struct route route = { .query = "limit cursor" };
	struct work work = { 0 };
	struct request req = { .work = &work, .route = &route };

	(void)state;
	req.uri = (struct uri){ .query = &known, .query_count = 1 };
	assert_true(router_check_query(&req));
	req.uri = (struct uri){ .query = &unknown, .query_count = 1 };
	assert_false(router_check_query(&req));
	assert_int_equal(work.err, ERR_UNKNOWN_FIELD);
}

static void reads_queries_that_are_looked_at(void **state)
{
	struct route route = { .query = "limit" };
	struct work work = { .pool = pool_new() };
	struct request req = { .work = &work, .route = &route };

	(void)state;
	assert_true(uri_parse(&req.uri, &work, "/?limit=5"));
	assert_true(router_read_query(&req));
	assert_int_equal(req.uri.query_count, 1);
	assert_true(uri_parse(&req.uri, &work, "/?limit=5&limit=5"));
	assert_false(router_read_query(&req));
	route.query = ANY_QUERY;
	assert_true(router_read_query(&req));
	pool_free(work.pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_routes),
		cmocka_unit_test(prefers_paths_without_parameters),
		cmocka_unit_test(finds_dialects),
		cmocka_unit_test(refuses_unknown_parameters),
		cmocka_unit_test(reads_queries_that_are_looked_at),
	};

	return RUN_TESTS(tests);
}
