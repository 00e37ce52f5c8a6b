/* router.c: finds the route of a request. */
#include "config.h"

#include "fcgi/router.h"

#include <string.h>

#include "lib/base/pool.h"
#include "lib/base/text.h"

static const char *const method_names[] = {
	[METHOD_GET] = "GET, HEAD", [METHOD_POST] = "POST",
	[METHOD_PUT] = "PUT",       [METHOD_PATCH] = "PATCH",
	[METHOD_DELETE] = "DELETE", [METHOD_OPTIONS] = "OPTIONS",
};

static const char *const scope_names[] = {
	[SCOPE_NONE] = "",     [SCOPE_READ] = "read",   [SCOPE_WRITE] = "write",
	[SCOPE_LINK] = "link", [SCOPE_ADMIN] = "admin",
};

/* Matches a pattern such as "/v1/images/{id}" and copies the segment at
   {id}. */
static bool path_matches(const char *pattern, struct request *req)
{
	const char *path = req->uri.path;
	size_t params = 0;

	while (*pattern) {
		if (*pattern == '{') {
			size_t len = strcspn(path, "/");

			if (!len)
				return false;
			req->param[params++] =
				pool_strndup(req->work->pool, path, len);
			path += len;
			pattern = strchr(pattern, '}') + 1;
		} else if (*pattern++ != *path++) {
			return false;
		}
	}
	return !*path;
}

static bool has_params(const char *pattern)
{
	return strchr(pattern, '{');
}

bool router_find(struct request *req, const char **allow,
		 const struct route *routes, size_t count)
{
	const char *methods = NULL;
	bool exact = false;

	for (size_t i = 0; i < count; i++) {
		if ((exact && has_params(routes[i].path)) ||
		    !path_matches(routes[i].path, req))
			continue;
		exact = !has_params(routes[i].path);
		if (routes[i].method == req->method) {
			req->route = &routes[i];
			return true;
		}
		methods = pool_printf(
			req->work->pool, "%s%s%s", methods ? methods : "",
			methods ? ", " : "", method_names[routes[i].method]);
	}
	if (!methods)
		return fail(req->work, ERR_NOT_FOUND,
			    "no route has the path %.200s", req->uri.path);
	*allow = methods;
	return fail(req->work, ERR_METHOD_NOT_ALLOWED,
		    "%.200s accepts %s, not %.20s", req->uri.path, methods,
		    req->method_text);
}

bool router_read_query(struct request *req)
{
	return req->route->query == ANY_QUERY ||
	       uri_parse_query(&req->uri, req->work);
}

bool router_check_query(struct request *req)
{
	const char *known = req->route->query;

	for (size_t i = 0; i < req->uri.query_count; i++) {
		const char *name = req->uri.query[i].name;

		if (!text_has_word(known, name))
			return fail_unknown(req->work, name,
					    "unknown parameter \"%.40s\"; "
					    "known parameters here: %s",
					    name, *known ? known : "none");
	}
	return true;
}

const char *router_scope_name(enum scope scope)
{
	return scope_names[scope];
}
