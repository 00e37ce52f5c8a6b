/* json_view.c: the JSON of images and jobs, without signed URLs. */
#include "config.h"

#include "lib/service/json_view.h"

#include "lib/base/clock.h"
#include "lib/base/conf.h"
#include "lib/base/json.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/model/image.h"
#include "lib/model/image_tags.h"
#include "lib/model/job.h"
#include "lib/model/tier.h"
#include "lib/model/variant.h"

struct json *json_view_error(struct pool *pool, const char *code,
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

/* NULL becomes null. */
static struct json *focus_json(struct pool *pool,
			       const struct image_focus *focus)
{
	struct json *json;

	if (!focus->is_set)
		return NULL;
	json = json_array(pool);
	json_push_decimal(json, focus->x, IMAGE_FOCUS_DECIMALS);
	json_push_decimal(json, focus->y, IMAGE_FOCUS_DECIMALS);
	return json;
}

static struct json *view_tags(struct pool *pool, const char *tags)
{
	struct json *array = json_array(pool);
	const char *tag;

	while ((tag = image_tags_next(&tags, pool)))
		json_push_text(array, tag);
	return array;
}

static struct json *view_camera(struct pool *pool, const struct metadata *m)
{
	struct json *json;

	if (!m->make && !m->model)
		return NULL;
	json = json_object(pool);
	json_set_text(json, "make", m->make);
	json_set_text(json, "model", m->model);
	return json;
}

/* Where a picture was taken may be where somebody lives: only the tier's users
   get it, of their own images. */
static struct json *view_gps(struct pool *pool, const struct tier *tier,
			     const struct metadata *m)
{
	struct json *json;

	if (!tier->exif || !m->has_gps)
		return NULL;
	json = json_object(pool);
	json_set_decimal(json, "latitude", m->latitude_e7, 7);
	json_set_decimal(json, "longitude", m->longitude_e7, 7);
	return json;
}

struct json *json_view_image(struct pool *pool, const struct tier *tier,
			     const struct image *image)
{
	const struct metadata *metadata = &image->metadata;
	struct json *json = json_object(pool);
	char sum[2 * sizeof(image->sha256) + 1];

	text_hex(sum, image->sha256, sizeof(image->sha256));
	json_set_text(json, "id", UUID_TEXT(image->id));
	json_set_text(json, "name", image->name);
	json_set_text(json, "status", image_status_name(image->status));
	json_set_text(json, "format", image->format);
	json_set_positive(json, "width", image->width);
	json_set_positive(json, "height", image->height);
	json_set_positive(json, "bytes", image->bytes);
	json_set_text(json, "sha256", image->format ? sum : NULL);
	json_set_text(json, "alt", image->alt);
	json_set(json, "tags", view_tags(pool, image->tags));
	json_set_text(json, "taken_at", metadata->taken_at);
	json_set(json, "camera", view_camera(pool, metadata));
	json_set(json, "gps", view_gps(pool, tier, metadata));
	json_set_text(json, "copyright", metadata->copyright);
	json_set_text(json, "creator", metadata->creator);
	json_set_text(json, "placeholder", image->placeholder);
	json_set_text(json, "color", image->color);
	json_set_text(json, "created_at", clock_text(pool, image->created_at));
	json_set_bool(json, "may_link", tier->links);
	json_set_bool(json, "public", image->public);
	json_set(json, "focus", focus_json(pool, &image->focus));
	return json;
}

struct json *json_view_variant(struct pool *pool, const struct variant *variant)
{
	struct json *json = json_object(pool);

	json_set_text(json, "variant", variant->variant);
	json_set_text(json, "status", variant_status_name(variant->status));
	json_set_text(json, "format", variant->format);
	json_set_positive(json, "width", variant->width);
	json_set_positive(json, "height", variant->height);
	json_set_positive(json, "bytes", variant->bytes);
	return json;
}

/* The result of a resize is a file; the result of a render job is the image
   with its variants. */
static const char *result_url(struct work *work, const struct job *job)
{
	struct pool *pool = work->pool;
	const char *base = work->conf->base_url;

	if (uuid_is_nil(job->image_id) || job->state != JOB_DONE)
		return NULL;
	if (job->variant)
		return pool_printf(pool, "%s/v1/jobs/%s/result", base,
				   UUID_TEXT(job->id));
	return pool_printf(pool, "%s/v1/images/%s", base,
			   UUID_TEXT(job->image_id));
}

struct json *json_view_job(struct work *work, const struct job *job)
{
	struct pool *pool = work->pool;
	struct json *json = json_object(pool);
	bool has_image = !uuid_is_nil(job->image_id);

	json_set_text(json, "id", UUID_TEXT(job->id));
	json_set_text(json, "kind", job_kind_name(job->kind));
	json_set_text(json, "state", job_state_name(job->state));
	json_set_text(json, "priority", job_priority_name(job->priority));
	json_set_int(json, "attempts", job->attempts);
	json_set_int(json, "max_attempts", job->max_attempts);
	json_set_text(json, "created_at", clock_text(pool, job->created_at));
	json_set_text(json, "started_at", clock_text(pool, job->started_at));
	json_set_text(json, "finished_at", clock_text(pool, job->finished_at));
	json_set(json, "error",
		 json_view_error(pool, job->error_code, job->error_detail));
	json_set_text(json, "image",
		      has_image ? UUID_TEXT(job->image_id) : NULL);
	json_set_text(json, "result_url", result_url(work, job));
	return json;
}
