/* tiers.c: the routes under /v1/admin/tiers. */
#include "config.h"

#include "lib/model/tier.h"

#include <string.h>

#include "fcgi/api/admin.h"
#include "fcgi/page.h"
#include "fcgi/response.h"
#include "fcgi/routes.h"
#include "lib/base/json.h"
#include "lib/service/access.h"
#include "lib/service/admin.h"
#include "lib/service/tier_fields.h"
#include "lib/service/watermark.h"

static bool find(struct tier *tier, struct request *req)
{
	struct uuid id;

	return access_id(&id, req->work, "tier", req->param[0]) &&
	       tier_find(tier, req->work, id);
}

/* The number of tiers older than this one; all if it is nil. */
static size_t count_older(const struct tier *tiers, size_t count,
			  struct uuid than)
{
	while (!uuid_is_nil(than) && count &&
	       memcmp(&tiers[count - 1].id, &than, sizeof(than)) >= 0)
		count--;
	return count;
}

/* Tiers are few, so every page reads all of them. */
bool admin_tiers_list(struct request *req, struct response *res)
{
	struct pool *pool = req->work->pool;
	struct json *items = json_array(pool);
	struct page page;
	struct tier *tiers;
	size_t count, rest;

	if (!page_read(&page, req) || !tier_list(&tiers, &count, req->work))
		return false;
	count = count_older(tiers, count, page.before);
	rest = count > (size_t)page.limit ? count - (size_t)page.limit : 0;
	for (; count > rest; count--)
		json_push(items, tier_fields_json(pool, &tiers[count - 1]));
	if (rest)
		page.last = tiers[rest].id;
	return page_answer(res, req, &page, items);
}

bool admin_tiers_show(struct request *req, struct response *res)
{
	struct tier tier;

	return find(&tier, req) &&
	       response_json(res, req, 200,
			     tier_fields_json(req->work->pool, &tier));
}

/* The audit log stores the request body as the detail. */
static const char *detail_of(const struct request *req)
{
	return json_print(req->work->pool, req->body.json, NULL);
}

bool admin_tiers_create(struct request *req, struct response *res)
{
	struct work *work = req->work;
	const struct actor actor = admin_actor(req);
	struct tier tier;

	tier_init(&tier, "");
	if (!tier_fields_read_json(&tier, work, req->body.json) ||
	    !admin_add_tier(&tier, work, &actor, detail_of(req)))
		return false;
	response_json(res, req, 201, tier_fields_json(work->pool, &tier));
	response_location(res, req, req->uri.path, tier.id);
	return true;
}

static bool edit(struct tier *tier, struct work *work, void *json)
{
	return tier_fields_read_json(tier, work, json);
}

bool admin_tiers_change(struct request *req, struct response *res)
{
	const struct actor actor = admin_actor(req);
	struct tier tier;
	struct uuid id;

	return access_id(&id, req->work, "tier", req->param[0]) &&
	       admin_update_tier(&tier, req->work, &actor, id, detail_of(req),
				 edit, req->body.json) &&
	       response_json(res, req, 200,
			     tier_fields_json(req->work->pool, &tier));
}

bool admin_tiers_delete(struct request *req, struct response *res)
{
	const struct actor actor = admin_actor(req);
	struct tier tier;

	return find(&tier, req) &&
	       admin_delete_tier(req->work, &actor, &tier) &&
	       response_empty(res, 204);
}

/* One PNG, and no other field of a form. */
static bool read_watermark(struct tier_watermark *watermark,
			   struct request *req)
{
	const struct request_body *body = &req->body;
	const char *position = request_query(req, "position");

	if (body->field_count)
		return fail_unknown(req->work, body->fields[0].name,
				    "unknown field \"%.60s\"; known fields "
				    "here: image, file",
				    body->fields[0].name);
	watermark->position = position ? position : "south-east";
	return request_query_int(&watermark->opacity, req, "opacity", 100, 1,
				 100) &&
	       request_query_int(&watermark->scale, req, "scale", 25, 1, 100) &&
	       request_query_int(&watermark->from, req, "from", 0, 0, 16383) &&
	       watermark_check_upload(watermark, req->work, body->file);
}

bool admin_tiers_set_watermark(struct request *req, struct response *res)
{
	const struct actor actor = admin_actor(req);
	struct tier_watermark watermark;
	struct tier tier;

	return find(&tier, req) && read_watermark(&watermark, req) &&
	       watermark_set(req->work, &actor, &tier, &watermark) &&
	       response_empty(res, 204);
}

bool admin_tiers_show_watermark(struct request *req, struct response *res)
{
	struct json *json = json_object(req->work->pool);
	struct tier_watermark watermark;
	struct tier tier;

	if (!find(&tier, req) ||
	    !watermark_find(&watermark, req->work, tier.id))
		return false;
	json_set_text(json, "position", watermark.position);
	json_set_int(json, "opacity", watermark.opacity);
	json_set_int(json, "scale", watermark.scale);
	json_set_int(json, "from", watermark.from);
	json_set_text(json, "png", watermark.png);
	return response_json(res, req, 200, json);
}

bool admin_tiers_remove_watermark(struct request *req, struct response *res)
{
	const struct actor actor = admin_actor(req);
	struct tier_watermark watermark;
	struct tier tier;

	return find(&tier, req) &&
	       watermark_find(&watermark, req->work, tier.id) &&
	       watermark_remove(req->work, &actor, &tier) &&
	       response_empty(res, 204);
}
