/* imagify.c: a dialect. Thumbnails that are rendered at first use; users
   authenticate by Basic or a session. */
#include "config.h"

#include <string.h>

#include "fcgi/compat/drf.h"
#include "fcgi/deliver.h"
#include "fcgi/routes.h"
#include "fcgi/upload.h"
#include "lib/base/clock.h"
#include "lib/base/conf.h"
#include "lib/base/json.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/service/access.h"
#include "lib/service/link.h"
#include "lib/service/login.h"
#include "lib/service/upload.h"

/* Bounds of a link's lifetime in seconds. */
enum { LINK_MIN = 30, LINK_MAX = 30000 };

/* Texts for which its clients expect other words than those of drf.h. */
static const char *own_detail(struct request *req)
{
	switch (req->work->err) {
	case ERR_UNAUTHENTICATED:
		return "Authentication credentials were not provided.";
	case ERR_WRONG_CREDENTIALS:
		return "Invalid username/password.";
	case ERR_FORBIDDEN: /* only from csrf_check() of a session */
		return pool_printf(req->work->pool, "CSRF Failed: %s.",
				   response_detail(req));
	case ERR_NOT_FOUND:
		return "Not found.";
	default:
		return NULL;
	}
}

static int own_status(struct request *req)
{
	switch (req->work->err) {
	case ERR_UNAUTHENTICATED:
	case ERR_WRONG_CREDENTIALS:
		return 403;
	case ERR_BAD_SIGNATURE: /* an unknown alias */
		return 410;
	default:
		return drf_status(req);
	}
}

void imagify_problem(struct response *res, struct request *req)
{
	struct json *json = json_object(req->work->pool);
	const char *detail = own_detail(req);
	int status = own_status(req);

	if (status == 410)
		json_set_text(json, "msg", "Link has expired");
	else if (detail)
		json_set_text(json, "detail", detail);
	else {
		drf_problem(res, req, status);
		return;
	}
	response_json(res, req, status, json);
}

/* The images */

static bool add_url(struct json *json, struct request *req, const char *key,
		    const struct image *image, const char *variant)
{
	const char *url;

	if (!deliver_lazy_url(&url, req, image, variant))
		return req->work->err == ERR_NOT_FOUND; /* just deleted */
	json_set_text(json, key, url);
	return true;
}

/* Adds a URL for each height of the tier; its other sizes have no field
   here. */
static bool add_thumbnails(struct json *json, struct request *req,
			   const struct image *image)
{
	struct pool *pool = req->work->pool;
	const char *size;
	int64_t height;

	for (size_t i = 0; (size = text_word(pool, req->who->tier.sizes, i));
	     i++)
		if (*size == 'h' && text_int(&height, size + 1, 1, INT32_MAX) &&
		    !add_url(json, req,
			     pool_printf(pool, "thumbnail_%s", size + 1), image,
			     size))
			return false;
	return true;
}

static bool view(struct json **json, struct request *req,
		 const struct image *image)
{
	struct pool *pool = req->work->pool;
	struct json *made = json_object(pool);

	json_set_text(made, "id", UUID_TEXT(image->id));
	json_set_text(made, "uploaded_at",
		      clock_text_us(pool, image->created_at));
	if (req->who->tier.original &&
	    !add_url(made, req, "original_file", image, VARIANT_ORIGINAL))
		return false;
	*json = made;
	return add_thumbnails(made, req, image);
}

/* Leaves out images whose file is not fetched yet. */
bool imagify_list(struct request *req, struct response *res)
{
	struct page page;
	struct json *array = json_array(req->work->pool), *one;
	struct image *images;
	size_t count;

	if (!drf_list_images(&images, &count, &page, req))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!images[i].format)
			continue;
		if (!view(&one, req, &images[i]))
			return false;
		json_push(array, one);
	}
	return page_answer_array(res, req, &page, array);
}

bool imagify_upload(struct request *req, struct response *res)
{
	struct work *work = req->work;
	struct upload upload = { .user = &req->who->user,
				 .tier = &req->who->tier };
	struct uploaded uploaded;
	struct json *json;

	drf_check_file(req, "original_file");
	if (!drf_is_right(req))
		return false;
	upload.name = upload_name(work->pool, req->body.filename);
	upload.file = req->body.file;
	if (!upload_take(&uploaded, work, &upload))
		return drf_refuse_picture(req, "original_file");
	return view(&json, req, &uploaded.image) &&
	       response_json(res, req, 201, json);
}

/* The links */

static bool read_seconds(int64_t *seconds, struct request *req,
			 const struct tier *tier)
{
	static const char field[] = "expires_in";
	struct pool *pool = req->work->pool;

	if (!drf_int(seconds, req, field))
		return drf_is_right(req);
	if (*seconds < tier->link_min)
		drf_wrong(req, field,
			  pool_printf(pool,
				      "Ensure this value is greater than or "
				      "equal to %lld.",
				      (long long)tier->link_min));
	else if (*seconds > tier->link_max)
		drf_wrong(req, field,
			  pool_printf(pool,
				      "Ensure this value is less than or "
				      "equal to %lld.",
				      (long long)tier->link_max));
	return drf_is_right(req);
}

/* LINK_MAX and the tier both limit the longest lifetime. The tier's shortest
   lifetime does not apply. */
bool imagify_link(struct request *req, struct response *res)
{
	struct work *work = req->work;
	struct json *json = json_object(work->pool);
	struct tier tier = req->who->tier;
	struct image image;
	const char *alias, *url;
	int64_t seconds;

	tier.link_min = LINK_MIN;
	if (tier.link_max > LINK_MAX)
		tier.link_max = LINK_MAX;
	if (!link_is_allowed(work, &tier) ||
	    !access_image(&image, work, req->who->user.id, req->param[0]) ||
	    !read_seconds(&seconds, req, &tier) ||
	    !link_create_alias(&alias, work, &tier, &image, seconds))
		return false;
	url = pool_printf(work->pool, "%s/images/link/%s/",
			  work->conf->base_url, alias);
	json_set_text(json, "url", url);
	response_json(res, req, 201, json);
	response_header(res, work->pool, "Location", url);
	return true;
}

/* The links of an image are deleted with it; then the alias counts as
   expired. */
bool imagify_open(struct request *req, struct response *res)
{
	struct signed_link signed_link;

	if (!link_open(&signed_link, req->work, req->param[0], ""))
		return false;
	if (link_is_revoked(req->revoked, req->work, signed_link.link_id))
		return fail(req->work, ERR_LINK_REVOKED,
			    "the link was revoked by its owner");
	return deliver(res, req, signed_link.image_id, signed_link.variant,
		       link_format_name(&signed_link), "image",
		       link_seconds_left(req->work, &signed_link)) ||
	       (req->work->err == ERR_NOT_FOUND &&
		fail(req->work, ERR_LINK_REVOKED,
		     "the image of the link was deleted"));
}
