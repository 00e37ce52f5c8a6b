/* links.c: expiring links. Owners create them, anyone can open them. */
#include "config.h"

#include "fcgi/api/json.h"
#include "fcgi/deliver.h"
#include "fcgi/page.h"
#include "fcgi/response.h"
#include "fcgi/routes.h"
#include "lib/base/json.h"
#include "lib/base/pool.h"
#include "lib/model/variant.h"
#include "lib/service/access.h"
#include "lib/service/link.h"
#include "lib/service/login.h"
#include "lib/service/variant_make.h"

bool links_create(struct request *req, struct response *res)
{
	static const char *const known[] = { "variant", "expires_in", NULL };
	struct work *work = req->work;
	const struct tier *tier = &req->who->tier;
	const char *variant = VARIANT_ORIGINAL, *url;
	struct image image;
	struct link link;
	int64_t expires_in;

	if (!json_only(req->body.json, work, known) ||
	    (json_has(req->body.json, "variant") &&
	     !json_get_text(&variant, work, req->body.json, "variant", 1,
			    VARIANT_NAME_MAX)) ||
	    !access_image(&image, work, req->who->user.id, req->param[0]) ||
	    !link_is_allowed(work, tier) ||
	    !json_get_int(&expires_in, work, req->body.json, "expires_in",
			  tier->link_min, tier->link_max) ||
	    !link_create(&link, &url, work, tier, &image, variant, expires_in))
		return false;
	response_json(res, req, 201, api_json_link(work->pool, &link, url));
	response_header(res, work->pool, "Location", url);
	return true;
}

bool links_list(struct request *req, struct response *res)
{
	struct work *work = req->work;
	struct json *items = json_array(work->pool);
	struct image image;
	struct page page;
	struct link *links;
	size_t count;

	if (!page_read(&page, req) ||
	    !access_image(&image, work, req->who->user.id, req->param[0]) ||
	    !link_list(&links, &count, work, image.id, page.before,
		       page.row_limit))
		return false;
	if (page_cut(&page, &count))
		page.last = links[count - 1].id;
	for (size_t i = 0; i < count; i++)
		json_push(items, api_json_link(work->pool, &links[i], NULL));
	return page_answer(res, req, &page, items);
}

bool links_delete(struct request *req, struct response *res)
{
	struct uuid id;

	return access_id(&id, req->work, "link", req->param[0]) &&
	       link_revoke(req->work, req->who->user.id, id) &&
	       response_empty(res, 204);
}

static bool deliver_shared(struct response *res, struct request *req,
			   const struct signed_link *signed_link,
			   const char *file_name)
{
	return deliver(res, req, signed_link->image_id, signed_link->variant,
		       link_format_name(signed_link), file_name,
		       link_seconds_left(req->work, signed_link));
}

/* Renders a variant again that was deleted to save space, or that has an old
   watermark. */
static bool make_again(struct work *work, const struct signed_link *signed_link)
{
	struct image image;
	struct variant variant;

	if (variant_is_original(signed_link->variant) ||
	    !image_find(&image, work, signed_link->image_id) ||
	    !variant_make(&variant, work, &image, signed_link->variant,
			  JOB_HIGH))
		return false;
	if (variant.status == VARIANT_FAILED)
		return fail(work, ERR_NOT_FOUND,
			    "the file of the picture does not exist any more");
	if (variant.status == VARIANT_PROCESSING)
		return fail(work, ERR_UNAVAILABLE,
			    "the picture is being rendered again; retry later");
	return true;
}

/* Another process may have deleted it again, because the focus or the watermark
   has changed. */
static bool deliver_made(struct response *res, struct request *req,
			 const struct signed_link *signed_link,
			 const char *file_name)
{
	if (deliver_shared(res, req, signed_link, file_name))
		return true;
	return req->work->err == ERR_NOT_FOUND &&
	       fail(req->work, ERR_UNAVAILABLE,
		    "the picture is being rendered again; retry later");
}

bool links_open(struct request *req, struct response *res)
{
	struct work *work = req->work;
	const char *file_name = req->param[1];
	struct signed_link signed_link;

	if (!link_open(&signed_link, work, req->param[0], file_name))
		return false;
	if (signed_link.purpose == LINK_PURPOSE_LINK &&
	    link_is_revoked(req->revoked, work, signed_link.link_id))
		return fail(work, ERR_LINK_REVOKED,
			    "the owner revoked the link");
	if (!variant_is_original(signed_link.variant) &&
	    link_has_watermarks(req->revoked, work))
		return make_again(work, &signed_link) &&
		       deliver_made(res, req, &signed_link, file_name);
	return deliver_shared(res, req, &signed_link, file_name) ||
	       (work->err == ERR_NOT_FOUND && make_again(work, &signed_link) &&
		deliver_made(res, req, &signed_link, file_name));
}
