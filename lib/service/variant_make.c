/* variant_make.c: one variant of an image, made now or by a job. */
#include "config.h"

#include "lib/service/variant_make.h"

#include "lib/base/conf.h"
#include "lib/db/db.h"
#include "lib/model/job.h"
#include "lib/model/tier.h"
#include "lib/model/user.h"
#include "lib/process/semaphore.h"
#include "lib/service/access.h"
#include "lib/service/budget.h"
#include "lib/service/purge.h"
#include "lib/service/requeue.h"
#include "lib/service/variant_render.h"
#include "lib/store/store.h"

struct variant_request {
	struct variant_batch *batch; /* of one variant */
	struct job job;
	/* of the image's owner, whichever client requests it */
	struct tier tier;
	bool queue;
};

static bool add_placeholder(struct work *work, const struct image *image,
			    const struct variant_batch *batch)
{
	return image->placeholder || !batch->placeholder ||
	       image_set_placeholder(work, image->id, batch->placeholder,
				     batch->color);
}

static bool insert_request(struct work *work, void *arg)
{
	const struct variant_request *request = arg;
	const struct variant *variant = request->batch->variants;
	struct image image;

	if (!request->queue && (!variant_keep(&image, request->batch, work) ||
				!add_placeholder(work, &image, request->batch)))
		return false;
	if (!variant_add(work, variant, 1))
		return false;
	if (!request->queue)
		return user_add_variant_bytes(work, request->job.user_id,
					      variant->bytes);
	return user_lock(work, request->job.user_id) &&
	       budget_check(work, request->job.user_id, &request->tier,
			    request->job.cost_ms) &&
	       job_add(work, &request->job);
}

/* Variants of a resize have the quality of its job. */
static bool find_quality(int64_t *quality, struct work *work,
			 const struct image *image)
{
	struct job job;

	if (image->kind != IMAGE_RESIZE) {
		*quality = 0;
		return true;
	}
	if (!job_of_image(&job, work, image->id))
		return false;
	*quality = job.quality;
	return true;
}

/* Renders a small variant before it inserts the row, so that no row waits for a
   process that may die; at worst two hosts render the same bytes. If it needs
   more than a request's decoder process has, queues a job for a worker. */
static bool make_with_focus(bool *stale, struct variant *variant,
			    struct work *work, const struct image *image,
			    int64_t priority)
{
	struct probe probe;
	struct variant_batch batch = { .image_id = image->id,
				       .source = -1,
				       .probe = &probe,
				       .variants = variant,
				       .count = 1,
				       .user_id = image->user_id,
				       .focus = image->focus };
	struct variant_request request = {
		.batch = &batch,
		.job = { .id = uuid_new(),
			 .kind = JOB_RENDER,
			 .user_id = image->user_id,
			 .address = budget_address(work, image->user_id),
			 .image_id = image->id,
			 .priority = priority,
			 .max_attempts = work->conf->job_attempts,
			 .created_at = db_now_us(work) },
	};
	uint32_t width, height;
	unsigned cost_ms = 0;

	if (!find_quality(&request.job.quality, work, image) ||
	    !tier_of_user(NULL, &request.tier, work, image->user_id) ||
	    !store_get(&batch.source, work,
		       store_key(work->pool, image->id, VARIANT_ORIGINAL)) ||
	    !variant_render_probe(&probe, work, batch.source))
		return false;
	probe_upright(&probe, &width, &height);
	if (!access_check_enlargement(work, &request.tier, variant->variant,
				      width, height))
		return false;
	if (!variant_render_use_tier(&batch, work, &request.tier))
		return false;
	batch.quality = (uint32_t)request.job.quality;
	request.queue = !variant_render_is_small(&batch, work, &cost_ms);
	request.job.cost_ms = cost_ms;
	if (!request.queue && !variant_render(&batch, work)) {
		request.queue = true;
		if (work->err != ERR_TOO_LARGE)
			return false;
	}
	if (db_transaction(work, insert_request, &request))
		return true;
	*stale = batch.stale;
	return false;
}

/* Renders again if the image got another focus or watermark meanwhile. */
static bool make_missing(struct variant *variant, struct work *work,
			 const struct image *image, int64_t priority)
{
	struct image current = *image;
	bool made = false, stale = true;

	for (int tries = 3; !made && stale && tries; tries--) {
		stale = false;
		made = make_with_focus(&stale, variant, work, &current,
				       priority);
		if (stale && !image_find(&current, work, image->id))
			return false;
	}
	return made ||
	       (stale ? fail(work, ERR_UNAVAILABLE,
			     "the focus or the watermark of the image changes "
			     "too often: retry later")
		      : false);
}

/* Another process may have rendered it again. */
static bool mark_stale(struct work *work, void *arg)
{
	const struct variant *variant = arg;
	struct variant now;
	struct image image;

	if (!image_lock(&image, work, variant->image_id))
		return false;
	if (!variant_find(&now, work, image.id, variant->variant))
		return work->err == ERR_NOT_FOUND;
	return !now.stale || purge_mark_changed(work, image.id, now.variant);
}

/* Deletes a variant with an old watermark. */
static bool drop_stale(struct work *work, struct variant *variant)
{
	return db_transaction(work, mark_stale, variant) &&
	       purge_changed_variant(work, variant->image_id, variant->variant);
}

/* A request that waited while another one made the variant finds it here. */
static bool make_once(struct variant *variant, struct work *work,
		      const struct image *image, struct variant *made,
		      int64_t priority)
{
	if (variant_find(variant, work, image->id, made->variant))
		return true;
	if (work->err != ERR_NOT_FOUND)
		return false;
	if (make_missing(made, work, image, priority)) {
		*variant = *made;
		return true;
	}
	return work->err == ERR_CONFLICT &&
	       variant_find(variant, work, image->id, made->variant);
}

/* Updates used_at at most once an hour: that is precise enough for
   retention. */
static bool touch(struct work *work, const struct variant *variant)
{
	const int64_t hour_us = 3600000000;

	return variant->status != VARIANT_READY ||
	       variant->used_at > db_now_us(work) - hour_us ||
	       variant_touch(work, variant->image_id, variant->variant);
}

/* Writes nothing: a request after the file has arrived makes the variant. */
static bool wait_for_file(struct variant *variant, struct work *work,
			  const struct image *image,
			  const struct variant *wanted)
{
	if (image->error_code)
		return fail(work, err_by_code(image->error_code), "%s",
			    image->error_detail);
	*variant = *wanted;
	return true;
}

static bool requeue(struct work *work, void *arg)
{
	return requeue_job(work, arg);
}

/* Makes a failed variant again at its next use if the cause may have gone, at
   most once a minute: the variant itself may overload the machine. */
static bool try_again(struct variant *variant, struct work *work,
		      const struct image *image)
{
	const int64_t pause_us = 60000000;
	struct job job;

	if (image->error_code &&
	    !err_is_transient(err_by_code(image->error_code)))
		return true;
	if (!job_failed_of_image(&job, work, image->id))
		return work->err == ERR_NOT_FOUND;
	if (!job.error_code || !err_is_transient(err_by_code(job.error_code)) ||
	    job.finished_at > db_now_us(work) - pause_us)
		return true;
	/* ERR_CONFLICT: another request has requeued the job. */
	if (!db_transaction(work, requeue, &job) && work->err != ERR_CONFLICT)
		return false;
	variant->status = VARIANT_PROCESSING;
	return true;
}

bool variant_make(struct variant *variant, struct work *work,
		  const struct image *image, const char *name, int64_t priority)
{
	struct variant made = {
		.image_id = image->id,
		.variant = name,
		.status = VARIANT_PROCESSING,
	};
	long wait_ms = 1000 * (work->conf->decoder_seconds_request + 1);
	const bool found = variant_find(variant, work, image->id, name);
	long slot;
	bool good;

	if (found && !variant->stale)
		return variant->status == VARIANT_FAILED
			       ? try_again(variant, work, image)
			       : touch(work, variant);
	if (found ? !drop_stale(work, variant) : work->err != ERR_NOT_FOUND)
		return false;
	if (!image->format)
		return wait_for_file(variant, work, image, &made);
	if (!work->semaphore)
		return make_once(variant, work, image, &made, priority);
	if (!named_lock_take(&slot, work->semaphore,
			     store_key(work->pool, image->id, name), wait_ms)) {
		*variant = made;
		return true;
	}
	good = make_once(variant, work, image, &made, priority);
	semaphore_give(work->semaphore, slot);
	return good;
}
