/* image_api.c: a dialect. Users with JSON Web Tokens, images in the sizes of
   the user's tier, and expiring links. */
#include "config.h"

#include <string.h>

#include "fcgi/compat/drf.h"
#include "fcgi/deliver.h"
#include "fcgi/routes.h"
#include "lib/base/clock.h"
#include "lib/base/json.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/model/variant.h"
#include "lib/service/access.h"
#include "lib/service/link.h"
#include "lib/service/login.h"
#include "lib/service/upload.h"

/* Bounds of a link's lifetime in seconds; the tier's bounds apply too. */
enum { EXPIRE_MIN = 300, EXPIRE_MAX = 30000 };

static const char link_path[] = "/api/image/expiring";

/* True if the request has a route and the route needs a token. */
static bool needs_token(const struct request *req)
{
	return req->route && req->route->need == NEED_BEARER;
}

/* Answers that a token is not valid: the credential, or the field `refresh`. */
static void refuse_token(struct response *res, struct request *req)
{
	struct pool *pool = req->work->pool;
	const char *expired = "Token is invalid or expired";
	const bool is_credential = needs_token(req);
	struct json *json = json_object(pool);
	struct json *messages = json_array(pool);
	struct json *message = json_object(pool);

	json_set_text(json, "detail",
		      is_credential ? "Given token not valid for any token type"
				    : expired);
	json_set_text(json, "code", "token_not_valid");
	if (is_credential) {
		json_set_text(message, "token_class", "AccessToken");
		json_set_text(message, "token_type", "access");
		json_set_text(message, "message", expired);
		json_push(messages, message);
		json_set(json, "messages", messages);
	}
	response_json(res, req, 401, json);
}

void image_api_problem(struct response *res, struct request *req)
{
	const bool sent_none = needs_token(req) && drf_has_no_credentials(req);

	if (req->work->err == ERR_UNAUTHENTICATED && !sent_none)
		refuse_token(res, req);
	else
		drf_problem(res, req, drf_status(req));
	if (res->status == 401)
		response_header(res, req->work->pool, "WWW-Authenticate",
				"Bearer realm=\"api\"");
}

bool image_api_token(struct request *req, struct response *res)
{
	struct work *work = req->work;
	struct json *json = json_object(work->pool);
	const char *username = drf_text(req, "username");
	const char *password = drf_text(req, "password");
	const char *access, *refresh;

	if (!drf_is_right(req))
		return false;
	if (!login_start_jwt(&access, &refresh, work, username, password))
		return work->err == ERR_WRONG_CREDENTIALS &&
		       fail(work, ERR_WRONG_CREDENTIALS,
			    "No active account found with the given "
			    "credentials");
	json_set_text(json, "refresh", refresh);
	json_set_text(json, "access", access);
	return response_json(res, req, 200, json);
}

bool image_api_refresh(struct request *req, struct response *res)
{
	struct json *json = json_object(req->work->pool);
	const char *refresh = drf_text(req, "refresh");
	const char *access;

	if (!drf_is_right(req) ||
	    !login_refresh_jwt(&access, req->work, refresh))
		return false;
	json_set_text(json, "access", access);
	return response_json(res, req, 200, json);
}

static bool may_link(const struct tier *tier)
{
	return tier->links && tier->original;
}

/* Finds a variant by its name. */
static const struct variant *find_variant(const struct variant *variants,
					  size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(variants[i].variant, name))
			return &variants[i];
	return NULL;
}

/* Makes the URL of the original or of a variant. If the file does not exist
   yet, the first use of the URL renders it. `url` is NULL if it cannot be
   rendered. */
static bool file_url(const char **url, struct request *req,
		     const struct image *image, const struct variant *variant,
		     const char *name)
{
	*url = NULL;
	if (!image->format || image->status == IMAGE_FAILED ||
	    (variant && variant->status == VARIANT_FAILED))
		return true;
	if (variant && variant->format)
		return deliver_url(url, req, image->id, name, variant->format,
				   image->name);
	return deliver_lazy_url(url, req, image, name) ||
	       req->work->err == ERR_NOT_FOUND; /* just deleted */
}

/* Adds all sizes of the tier, rendered or not. */
static bool add_thumbnails(struct json *json, struct request *req,
			   const struct image *image,
			   const struct variant *variants, size_t count)
{
	struct pool *pool = req->work->pool;
	struct json *thumbnails = json_array(pool);
	const char *name, *url;

	for (size_t i = 0; (name = text_word(pool, req->who->tier.sizes, i));
	     i++) {
		struct json *thumbnail = json_object(pool);
		struct recipe recipe;

		if (!recipe_parse(&recipe, req->work, name) ||
		    !file_url(&url, req, image,
			      find_variant(variants, count, name), name))
			return false;
		json_set_positive(thumbnail, "height", recipe.height);
		json_set_positive(thumbnail, "width", recipe.width);
		json_set_text(thumbnail, "file", url);
		json_push(thumbnails, thumbnail);
	}
	json_set(json, "thumbnails", thumbnails);
	return true;
}

static bool view(struct json **json, struct request *req,
		 const struct image *image, const struct variant *variants,
		 size_t count)
{
	struct pool *pool = req->work->pool;
	const struct tier *tier = &req->who->tier;
	struct json *made = json_object(pool);
	const char *url = NULL;

	if (tier->original && image->format &&
	    !deliver_url(&url, req, image->id, VARIANT_ORIGINAL, image->format,
			 image->name))
		return false;
	json_set_text(made, "name", image->name);
	json_set_text(made, "uuid", UUID_TEXT(image->id));
	json_set_text(made, "uploaded_at",
		      clock_text_us(pool, image->created_at));
	json_set_bool(made, "can_fetch_expiring_image", may_link(tier));
	json_set_text(made, "og_file", url);
	*json = made;
	return add_thumbnails(made, req, image, variants, count);
}

/* Takes the variants of this image off the end of the list, with those of later
   images. `variants` is sorted by image; `left` is the number that remains,
   `count` the number of this image's variants. */
static const struct variant *split_off(size_t *count, size_t *left,
				       const struct variant *variants,
				       struct uuid image_id)
{
	size_t end = *left;

	while (end && memcmp(&variants[end - 1].image_id, &image_id,
			     sizeof(image_id)) > 0)
		end--;
	*left = end;
	while (*left && uuid_equal(variants[*left - 1].image_id, image_id))
		--*left;
	*count = end - *left;
	return *count ? variants + *left : NULL;
}

bool image_api_list(struct request *req, struct response *res)
{
	struct work *work = req->work;
	struct page page;
	struct json *items = json_array(work->pool), *item;
	struct variant *variants = NULL;
	struct image *images;
	const struct variant *own;
	size_t count, own_count, left = 0;

	if (!drf_list_images(&images, &count, &page, req) ||
	    !variant_list_of(&variants, &left, work, images, count))
		return false;
	for (size_t i = 0; i < count; i++) {
		own = split_off(&own_count, &left, variants, images[i].id);
		if (!view(&item, req, &images[i], own, own_count))
			return false;
		json_push(items, item);
	}
	return page_answer_array(res, req, &page, items);
}

bool image_api_upload(struct request *req, struct response *res)
{
	struct work *work = req->work;
	struct upload upload = { .user = &req->who->user,
				 .tier = &req->who->tier };
	struct uploaded uploaded;
	struct json *json;

	drf_check_file(req, "file");
	upload.file = req->body.file;
	upload.name = drf_line(req, "name", IMAGE_NAME_MAX);
	if (!drf_is_right(req))
		return false;
	if (!upload_take(&uploaded, work, &upload))
		return drf_refuse_picture(req, "file");
	return view(&json, req, &uploaded.image, uploaded.variants,
		    uploaded.count) &&
	       response_json(res, req, 201, json);
}

/* Reads the lifetime of a link, within the bounds of image_api and of the
   tier. */
static void read_expire_time(int64_t *seconds, struct request *req)
{
	const struct tier *tier = &req->who->tier;
	int64_t min = tier->link_min > EXPIRE_MIN ? tier->link_min : EXPIRE_MIN;
	int64_t max = tier->link_max < EXPIRE_MAX ? tier->link_max : EXPIRE_MAX;

	if (drf_int(seconds, req, "expire_time") &&
	    (*seconds < min || *seconds > max))
		drf_wrong(req, "expire_time",
			  pool_printf(req->work->pool,
				      "'expire_time' must be in range %lld, "
				      "%lld",
				      (long long)min, (long long)max));
}

static bool find_image(struct image *image, struct request *req,
		       struct uuid uuid)
{
	return access_image(image, req->work, req->who->user.id,
			    UUID_TEXT(uuid)) ||
	       (req->work->err == ERR_NOT_FOUND &&
		fail(req->work, ERR_NOT_FOUND,
		     "Image with specified uuid does not exist"));
}

bool image_api_link(struct request *req, struct response *res)
{
	struct work *work = req->work;
	const struct tier *tier = &req->who->tier;
	struct json *json = json_object(work->pool);
	struct uuid uuid = { 0 };
	struct image image;
	struct link link;
	int64_t seconds = 0;
	const char *url;

	if (!may_link(tier))
		return fail(work, ERR_TIER_FORBIDS,
			    "the tier %s has no expiring links of originals",
			    tier->name);
	read_expire_time(&seconds, req);
	drf_uuid(&uuid, req, "uuid");
	if (!drf_is_right(req) || !find_image(&image, req, uuid) ||
	    !link_create(&link, &url, work, tier, &image, VARIANT_ORIGINAL,
			 seconds))
		return false;
	url = link_url_at(work, url, link_path);
	json_set_int(json, "expire_time", seconds);
	json_set_text(json, "url", url);
	response_json(res, req, 201, json);
	response_header(res, work->pool, "Location", url);
	return true;
}

bool image_api_open(struct request *req, struct response *res)
{
	if (links_open(req, res))
		return true;
	switch (req->work->err) {
	case ERR_BAD_SIGNATURE:
	case ERR_LINK_EXPIRED:
	case ERR_LINK_REVOKED:
	case ERR_NOT_FOUND:
		return fail(req->work, ERR_BAD_SIGNATURE,
			    "url is invalid or expired");
	default:
		return false;
	}
}
