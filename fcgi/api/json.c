/* json.c: the JSON of images, variants, links, tokens and usage. */
#include "config.h"

#include "fcgi/api/json.h"

#include "fcgi/deliver.h"
#include "lib/base/clock.h"
#include "lib/base/conf.h"
#include "lib/base/json.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/model/image.h"
#include "lib/model/job.h"
#include "lib/model/link.h"
#include "lib/model/tier.h"
#include "lib/model/token.h"
#include "lib/model/user.h"
#include "lib/model/variant.h"
#include "lib/service/access.h"
#include "lib/service/json_view.h"
#include "lib/service/login.h"
#include "lib/service/public_url.h"

bool api_json_variant(struct json **json, struct request *req,
		      const struct image *image, const struct variant *variant)
{
	struct json *made = json_view_variant(req->work->pool, variant);
	bool ready = variant->status == VARIANT_READY;
	const char *url = NULL, *public_url;

	if ((ready && !deliver_url(&url, req, image->id, variant->variant,
				   variant->format, image->name)) ||
	    !public_url_variant(&public_url, req->work, image, variant))
		return false;
	json_set_text(made, "url", url);
	json_set_text(made, "public_url", public_url);
	*json = made;
	return true;
}

static bool add_original(struct json *json, struct request *req,
			 const struct tier *tier, const struct image *image)
{
	struct json *original = NULL;
	const char *url, *public_url;

	if (tier->original && image->format) {
		if (!deliver_url(&url, req, image->id, VARIANT_ORIGINAL,
				 image->format, image->name) ||
		    !public_url_original(&public_url, req->work, image))
			return false;
		original = json_object(req->work->pool);
		json_set_text(original, "url", url);
		json_set_text(original, "public_url", public_url);
	}
	json_set(json, "original", original);
	return true;
}

/* Lists only the variants that the tier allows now: a lowered tier applies to
   existing variants at once. */
static bool add_variants(struct json *json, struct request *req,
			 const struct tier *tier, const struct image *image,
			 const struct variant *variants, size_t count)
{
	struct json *array = json_array(req->work->pool);
	struct json *one;

	for (size_t i = 0; i < count; i++) {
		if (!uuid_equal(variants[i].image_id, image->id) ||
		    !access_has_variant(tier, variants[i].variant))
			continue;
		if (!api_json_variant(&one, req, image, &variants[i]))
			return false;
		json_push(array, one);
	}
	json_set(json, "variants", array);
	return true;
}

bool api_json_image(struct json **json, struct request *req,
		    const struct tier *tier, const struct image *image,
		    const struct variant *variants, size_t count,
		    const struct job *job)
{
	struct pool *pool = req->work->pool;
	struct json *made = json_view_image(pool, tier, image);

	if (!add_original(made, req, tier, image) ||
	    !add_variants(made, req, tier, image, variants, count))
		return false;
	json_set(made, "job", job ? json_view_job(req->work, job) : NULL);
	json_set(made, "error",
		 json_view_error(pool, image->error_code, image->error_detail));
	*json = made;
	return true;
}

struct json *api_json_usage(struct pool *pool, const struct user *user)
{
	struct json *json = json_object(pool);

	json_set_int(json, "images", user->used_images);
	json_set_int(json, "bytes", user->used_bytes);
	json_set_int(json, "uploads_today", user->uploads_today);
	return json;
}

struct json *api_json_token(struct pool *pool, const struct token *token)
{
	struct json *json = json_object(pool);

	json_set_text(json, "id", UUID_TEXT(token->id));
	json_set_text(json, "name", token->name);
	json_set(json, "scopes", json_words(pool, token->scopes));
	json_set_text(json, "created_at", clock_text(pool, token->created_at));
	json_set_text(json, "expires_at", clock_text(pool, token->expires_at));
	json_set_text(json, "last_used_at",
		      clock_text(pool, token->last_used_at));
	return json;
}

struct json *api_json_link(struct pool *pool, const struct link *link,
			   const char *url)
{
	struct json *json = json_object(pool);

	json_set_text(json, "id", UUID_TEXT(link->id));
	if (url)
		json_set_text(json, "url", url);
	json_set_text(json, "variant", link->variant);
	json_set_text(json, "created_at", clock_text(pool, link->created_at));
	json_set_text(json, "expires_at", clock_text(pool, link->expires_at));
	json_set_text(json, "revoked_at", clock_text(pool, link->revoked_at));
	return json;
}
