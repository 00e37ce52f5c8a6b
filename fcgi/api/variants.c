/* variants.c: the variants of an image. */
#include "config.h"

#include <string.h>

#include "fcgi/api/json.h"
#include "fcgi/deliver.h"
#include "fcgi/response.h"
#include "fcgi/routes.h"
#include "lib/base/conf.h"
#include "lib/base/json.h"
#include "lib/base/pool.h"
#include "lib/model/variant.h"
#include "lib/service/access.h"
#include "lib/service/login.h"
#include "lib/service/variant_make.h"

/* Finds the image; fails if the caller's tier does not allow this variant. */
static bool find_allowed(struct image *image, struct request *req,
			 const char *variant)
{
	return access_image(image, req->work, req->who->user.id,
			    req->param[0]) &&
	       access_check_variant(req->work, &req->who->tier, variant);
}

/* True if Accept may select the format of the variant. */
static bool is_negotiable(const struct request *req, const char *name,
			  const struct image *image)
{
	return req->work->conf->negotiate == SWITCH_ON &&
	       !variant_is_original(name) && !strchr(name, '.') &&
	       image->format &&
	       (!strcmp(image->format, "jpeg") ||
		!strcmp(image->format, "png"));
}

static bool answer_variant(struct request *req, struct response *res,
			   int status, const struct image *image,
			   const struct variant *variant)
{
	struct json *json;

	if (!api_json_variant(&json, req, image, variant))
		return false;
	response_json(res, req, status, json);
	if (status == 202)
		response_header(res, req->work->pool, "Retry-After", "1");
	return true;
}

static bool check_made(struct work *work, const struct image *image,
		       const struct variant *variant)
{
	if (variant->status != VARIANT_FAILED)
		return true;
	return fail(work,
		    image->error_code ? err_by_code(image->error_code)
				      : ERR_CORRUPT_IMAGE,
		    "%s",
		    image->error_detail ? image->error_detail
					: "the variant could not be rendered");
}

/* Answers for an original that is still being fetched, or whose fetch
   failed. */
static bool answer_unfetched(struct request *req, struct response *res,
			     const struct image *image)
{
	const struct variant original = { .variant = VARIANT_ORIGINAL,
					  .status = VARIANT_PROCESSING };

	if (image->error_code)
		return fail(req->work, err_by_code(image->error_code), "%s",
			    image->error_detail);
	return answer_variant(req, res, 202, image, &original);
}

bool variants_show(struct request *req, struct response *res)
{
	const char *name = req->param[1];
	struct work *work = req->work;
	struct image image;
	struct variant variant;

	if (!find_allowed(&image, req, name))
		return false;
	if (is_negotiable(req, name, &image)) {
		response_vary(res, work->pool, "Accept");
		if (request_accepts(req, "image/webp"))
			name = pool_printf(work->pool, "%s.webp", name);
	}
	if (variant_is_original(name) && !image.format)
		return answer_unfetched(req, res, &image);
	if (variant_is_original(name))
		return deliver(res, req, image.id, name, image.format,
			       image.name, 0);
	if (!variant_make(&variant, work, &image, name,
			  req->who->tier.priority) ||
	    !check_made(work, &image, &variant))
		return false;
	if (variant.status == VARIANT_READY)
		return deliver(res, req, image.id, name, variant.format,
			       image.name, 0);
	return answer_variant(req, res, 202, &image, &variant);
}

bool variants_create(struct request *req, struct response *res)
{
	static const char *const known[] = { "variant", NULL };
	struct work *work = req->work;
	const char *name;
	struct image image;
	struct variant variant;

	if (!json_only(req->body.json, work, known) ||
	    !json_get_text(&name, work, req->body.json, "variant", 1,
			   VARIANT_NAME_MAX))
		return false;
	if (variant_is_original(name))
		return fail_field(work, "variant",
				  "variant: a recipe such as h200 is "
				  "expected; the original needs no request");
	if (!find_allowed(&image, req, name) ||
	    !variant_make(&variant, work, &image, name,
			  req->who->tier.priority) ||
	    !check_made(work, &image, &variant))
		return false;
	return answer_variant(req, res,
			      variant.status == VARIANT_PROCESSING ? 202 : 201,
			      &image, &variant);
}
