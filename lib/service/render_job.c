/* render_job.c: carries out and ends the jobs that make variants. */
#include "config.h"

#include "lib/service/render_job.h"

#include "lib/base/pool.h"
#include "lib/db/db.h"
#include "lib/model/image.h"
#include "lib/model/tier.h"
#include "lib/model/user.h"
#include "lib/model/variant.h"
#include "lib/service/variant_render.h"
#include "lib/service/webhook_queue.h"
#include "lib/store/store.h"

enum { MAX_TRIES = 3 /* to render while the focus or the watermark changes */ };

struct ending {
	const struct job *job;
	struct variant_batch *batch; /* NULL: failed */
	const char *code, *detail;
	bool written; /* by an earlier try whose COMMIT got no response */
};

/* Events are queued when the image's status changes, not for each variant. An
   image has an error only while its status is failed. */
static bool settle(struct work *work, struct image *image,
		   enum image_status status, const char *code,
		   const char *detail)
{
	if (image->status == status)
		return true;
	image->status = status;
	image->error_code = code;
	image->error_detail = detail;
	return image_settle(work, image->id, status, code, detail) &&
	       webhook_queue_image(work, code ? "image.failed" : "image.ready",
				   image);
}

/* The image's row is locked. */
static bool finish_variants(struct work *work, const struct image *image,
			    const struct variant_batch *batch)
{
	int64_t before, after;

	if (!variant_sum(&before, work, image->id))
		return false;
	for (size_t i = 0; i < batch->count; i++)
		if (!variant_finish(work, &batch->variants[i]))
			return false;
	return variant_sum(&after, work, image->id) &&
	       user_add_variant_bytes(work, image->user_id, after - before);
}

static bool add_placeholder(struct work *work, struct image *image,
			    const struct variant_batch *batch)
{
	if (image->placeholder || !batch->placeholder)
		return true;
	image->placeholder = batch->placeholder;
	image->color = batch->color;
	return image_set_placeholder(work, image->id, batch->placeholder,
				     batch->color);
}

static bool record_success(struct work *work, void *arg)
{
	const struct ending *ending = arg;
	struct variant_batch *batch = ending->batch;
	struct image image;

	return job_finish(work, ending->job) &&
	       variant_keep(&image, batch, work) &&
	       finish_variants(work, &image, batch) &&
	       add_placeholder(work, &image, batch) &&
	       settle(work, &image, IMAGE_READY, NULL, NULL) &&
	       webhook_queue_job(work, "job.done", ending->job);
}

/* An image that is ready stays ready: only the new variant has failed. */
static bool fail_image(struct work *work, const struct ending *ending)
{
	struct uuid image_id = ending->job->image_id;
	struct image image;

	if (!image_lock(&image, work, image_id))
		return work->err == ERR_NOT_FOUND;
	return variant_fail_pending(work, image_id) &&
	       (image.status != IMAGE_PROCESSING ||
		settle(work, &image, IMAGE_FAILED, ending->code,
		       ending->detail));
}

static bool record_failure(struct work *work, void *arg)
{
	const struct ending *ending = arg;

	return job_fail(work, ending->job, ending->code, ending->detail) &&
	       fail_image(work, ending) &&
	       webhook_queue_job(work, "job.failed", ending->job);
}

static bool is_cancelled(struct work *work, const struct job *job)
{
	enum job_state state;

	return job_lock(&state, work, job->id) && state == JOB_CANCELLED;
}

/* Repeatable: a second try accepts a job that the first try cancelled. */
static bool record_cancel(struct work *work, void *arg)
{
	struct ending *ending = arg;

	if (!job_cancel(work, ending->job->id))
		return ending->written && work->err == ERR_CONFLICT &&
		       is_cancelled(work, ending->job);
	ending->written = fail_image(work, ending);
	return ending->written;
}

bool render_job_give_up(struct work *work, const struct job *job,
			const char *code, const char *detail)
{
	struct ending ending = { .job = job, .code = code, .detail = detail };

	return db_transaction(work, record_failure, &ending);
}

static struct ending cancel_of(const struct job *job)
{
	return (struct ending){ .job = job,
				.code = err_code(ERR_JOB_FAILED),
				.detail = "the job was cancelled" };
}

bool render_job_cancel(struct work *work, const struct job *job)
{
	struct ending ending = cancel_of(job);

	return db_transaction(work, record_cancel, &ending);
}

bool render_job_cancel_within(struct work *work, const struct job *job)
{
	struct ending ending = cancel_of(job);

	return record_cancel(work, &ending);
}

/* Keeps the files if another job of the image is pending: it may have made the
   same files. */
static bool drop_cancelled(struct work *work, void *arg)
{
	const struct ending *ending = arg;
	const struct variant_batch *batch = ending->batch;
	struct variant variant;
	enum job_state state;
	bool awaited;

	if (!job_lock(&state, work, ending->job->id) ||
	    state != JOB_CANCELLED ||
	    !job_is_awaited(&awaited, work, batch->image_id) || awaited)
		return false;
	for (size_t i = 0; i < batch->count; i++) {
		const char *name = batch->variants[i].variant;

		if ((variant_find(&variant, work, batch->image_id, name) &&
		     variant.status == VARIANT_READY) ||
		    !store_drop(work,
				store_key(work->pool, batch->image_id, name)))
			return false;
	}
	return true;
}

/* Deletes the files of a job that was cancelled while it ran, if any. */
static bool end_well(struct work *work, struct ending *ending)
{
	struct work aside = *work;

	if (db_transaction(work, record_success, ending))
		return true;
	if (work->err == ERR_CONFLICT)
		(void)!db_transaction(&aside, drop_cancelled, ending);
	return false;
}

static bool find_pending(struct variant_batch *batch, struct work *work)
{
	struct variant *all;
	size_t count;

	if (!variant_list(&all, &count, work, batch->image_id))
		return false;
	batch->variants = pool_alloc(work->pool, (count + 1) * sizeof(*all));
	batch->count = 0;
	for (size_t i = 0; i < count && batch->count < VARIANT_RENDER_MAX; i++)
		if (all[i].status == VARIANT_PROCESSING)
			batch->variants[batch->count++] = all[i];
	return true;
}

/* Reads nothing if there is nothing to make. The tier of the image's owner
   decides about animation, as in variant_make(). */
static bool make_pending(struct variant_batch *batch, struct work *work)
{
	struct probe *probe = pool_alloc(work->pool, sizeof(*probe));
	struct image image;
	struct tier tier;

	if (!batch->count)
		return true;
	if (!image_find(&image, work, batch->image_id) ||
	    !tier_of_user(NULL, &tier, work, image.user_id) ||
	    !store_get(
		    &batch->source, work,
		    store_key(work->pool, batch->image_id, VARIANT_ORIGINAL)) ||
	    !variant_render_probe(probe, work, batch->source))
		return false;
	batch->focus = image.focus;
	batch->probe = probe;
	return variant_render_use_tier(batch, work, &tier) &&
	       variant_render(batch, work);
}

bool render_job_run(struct work *work, const struct job *job)
{
	struct variant_batch batch = { .image_id = job->image_id,
				       .quality = (uint32_t)job->quality,
				       .user_id = job->user_id };
	struct ending ending = { .job = job, .batch = &batch };

	for (int tries = 0; tries < MAX_TRIES; tries++) {
		batch.stale = false;
		if (find_pending(&batch, work) && make_pending(&batch, work) &&
		    end_well(work, &ending))
			return true;
		if (!batch.stale)
			return false;
	}
	return fail(work, ERR_UNAVAILABLE,
		    "the focus or the watermark of the image changes too "
		    "often");
}

bool render_job_estimate(unsigned *cost_ms, struct work *work,
			 const struct job *job, const struct probe *probe,
			 bool animated)
{
	struct variant_batch batch = { .image_id = job->image_id,
				       .probe = probe,
				       .animated = animated };

	return find_pending(&batch, work) &&
	       render_estimate(cost_ms, &batch, work);
}
