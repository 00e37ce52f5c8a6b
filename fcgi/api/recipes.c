/* recipes.c: the routes under /v1/admin/recipes. */
#include "config.h"

#include "fcgi/response.h"
#include "fcgi/routes.h"
#include "lib/base/conf.h"
#include "lib/model/tier.h"
#include "lib/service/preview.h"

/* The usual size of a picture on a page. */
enum { DEFAULT_WIDTH = 1920, DEFAULT_HEIGHT = 1200 };

bool admin_recipes_show(struct request *req, struct response *res)
{
	const int64_t max = req->work->conf->max_side;
	int64_t width, height;
	struct json *json;

	return request_query_int(&width, req, "width", DEFAULT_WIDTH, 1, max) &&
	       request_query_int(&height, req, "height", DEFAULT_HEIGHT, 1,
				 max) &&
	       preview_describe(&json, req->work, req->param[0],
				(uint32_t)width, (uint32_t)height) &&
	       response_json(res, req, 200, json);
}

static bool find_tier(struct tier *tier, struct work *work, const char *text)
{
	struct uuid id;

	return (uuid_parse(&id, text) ? tier_find(tier, work, id)
				      : tier_by_name(tier, work, text)) ||
	       (work->err == ERR_NOT_FOUND &&
		fail_field(work, "tier",
			   "tier: the id or the name of a tier, not \"%.40s\"",
			   text));
}

/* A watermark may change at any time; the sample picture does not. */
bool admin_recipes_preview(struct request *req, struct response *res)
{
	struct pool *pool = req->work->pool;
	const char *tier_text = request_query(req, "tier");
	struct preview preview;
	struct tier tier;

	if ((tier_text && !find_tier(&tier, req->work, tier_text)) ||
	    !preview_render(&preview, req->work, req->param[0],
			    tier_text ? &tier : NULL))
		return false;
	res->status = 200;
	response_header(res, pool, "Content-Type", preview.media_type);
	response_header(res, pool, "Cache-Control",
			tier_text ? "private, no-cache"
				  : "private, max-age=3600");
	res->body = (const char *)preview.bytes;
	res->body_len = preview.len;
	return true;
}
