/* cors.c: lets pages of other origins use the API. */
#include "config.h"

#include "fcgi/cors.h"

#include <string.h>

#include "fcgi/routes.h"
#include "lib/base/conf.h"
#include "lib/base/pool.h"

static const char request_headers[] =
	"Authorization, Cache-Control, Content-Type, Idempotency-Key, "
	"If-None-Match, Prefer, X-Request-Id, X-Requested-With";
static const char answer_headers[] =
	"ETag, Idempotency-Replayed, Link, Location, RateLimit, "
	"RateLimit-Policy, Retry-After, X-RateLimit-Limit, "
	"X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id";

static bool lists(const char *origins, const char *origin)
{
	size_t len = strlen(origin);

	while (*origins) {
		size_t next = strcspn(origins, ", ");

		if (len && len == next && !strncmp(origins, origin, len))
			return true;
		origins += next + strspn(origins + next, ", ");
	}
	return false;
}

static bool takes_all(const struct request *req)
{
	return lists(req->work->conf->cors_origins, "*");
}

/* The value for Access-Control-Allow-Origin, or NULL if the origin is not
   allowed. */
static const char *allowed_origin(const struct request *req)
{
	if (!*req->origin)
		return NULL;
	if (takes_all(req))
		return "*";
	return lists(req->work->conf->cors_origins, req->origin) ? req->origin
								 : NULL;
}

bool cors_preflight(struct response *res, struct request *req)
{
	struct pool *pool = req->work->pool;

	if (req->method != METHOD_OPTIONS || !req->allow ||
	    !*req->asked_method || !allowed_origin(req))
		return false;
	response_empty(res, 204);
	response_header(res, pool, "Access-Control-Allow-Methods", req->allow);
	response_header(res, pool, "Access-Control-Allow-Headers",
			request_headers);
	response_header(res, pool, "Access-Control-Max-Age", "600");
	return true;
}

/* A handler that answers OPTIONS for the routes of a dialect that any origin
   may use (struct dialect). */
bool cors_any_origin_preflight(struct request *req, struct response *res)
{
	struct pool *pool = req->work->pool;

	response_empty(res, 204);
	response_header(res, pool, "Access-Control-Allow-Methods",
			"GET, HEAD, POST, OPTIONS");
	response_header(res, pool, "Access-Control-Allow-Headers", "*");
	response_header(res, pool, "Access-Control-Max-Age", "86400");
	return true;
}

void cors_headers(struct response *res, struct request *req)
{
	struct pool *pool = req->work->pool;
	const char *origin = allowed_origin(req);

	if (res->any_origin || (req->dialect && req->dialect->any_origin)) {
		response_header(res, pool, "Access-Control-Allow-Origin", "*");
		return;
	}
	if (*req->work->conf->cors_origins && !takes_all(req))
		response_vary(res, pool, "Origin");
	if (!origin)
		return;
	response_header(res, pool, "Access-Control-Allow-Origin", origin);
	if (req->method != METHOD_OPTIONS)
		response_header(res, pool, "Access-Control-Expose-Headers",
				answer_headers);
}
