/* view.c: the JSON of images, jobs, links, tiers and tokens. */
#include "config.h"

#include "fcgi/api/view.h"

#include <string.h>

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
#include "lib/model/variant.h"
#include "lib/service/access.h"
#include "lib/service/login.h"

static void set_size(struct json *json, const char *key, int64_t size)
{
	if (size)
		json_set_int(json, key, size);
	else
		json_set_null(json, key);
}

bool view_variant(struct json **json, struct request *req,
		  const struct image *image, const struct variant *variant)
{
	struct json *made = json_object(req->work->pool);
	bool ready = !strcmp(variant->status, "ready");
	const char *url = NULL;

	if (ready && !deliver_url(&url, req, image->id, variant->variant,
				  variant->format, image->name))
		return false;
	json_set_text(made, "variant", variant->variant);
	json_set_text(made, "status", variant->status);
	json_set_text(made, "format", variant->format);
	set_size(made, "width", variant->width);
	set_size(made, "height", variant->height);
	set_size(made, "bytes", variant->bytes);
	json_set_text(made, "url", url);
	*json = made;
	return true;
}

static bool add_original(struct json *json, struct request *req,
			 const struct image *image)
{
	struct json *original = NULL;
	const char *url;

	if (req->who->tier.original && image->format) {
		if (!deliver_url(&url, req, image->id, "original",
				 image->format, image->name))
			return false;
		original = json_object(req->work->pool);
		json_set_text(original, "url", url);
	}
	json_set(json, "original", original);
	return true;
}

/* Only what the tier allows now: a lowered tier loses access at once. */
static bool add_variants(struct json *json, struct request *req,
			 const struct image *image,
			 const struct variant *variants, size_t count)
{
	struct json *array = json_array(req->work->pool);
	struct json *one;

	for (size_t i = 0; i < count; i++) {
		if (!uuid_equal(variants[i].image_id, image->id) ||
		    !access_has_variant(&req->who->tier, variants[i].variant))
			continue;
		if (!view_variant(&one, req, image, &variants[i]))
			return false;
		json_push(array, one);
	}
	json_set(json, "variants", array);
	return true;
}

static struct json *view_error(struct pool *pool, const char *code,
			       const char *detail)
{
	struct json *json;

	if (!code)
		return NULL;
	json = json_object(pool);
	json_set_text(json, "code", code);
	json_set_text(json, "detail", detail);
	return json;
}

bool view_image(struct json **json, struct request *req,
		const struct image *image, const struct variant *variants,
		size_t count, const struct job *job)
{
	struct pool *pool = req->work->pool;
	struct json *made = json_object(pool);
	char sum[2 * sizeof(image->sha256) + 1];

	text_hex(sum, image->sha256, sizeof(image->sha256));
	json_set_text(made, "id", UUID_TEXT(image->id));
	json_set_text(made, "name", image->name);
	json_set_text(made, "status", image->status);
	json_set_text(made, "format", image->format);
	set_size(made, "width", image->width);
	set_size(made, "height", image->height);
	set_size(made, "bytes", image->bytes);
	json_set_text(made, "sha256", image->format ? sum : NULL);
	json_set_text(made, "created_at", clock_text(pool, image->created_at));
	json_set_bool(made, "may_link", req->who->tier.links);
	if (!add_original(made, req, image) ||
	    !add_variants(made, req, image, variants, count))
		return false;
	json_set(made, "job", job ? view_job(req, job) : NULL);
	json_set(made, "error",
		 view_error(pool, image->error_code, image->error_detail));
	*json = made;
	return true;
}

/* A resize's result is a picture, a render's an image with all its variants. */
static const char *result_url(struct request *req, const struct job *job)
{
	struct pool *pool = req->work->pool;
	const char *base = req->work->conf->base_url;

	if (uuid_is_nil(job->image_id) || strcmp(job->state, "done"))
		return NULL;
	if (job->variant)
		return pool_printf(pool, "%s/v1/jobs/%s/result", base,
				   UUID_TEXT(job->id));
	return pool_printf(pool, "%s/v1/images/%s", base,
			   UUID_TEXT(job->image_id));
}

struct json *view_job(struct request *req, const struct job *job)
{
	struct pool *pool = req->work->pool;
	struct json *json = json_object(pool);
	bool has_image = !uuid_is_nil(job->image_id);

	json_set_text(json, "id", UUID_TEXT(job->id));
	json_set_text(json, "kind", job->kind);
	json_set_text(json, "state", job->state);
	json_set_text(json, "priority", tier_priority_name(job->priority));
	json_set_int(json, "attempts", job->attempts);
	json_set_int(json, "max_attempts", job->max_attempts);
	json_set_text(json, "created_at", clock_text(pool, job->created_at));
	json_set_text(json, "started_at", clock_text(pool, job->started_at));
	json_set_text(json, "finished_at", clock_text(pool, job->finished_at));
	json_set(json, "error",
		 view_error(pool, job->error_code, job->error_detail));
	json_set_text(json, "image",
		      has_image ? UUID_TEXT(job->image_id) : NULL);
	json_set_text(json, "result_url", result_url(req, job));
	return json;
}

static void set_limit(struct json *json, const char *key, int64_t limit)
{
	if (limit == TIER_NO_LIMIT)
		json_set_null(json, key);
	else
		json_set_int(json, key, limit);
}

static struct json *view_words(struct pool *pool, const char *words)
{
	struct json *array = json_array(pool);
	const char *word;

	for (size_t i = 0; (word = tier_word(pool, words, i)); i++)
		json_push_text(array, word);
	return array;
}

struct json *view_tier(struct pool *pool, const struct tier *tier)
{
	struct json *json = json_object(pool);

	json_set_text(json, "id", UUID_TEXT(tier->id));
	json_set_text(json, "name", tier->name);
	json_set(json, "sizes", view_words(pool, tier->sizes));
	json_set_bool(json, "any_size", tier->any_size);
	json_set_int(json, "max_side", tier->max_side);
	json_set_bool(json, "original", tier->original);
	json_set_bool(json, "links", tier->links);
	json_set_int(json, "link_min", tier->link_min);
	json_set_int(json, "link_max", tier->link_max);
	set_limit(json, "max_bytes", tier->max_bytes);
	set_limit(json, "max_pixels", tier->max_pixels);
	set_limit(json, "quota_bytes", tier->quota_bytes);
	set_limit(json, "uploads_per_day", tier->uploads_per_day);
	set_limit(json, "requests_per_minute", tier->requests_per_minute);
	json_set_text(json, "priority", tier_priority_name(tier->priority));
	set_limit(json, "retention_days", tier->retention_days);
	json_set_bool(json, "fetch", tier->fetch);
	json_set_bool(json, "animated", tier->animated);
	json_set(json, "formats", view_words(pool, tier->formats));
	return json;
}

struct json *view_token(struct pool *pool, const struct token *token)
{
	struct json *json = json_object(pool);

	json_set_text(json, "id", UUID_TEXT(token->id));
	json_set_text(json, "name", token->name);
	json_set(json, "scopes", view_words(pool, token->scopes));
	json_set_text(json, "created_at", clock_text(pool, token->created_at));
	json_set_text(json, "expires_at", clock_text(pool, token->expires_at));
	json_set_text(json, "last_used_at",
		      clock_text(pool, token->last_used_at));
	return json;
}

struct json *view_link(struct pool *pool, const struct link *link,
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
