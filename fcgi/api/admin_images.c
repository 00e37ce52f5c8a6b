/* admin_images.c: the routes under /v1/admin/images. */
#include "config.h"

#include "fcgi/api/admin.h"
#include "fcgi/api/json.h"
#include "fcgi/page.h"
#include "fcgi/response.h"
#include "fcgi/routes.h"
#include "lib/base/json.h"
#include "lib/base/pool.h"
#include "lib/model/image_search.h"
#include "lib/model/tier.h"
#include "lib/model/user.h"
#include "lib/model/variant.h"
#include "lib/service/access.h"
#include "lib/service/admin.h"

static struct json *owner_json(struct pool *pool, const struct user *owner)
{
	struct json *json = json_object(pool);

	json_set_text(json, "id", UUID_TEXT(owner->id));
	json_set_text(json, "username", owner->username);
	return json;
}

/* Makes the JSON that the owner gets, and adds the owner. */
static bool image_json(struct json **json, struct request *req,
		       const struct user *owner, const struct tier *tier,
		       const struct image *image,
		       const struct variant *variants, size_t count)
{
	if (!api_json_image(json, req, tier, image, variants, count, NULL))
		return false;
	json_set(*json, "user", owner_json(req->work->pool, owner));
	return true;
}

/* The images of a page, and what is read once for all of them. */
struct listed {
	struct image *images;
	struct variant *variants;
	struct user *owners; /* owners[i] of images[i] */
	struct tier *tiers;
	size_t count, variant_count, tier_count;
};

/* Reads each owner once. */
static bool find_owner(struct listed *listed, struct work *work, size_t index)
{
	const struct uuid id = listed->images[index].user_id;

	for (size_t i = 0; i < index; i++)
		if (uuid_equal(listed->owners[i].id, id)) {
			listed->owners[index] = listed->owners[i];
			return true;
		}
	return user_find(&listed->owners[index], work, id);
}

static const struct tier *tier_of(const struct listed *listed,
				  const struct user *owner)
{
	for (size_t i = 0; i < listed->tier_count; i++)
		if (uuid_equal(listed->tiers[i].id, owner->tier_id))
			return &listed->tiers[i];
	return NULL;
}

/* An image whose owner got a tier after the tiers were read shows up in the
   next list. */
static bool add_items(struct json *items, struct request *req,
		      const struct listed *listed)
{
	struct json *item;

	for (size_t i = 0; i < listed->count; i++) {
		const struct user *owner = &listed->owners[i];
		const struct tier *tier = tier_of(listed, owner);

		if (!tier)
			continue;
		if (!image_json(&item, req, owner, tier, &listed->images[i],
				listed->variants, listed->variant_count))
			return false;
		json_push(items, item);
	}
	return true;
}

static bool read_rest(struct listed *listed, struct work *work)
{
	listed->owners = pool_alloc(
		work->pool, (listed->count + 1) * sizeof(*listed->owners));
	for (size_t i = 0; i < listed->count; i++)
		if (!find_owner(listed, work, i))
			return false;
	return tier_list(&listed->tiers, &listed->tier_count, work) &&
	       variant_list_of(&listed->variants, &listed->variant_count, work,
			       listed->images, listed->count);
}

static bool read_filter(struct image_filter *filter, struct page *page,
			struct request *req)
{
	*filter = (struct image_filter){ .name = request_query(req, "name") };
	if (!page_read(page, req) ||
	    !image_status_read(&filter->status, req->work,
			       request_query(req, "status")) ||
	    !access_user(&filter->user_id, req->work,
			 request_query(req, "user")))
		return false;
	filter->before = page->before;
	filter->limit = page->row_limit;
	return true;
}

bool admin_images_list(struct request *req, struct response *res)
{
	struct work *work = req->work;
	struct json *items = json_array(work->pool);
	struct listed listed = { 0 };
	struct image_filter filter;
	struct page page;

	if (!read_filter(&filter, &page, req) ||
	    !(filter.name ? image_search(&listed.images, &listed.count,
					 &page.last, work, &filter)
			  : image_list(&listed.images, &listed.count, work,
				       &filter)))
		return false;
	if (page_cut(&page, &listed.count))
		page.last = listed.images[listed.count - 1].id;
	return read_rest(&listed, work) && add_items(items, req, &listed) &&
	       page_answer(res, req, &page, items);
}

static bool find(struct image *image, struct request *req)
{
	struct uuid id;

	return access_id(&id, req->work, "image", req->param[0]) &&
	       image_find(image, req->work, id);
}

bool admin_images_show(struct request *req, struct response *res)
{
	struct work *work = req->work;
	struct variant *variants;
	struct image image;
	struct user owner;
	struct tier tier;
	struct json *json;
	size_t count;

	return find(&image, req) &&
	       tier_of_user(&owner, &tier, work, image.user_id) &&
	       variant_list(&variants, &count, work, image.id) &&
	       image_json(&json, req, &owner, &tier, &image, variants, count) &&
	       response_json(res, req, 200, json);
}

bool admin_images_delete(struct request *req, struct response *res)
{
	const struct actor actor = admin_actor(req);
	struct image image;

	return find(&image, req) &&
	       admin_delete_image(req->work, &actor, &image) &&
	       response_empty(res, 204);
}
