/* upload.c: stores an uploaded image and makes its variants. */
#include "config.h"

#include "lib/service/upload.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/conf.h"
#include "lib/base/log.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/db/db.h"
#include "lib/model/image_match.h"
#include "lib/model/image_tags.h"
#include "lib/picture/probe.h"
#include "lib/process/metric.h"
#include "lib/service/access.h"
#include "lib/service/budget.h"
#include "lib/service/variant_render.h"
#include "lib/service/webhook_queue.h"

/* clang-format off */
static const char *const on_duplicate_names[] = {
	[ON_DUPLICATE_KEEP]   = "keep",
	[ON_DUPLICATE_RETURN] = "return",
};
/* clang-format on */

const struct names on_duplicates = NAMES_OF(on_duplicate_names);

int64_t upload_max_bytes(const struct conf *conf, const struct tier *tier)
{
	int64_t max = conf->max_upload;

	return tier->max_bytes != TIER_NO_LIMIT && tier->max_bytes < max
		       ? tier->max_bytes
		       : max;
}

const char *upload_name(struct pool *pool, const char *filename)
{
	if (!*filename)
		filename = "image";
	return pool_strndup(pool, filename, text_cut(filename, IMAGE_NAME_MAX));
}

static bool check_tier(struct work *work, const struct upload *upload,
		       const struct probe *probe)
{
	const struct tier *tier = upload->tier;
	const char *format = format_row(probe->format)->name;
	int64_t pixels = (int64_t)probe->width * probe->height;

	if (!text_has_word(tier->formats, format))
		return fail(work, ERR_UNSUPPORTED_FORMAT,
			    "the tier %s accepts the formats %s, not %s",
			    tier->name, tier->formats, format);
	if (upload->resize && upload->resize->formats &&
	    !text_has_word(upload->resize->formats, format))
		return fail(work, ERR_UNSUPPORTED_FORMAT,
			    "expected one of the formats %s, not %s",
			    upload->resize->formats, format);
	if (tier->max_pixels != TIER_NO_LIMIT && pixels > tier->max_pixels)
		return fail(
			work, ERR_TOO_MANY_PIXELS,
			"the tier %s accepts at most %lld pixels, not %ux%u",
			tier->name, (long long)tier->max_pixels, probe->width,
			probe->height);
	return true;
}

/* Avoids rendering for an upload that the quota will refuse; user_charge() in
   the transaction decides. */
static bool check_quota(struct work *work, const struct upload *upload)
{
	const struct tier *tier = upload->tier;
	const struct user *user = upload->user;
	const int64_t per_day = budget_uploads_per_day(user->id, tier);

	if (tier->quota_bytes != TIER_NO_LIMIT &&
	    user->used_bytes + upload->file->bytes > tier->quota_bytes)
		return fail(work, ERR_QUOTA_EXCEEDED,
			    "%lld of the tier's %lld bytes are used and this "
			    "upload has %lld: delete images",
			    (long long)user->used_bytes,
			    (long long)tier->quota_bytes,
			    (long long)upload->file->bytes);
	if (per_day != TIER_NO_LIMIT && user->uploads_today >= per_day)
		return fail(work, ERR_QUOTA_EXCEEDED,
			    "the tier allows %lld uploads a day: try again "
			    "after 00:00 UTC",
			    (long long)per_day);
	return budget_count_upload(work, user->id, tier);
}

/* Otherwise a client that gets the original could see what its owner has
   cropped. */
static bool cut_remains(struct work *work, struct store_temp *file,
			const struct probe *probe)
{
	if (!probe->remains)
		return true;
	LOG_EVENT(LOG_LEVEL_INFO, "remains_cut", log_text("id", work->id),
		  log_number("bytes", (long long)probe->remains));
	return store_temp_cut(file, work,
			      file->bytes - (int64_t)probe->remains);
}

bool upload_check(struct probe *probe, struct work *work,
		  const struct upload *upload)
{
	store_temp_end(upload->file);
	return variant_render_probe(probe, work, upload->file->fd) &&
	       probe_is_bearable(probe, work) &&
	       check_tier(work, upload, probe) && store_has_room(work) &&
	       cut_remains(work, upload->file, probe);
}

/* Returns the number of the tier's sizes, and their names in `variants`. */
static size_t add_sizes(struct variant *variants, struct pool *pool,
			const struct tier *tier)
{
	size_t count = 0;
	const char *name;

	while (count < VARIANT_RENDER_MAX &&
	       (name = text_word(pool, tier->sizes, count)))
		variants[count++].variant = name;
	return count;
}

void upload_begin(struct uploaded *made, const struct work *work,
		  const struct user *user, const struct tier *tier,
		  const char *name, const char *only)
{
	const struct image image = {
		.id = uuid_new(),
		.user_id = user->id,
		.kind = only ? IMAGE_RESIZE : IMAGE_UPLOAD,
		.name = name,
		.status = IMAGE_PROCESSING,
		.created_at = db_now_us(work),
	};

	*made = (struct uploaded){
		.image = image,
		.variants =
			pool_alloc(work->pool,
				   VARIANT_RENDER_MAX * sizeof(struct variant)),
		.count = 1,
		.job = { .user_id = user->id,
			 .address = budget_address(work, user->id),
			 .image_id = image.id,
			 .variant = only,
			 .state = JOB_QUEUED,
			 .priority = tier->priority,
			 .max_attempts = work->conf->job_attempts,
			 .created_at = image.created_at },
	};
	made->variants[0].variant = only;
	if (!only)
		made->count = add_sizes(made->variants, work->pool, tier);
	for (size_t i = 0; i < made->count; i++) {
		made->variants[i].image_id = image.id;
		made->variants[i].status = VARIANT_PROCESSING;
	}
}

bool upload_keep(struct image *image, struct work *work,
		 struct store_temp *file, const struct probe *probe)
{
	const struct store_file original = {
		file, store_key(work->pool, image->id, VARIANT_ORIGINAL)
	};
	uint32_t width, height;

	if ((!file->kept && !store_keep(work, &original, 1)) ||
	    (image->kind == IMAGE_UPLOAD &&
	     !variant_render_metadata(&image->metadata, work, file->fd,
				      probe->format)))
		return false;
	probe_upright(probe, &width, &height);
	image->format = format_row(probe->format)->name;
	image->width = width;
	image->height = height;
	image->bytes = file->bytes;
	memcpy(image->sha256, file->sha256, sizeof(image->sha256));
	return true;
}

struct records {
	const struct uploaded *made;
	const struct tier *tier;
	bool tried; /* the answer to COMMIT may have been lost */
	enum on_duplicate on_duplicate;
	struct image *same; /* the existing image that the upload returns */
	size_t same_count;
};

static bool add_job(struct work *work, const struct records *records)
{
	const struct job *job = &records->made->job;

	return uuid_is_nil(job->id) ||
	       ((job->state == JOB_DONE ||
		 budget_check_job(work, records->tier, job)) &&
		job_add(work, job));
}

/* If the image is not ready yet, its job queues the events when it ends. */
static bool queue_webhooks(struct work *work, const struct uploaded *made)
{
	if (made->image.status != IMAGE_READY)
		return true;
	return webhook_queue_image(work, "image.ready", &made->image) &&
	       (uuid_is_nil(made->job.id) ||
		webhook_queue_job(work, "job.done", &made->job));
}

/* Of those that a job will render no bytes are known. */
static int64_t sum_variants(const struct uploaded *made)
{
	int64_t sum = 0;

	for (size_t i = 0; i < made->count; i++)
		if (made->variants[i].format)
			sum += made->variants[i].bytes;
	return sum;
}

static bool is_recorded(struct work *work, struct uuid id)
{
	struct image image;

	return image_find(&image, work, id);
}

/* Locks the user's row until the transaction ends, so that budget_check_job()
   sees the jobs of all other uploads. */
static bool charge(struct work *work, const struct records *records)
{
	const struct image *image = &records->made->image;

	return user_charge(
		work, image->user_id, image->bytes, sum_variants(records->made),
		records->tier->quota_bytes,
		budget_uploads_per_day(image->user_id, records->tier));
}

/* Fails if the user has the bytes already. charge() has waited for all other
   uploads of the user, so their images are seen; also if the quota is used up,
   perhaps by one of them. */
static bool charge_unless_same(struct work *work, struct records *records)
{
	const struct image *image = &records->made->image;
	struct work aside = *work;
	const bool charged = charge(work, records);

	if (records->on_duplicate == ON_DUPLICATE_KEEP)
		return charged;
	if (!charged && work->err != ERR_QUOTA_EXCEEDED)
		return false;
	if (!image_find_same(&records->same, &records->same_count, &aside,
			     image->user_id, image->sha256)) {
		*work = aside;
		return false;
	}
	if (records->same_count)
		return fail(work, ERR_CONFLICT,
			    "the user has these bytes already");
	return charged;
}

/* Repeatable: the image's row exists only if the whole transaction was
   committed. */
static bool insert_records(struct work *work, void *arg)
{
	struct records *records = arg;
	const struct uploaded *made = records->made;

	if (records->tried && is_recorded(work, made->image.id))
		return true;
	records->tried = true;
	return charge_unless_same(work, records) &&
	       image_add(work, &made->image) &&
	       image_tags_insert(work, &made->image) &&
	       variant_add(work, made->variants, made->count) &&
	       add_job(work, records) && queue_webhooks(work, made);
}

static bool commit(struct work *work, struct records *records)
{
	if (!db_transaction(work, insert_records, records))
		return false;
	metric_add(METRIC_UPLOADS, NULL, 1);
	metric_add(METRIC_UPLOAD_BYTES, NULL,
		   (uint64_t)records->made->image.bytes);
	return true;
}

bool upload_record(struct work *work, const struct uploaded *made,
		   const struct tier *tier)
{
	struct records records = { .made = made, .tier = tier };

	return commit(work, &records);
}

static const char *name_resize(struct pool *pool, const struct probe *probe,
			       const struct upload_resize *resize)
{
	struct recipe recipe = resize->recipe;
	char text[RECIPE_TEXT_SIZE];

	if (resize->same_format) {
		recipe.has_format = true;
		recipe.format = probe->format;
	}
	return pool_strdup(pool, recipe_text(&recipe, text));
}

/* Begins the records. For a resize, also checks that the tier allows the
   variant of this image. */
static bool begin(struct uploaded *made, struct work *work,
		  const struct upload *upload, const struct probe *probe)
{
	const char *only = NULL;
	uint32_t width, height;

	if (upload->resize)
		only = name_resize(work->pool, probe, upload->resize);
	upload_begin(made, work, upload->user, upload->tier, upload->name,
		     only);
	made->image.public = upload->public;
	made->image.public_original = upload->public && upload->tier->original;
	made->image.alt = upload->alt;
	made->image.tags = upload->tags;
	probe_upright(probe, &width, &height);
	return !only || access_check_enlargement(work, upload->tier, only,
						 width, height);
}

/* Renders now if it is cheap and the client does not prefer a job. If it needs
   more memory or time than a request's decoder process has, leaves it to a
   worker. */
static bool render_now(bool *rendered, struct work *work,
		       struct variant_batch *batch, bool later,
		       unsigned *estimate_ms)
{
	int64_t began = clock_monotonic_ms();

	*rendered = variant_render_is_small(batch, work, estimate_ms) && !later;
	if (!*rendered)
		return true;
	if (variant_render(batch, work)) {
		LOG_EVENT(LOG_LEVEL_DEBUG, "rendered", log_text("id", work->id),
			  log_number("estimate_ms", *estimate_ms),
			  log_number("ms", clock_monotonic_ms() - began));
		return true;
	}
	*rendered = false;
	if (work->err != ERR_TOO_LARGE)
		return false;
	LOG_EVENT(LOG_LEVEL_INFO, "left_to_worker", log_text("id", work->id),
		  log_number("estimate_ms", *estimate_ms),
		  log_text("why", work->why));
	return true;
}

static void describe_job(struct uploaded *made, const struct upload *upload,
			 bool done, unsigned cost_ms)
{
	const struct upload_resize *resize = upload->resize;
	struct job *job = &made->job;

	if (done && !resize)
		return;
	job->id = uuid_new();
	job->kind = resize ? JOB_RESIZE : JOB_RENDER;
	job->state = done ? JOB_DONE : JOB_QUEUED;
	job->cost_ms = cost_ms;
	if (resize) {
		job->quality = resize->recipe.quality;
		job->priority = resize->priority;
	}
}

/* Deletes the files of a failed upload now; the sweep would find them later. */
static void drop_files(struct work *work, const struct uploaded *made)
{
	struct work aside = *work;

	for (size_t i = 0; i < made->count; i++)
		(void)!store_drop(&aside, store_key(work->pool, made->image.id,
						    made->variants[i].variant));
	(void)!store_drop(&aside, store_key(work->pool, made->image.id,
					    VARIANT_ORIGINAL));
}

/* Commits the records, whose files are stored. If the user has the bytes by now
   and wants no second image of them, `made` becomes the existing one. */
static bool record(struct uploaded *made, struct work *work,
		   const struct upload *upload)
{
	struct records records = { .made = made,
				   .tier = upload->tier,
				   .on_duplicate = upload->on_duplicate };

	if (work_check_wanted(work) && commit(work, &records))
		return true;
	/* After a lost COMMIT the rows may exist, so keeps the files. */
	if (work->err != ERR_UNAVAILABLE)
		drop_files(work, made);
	if (!records.same_count)
		return false;
	*made = (struct uploaded){ .image = *records.same,
				   .is_duplicate = true };
	return true;
}

/* Without rendering, if the user wants no second image of the same bytes. */
static bool find_duplicate(struct uploaded *uploaded, struct work *work,
			   const struct upload *upload)
{
	struct image *same;
	size_t count;

	*uploaded = (struct uploaded){ 0 };
	if (upload->on_duplicate == ON_DUPLICATE_KEEP)
		return true;
	if (!image_find_same(&same, &count, work, upload->user->id,
			     upload->file->sha256))
		return false;
	if (count)
		*uploaded = (struct uploaded){ .image = *same,
					       .is_duplicate = true };
	return true;
}

bool upload_take(struct uploaded *uploaded, struct work *work,
		 const struct upload *upload)
{
	const struct upload_resize *resize = upload->resize;
	struct probe probe;
	struct uploaded made;
	struct variant_batch batch = {
		.source = upload->file->fd,
		.probe = &probe,
		.original = upload->file,
		.quality = resize ? resize->recipe.quality : 0,
		.user_id = upload->user->id,
		.focus = upload->focus,
	};
	unsigned cost_ms = 0;
	bool rendered;

	if (!variant_render_use_tier(&batch, work, upload->tier) ||
	    !upload_check(&probe, work, upload) ||
	    !find_duplicate(uploaded, work, upload))
		return false;
	if (uploaded->is_duplicate)
		return true;
	if (!begin(&made, work, upload, &probe) || !check_quota(work, upload))
		return false;
	made.image.focus = upload->focus;
	batch.image_id = made.image.id;
	batch.variants = made.variants;
	batch.count = made.count;
	if (!work_check_wanted(work) ||
	    !render_now(&rendered, work, &batch, upload->later, &cost_ms) ||
	    (!rendered &&
	     !budget_check(work, made.image.user_id, upload->tier, cost_ms)) ||
	    !upload_keep(&made.image, work, upload->file, &probe)) {
		drop_files(work, &made);
		return false;
	}
	made.image.placeholder = batch.placeholder;
	made.image.color = batch.color;
	made.image.status = rendered ? IMAGE_READY : IMAGE_PROCESSING;
	describe_job(&made, upload, rendered, cost_ms);
	if (!record(&made, work, upload))
		return false;
	*uploaded = made;
	return true;
}
