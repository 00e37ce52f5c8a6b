/* render.c: makes variants, now or in a job. */
#include "config.h"

#include "lib/service/render.h"

#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/base/turn.h"
#include "lib/db/db.h"
#include "lib/model/tier.h"
#include "lib/model/user.h"
#include "lib/picture/animation_limits.h"
#include "lib/picture/decoder_pool.h"
#include "lib/picture/recipe.h"
#include "lib/service/access.h"
#include "lib/service/budget.h"
#include "lib/service/notify.h"
#include "lib/service/requeue.h"
#include "lib/store/store.h"

/* For each pixel of an enlarged variant: it is resampled, encoded, and kept
   beside the picture stretched in one direction. */
enum { ENLARGED_NS = 150, ENLARGED_BYTES = 16 };

struct mapping {
	void *bytes;
	size_t len;
};

static void unmap(void *arg)
{
	struct mapping *mapping = arg;

	munmap(mapping->bytes, mapping->len);
}

bool render_probe(struct probe *probe, struct work *work, int fd)
{
	struct mapping *map = pool_alloc(work->pool, sizeof(*map));
	struct stat st;

	if (fstat(fd, &st))
		return fail_errno(work, "fstat of a picture");
	if (!st.st_size)
		return probe_read(probe, work, (const uint8_t *)"", 0);
	map->len = (size_t)st.st_size;
	map->bytes = mmap(NULL, map->len, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map->bytes == MAP_FAILED)
		return fail_errno(work, "mmap of a picture");
	pool_defer(work->pool, unmap, map);
	return probe_read(probe, work, map->bytes, map->len);
}

static bool parse_recipes(struct recipe **recipes, struct work *work,
			  const struct render *render)
{
	*recipes = pool_alloc(work->pool, render->count * sizeof(**recipes));
	for (size_t i = 0; i < render->count; i++) {
		if (!recipe_parse(&(*recipes)[i], work,
				  render->variants[i].variant))
			return false;
		(*recipes)[i].quality = render->quality;
		(*recipes)[i].animated =
			render->animated &&
			animation_is_kept(&(*recipes)[i], render->probe,
					  work->conf);
	}
	return true;
}

/* What decides the cost of painting beside the picture itself. */
struct extent {
	uint32_t side;         /* the longest */
	uint64_t enlarged;     /* pixels of variants larger than the picture */
	uint64_t write_ns;     /* of encoding the variants */
	uint64_t animated_ms;  /* of all animations */
	uint64_t animated_mib; /* of the one that needs most */
};

static void measure_animation(struct extent *extent,
			      const struct recipe *recipe,
			      const struct probe *probe)
{
	const uint64_t mib = animation_estimate_mib(recipe, probe);

	extent->animated_ms += animation_estimate_ms(recipe, probe);
	if (mib > extent->animated_mib)
		extent->animated_mib = mib;
}

static void measure_still(struct extent *extent, const struct recipe *recipe,
			  const struct probe *probe)
{
	const enum format format = recipe_format(recipe, probe);
	struct recipe_plan plan;
	uint32_t width, height;
	uint64_t pixels;

	probe_upright(probe, &width, &height);
	plan = recipe_plan(recipe, width, height);
	pixels = (uint64_t)plan.width * plan.height;
	if (plan.width > extent->side)
		extent->side = plan.width;
	if (plan.height > extent->side)
		extent->side = plan.height;
	if (pixels > (uint64_t)width * height)
		extent->enlarged += pixels;
	extent->write_ns += pixels * format_row(format)->write_ns;
}

static bool measure(struct extent *extent, const struct render *render,
		    struct work *work)
{
	struct extent found = { .side = 1 };
	struct recipe *recipes;

	if (!parse_recipes(&recipes, work, render))
		return false;
	for (size_t i = 0; i < render->count; i++)
		if (recipes[i].animated)
			measure_animation(&found, &recipes[i], render->probe);
		else
			measure_still(&found, &recipes[i], render->probe);
	*extent = found;
	return true;
}

static unsigned estimate_ms(const struct extent *extent,
			    const struct probe *probe)
{
	const uint64_t ms =
		probe_estimate_ms(probe, extent->side) +
		(extent->enlarged * ENLARGED_NS + extent->write_ns) / 1000000 +
		extent->animated_ms;

	return ms < UINT_MAX ? (unsigned)ms : UINT_MAX;
}

bool render_is_small(const struct render *render, struct work *work,
		     unsigned *cost_ms)
{
	const struct conf *conf = work->conf;
	struct extent extent;
	uint64_t mib;

	if (!measure(&extent, render, work))
		return false;
	*cost_ms = estimate_ms(&extent, render->probe);
	mib = probe_estimate_mib(render->probe) +
	      (extent.enlarged * ENLARGED_BYTES >> 20);
	if (mib < extent.animated_mib)
		mib = extent.animated_mib;
	return *cost_ms <= (uint64_t)conf->sync_budget_ms &&
	       mib <= (uint64_t)conf->painter_memory_request;
}

static bool write_variant(struct store_file *file, struct variant *variant,
			  struct work *work, const struct painted *painted)
{
	struct store_temp *temp;

	if (!store_temp_new(&temp, work) ||
	    !store_temp_write(temp, work, painted->bytes, painted->len))
		return false;
	store_temp_end(temp);
	file->temp = temp;
	file->key = store_key(work->pool, variant->image_id, variant->variant);
	variant->status = "ready";
	variant->format = format_row(painted->format)->name;
	variant->width = painted->width;
	variant->height = painted->height;
	variant->bytes = temp->bytes;
	memcpy(variant->sha256, temp->sha256, sizeof(variant->sha256));
	return true;
}

/* Clients without a name share the built-in user: nobody's pictures. */
static struct uuid owner_of(const struct render *render)
{
	const struct uuid nobody = { 0 };

	return uuid_equal(render->user_id, user_anonymous) ? nobody
							   : render->user_id;
}

static bool run_decoder(struct painted *painted, struct work *work,
			const struct render *render,
			const struct recipe *recipes, size_t count)
{
	const struct decoder_picture picture = {
		.owner = owner_of(render),
		.source = render->source,
		.probe = render->probe,
		.recipes = recipes,
		.count = count,
	};

	return !count ||
	       decoder_pool_render(painted, work, work->decoders, &picture);
}

/* Variants that show one frame come from one decode. An animation has the time
   and the memory of a decoder process for itself. */
static bool render_recipes(struct painted *painted, struct work *work,
			   const struct render *render,
			   const struct recipe *recipes)
{
	struct recipe stills[RENDER_MAX_VARIANTS];
	struct painted made[RENDER_MAX_VARIANTS];
	size_t places[RENDER_MAX_VARIANTS];
	size_t count = 0;

	for (size_t i = 0; i < render->count; i++) {
		if (!recipes[i].animated) {
			stills[count] = recipes[i];
			places[count++] = i;
		} else if (!run_decoder(&painted[i], work, render, &recipes[i],
					1)) {
			return false;
		}
	}
	if (!run_decoder(made, work, render, stills, count))
		return false;
	for (size_t i = 0; i < count; i++)
		painted[places[i]] = made[i];
	return true;
}

bool render_make(struct render *render, struct work *work)
{
	struct painted *painted =
		pool_alloc(work->pool, (render->count + 1) * sizeof(*painted));
	struct store_file *files =
		pool_alloc(work->pool, (render->count + 1) * sizeof(*files));
	size_t count = render->count;
	struct recipe *recipes;

	if (!render->count)
		return true;
	if (!parse_recipes(&recipes, work, render) ||
	    !render_recipes(painted, work, render, recipes))
		return false;
	for (size_t i = 0; i < render->count; i++) {
		render->variants[i].image_id = render->image_id;
		if (!write_variant(&files[i], &render->variants[i], work,
				   &painted[i]))
			return false;
	}
	if (render->original)
		files[count++] = (struct store_file){
			render->original,
			store_key(work->pool, render->image_id, "original"),
		};
	return store_keep(work, files, count);
}

struct ending {
	const struct job *job;
	const struct render *render; /* NULL: failed */
	const char *code, *detail;
	bool written; /* by an earlier try, whose COMMIT lost its answer */
};

/* Webhooks are told when the image's status changes, not of each variant. An
   image has an error only while its status is "failed". */
static bool settle(struct work *work, struct image *image, const char *status,
		   const char *code, const char *detail)
{
	if (!strcmp(image->status, status))
		return true;
	image->status = status;
	image->error_code = code;
	image->error_detail = detail;
	return image_settle(work, image->id, status, code, detail) &&
	       notify_image(work, code ? "image.failed" : "image.ready", image);
}

static bool record_success(struct work *work, void *arg)
{
	const struct ending *ending = arg;
	const struct render *render = ending->render;
	struct image image;

	if (!job_finish(work, ending->job) ||
	    !image_lock(&image, work, render->image_id))
		return false;
	for (size_t i = 0; i < render->count; i++)
		if (!variant_finish(work, &render->variants[i]))
			return false;
	return settle(work, &image, "ready", NULL, NULL) &&
	       notify_job(work, "job.done", ending->job);
}

/* An image that was ready before stays so: only the new variant failed. */
static bool fail_image(struct work *work, const struct ending *ending)
{
	struct uuid image_id = ending->job->image_id;
	struct image image;

	if (!image_lock(&image, work, image_id))
		return work->err == ERR_NOT_FOUND;
	return variant_fail_pending(work, image_id) &&
	       (strcmp(image.status, "processing") ||
		settle(work, &image, "failed", ending->code, ending->detail));
}

static bool record_failure(struct work *work, void *arg)
{
	const struct ending *ending = arg;

	return job_fail(work, ending->job, ending->code, ending->detail) &&
	       fail_image(work, ending) &&
	       notify_job(work, "job.failed", ending->job);
}

static bool is_cancelled(struct work *work, const struct job *job)
{
	const char *state;

	return job_lock(&state, work, job->id) && !strcmp(state, "cancelled");
}

/* Repeatable: what a second try finds cancelled is what was asked for. */
static bool record_cancel(struct work *work, void *arg)
{
	struct ending *ending = arg;

	if (!job_cancel(work, ending->job->id))
		return ending->written && work->err == ERR_CONFLICT &&
		       is_cancelled(work, ending->job);
	ending->written = fail_image(work, ending);
	return ending->written;
}

bool render_give_up(struct work *work, const struct job *job, const char *code,
		    const char *detail)
{
	struct ending ending = { .job = job, .code = code, .detail = detail };

	return db_transaction(work, record_failure, &ending);
}

bool render_cancel(struct work *work, const struct job *job)
{
	struct ending ending = { .job = job,
				 .code = err_code(ERR_JOB_FAILED),
				 .detail = "the job was cancelled" };

	return db_transaction(work, record_cancel, &ending);
}

/* Another job of the image may have made the same files meanwhile, and needs
   them. */
static bool drop_cancelled(struct work *work, void *arg)
{
	const struct ending *ending = arg;
	const struct render *render = ending->render;
	struct variant variant;
	const char *state;
	bool awaited;

	if (!job_lock(&state, work, ending->job->id) ||
	    strcmp(state, "cancelled") ||
	    !job_is_awaited(&awaited, work, render->image_id) || awaited)
		return false;
	for (size_t i = 0; i < render->count; i++) {
		const char *name = render->variants[i].variant;

		if ((variant_find(&variant, work, render->image_id, name) &&
		     !strcmp(variant.status, "ready")) ||
		    !store_drop(work,
				store_key(work->pool, render->image_id, name)))
			return false;
	}
	return true;
}

/* Of a job that was cancelled while it ran, nothing stays. */
static bool end_well(struct work *work, struct ending *ending)
{
	struct work aside = *work;

	if (db_transaction(work, record_success, ending))
		return true;
	if (work->err == ERR_CONFLICT)
		(void)!db_transaction(&aside, drop_cancelled, ending);
	return false;
}

static bool find_pending(struct render *render, struct work *work)
{
	struct variant *all;
	size_t count;

	if (!variant_list(&all, &count, work, render->image_id))
		return false;
	render->variants = pool_alloc(work->pool, (count + 1) * sizeof(*all));
	render->count = 0;
	for (size_t i = 0; i < count && render->count < RENDER_MAX_VARIANTS;
	     i++)
		if (!strcmp(all[i].status, "processing"))
			render->variants[render->count++] = all[i];
	return true;
}

bool render_estimate(unsigned *cost_ms, struct work *work,
		     const struct job *job, const struct probe *probe,
		     bool animated)
{
	struct render render = { .image_id = job->image_id,
				 .probe = probe,
				 .animated = animated };
	struct extent extent;

	if (!find_pending(&render, work) || !measure(&extent, &render, work))
		return false;
	*cost_ms = estimate_ms(&extent, probe);
	return true;
}

/* The tier of the image's owner decides: a variant does not depend on the
   client that asks for it first. */
static bool find_tier(struct tier *tier, struct work *work,
		      const struct image *image)
{
	struct user owner;

	return user_find(&owner, work, image->user_id) &&
	       tier_find(tier, work, owner.tier_id);
}

/* A job with nothing to do reads nothing for it. */
static bool make_pending(struct render *render, struct work *work)
{
	struct probe *probe = pool_alloc(work->pool, sizeof(*probe));
	struct image image;
	struct tier tier;

	if (!render->count)
		return true;
	if (!image_find(&image, work, render->image_id) ||
	    !find_tier(&tier, work, &image) ||
	    !store_get(&render->source, work,
		       store_key(work->pool, render->image_id, "original")) ||
	    !render_probe(probe, work, render->source))
		return false;
	render->animated = tier.animated;
	render->probe = probe;
	return render_make(render, work);
}

bool render_job(struct work *work, const struct job *job)
{
	struct render render = { .image_id = job->image_id,
				 .quality = (uint32_t)job->quality,
				 .user_id = job->user_id };
	struct ending ending = { .job = job, .render = &render };

	return find_pending(&render, work) && make_pending(&render, work) &&
	       end_well(work, &ending);
}

struct wanting {
	struct variant *variant;
	struct job job;
	struct tier tier; /* of the image's owner */
	bool queue;
};

static bool record_wish(struct work *work, void *arg)
{
	const struct wanting *wanting = arg;

	if (!wanting->queue)
		return variant_add(work, wanting->variant);
	return user_lock(work, wanting->job.user_id) &&
	       variant_add(work, wanting->variant) &&
	       budget_check(work, wanting->job.user_id, &wanting->tier,
			    wanting->job.cost_ms) &&
	       job_add(work, &wanting->job);
}

/* A resize's job says in which quality it is made. */
static bool find_quality(int64_t *quality, struct work *work,
			 const struct image *image)
{
	struct job job;

	if (strcmp(image->kind, "resize")) {
		*quality = 0;
		return true;
	}
	if (!job_of_image(&job, work, image->id))
		return false;
	*quality = job.quality;
	return true;
}

/* What is small is rendered before its row is written, so a row never waits
   for a process that may die; at worst two hosts render the same bytes. What
   turns out to need more than a request's decoder process has is for a
   worker. */
static bool make_missing(struct variant *variant, struct work *work,
			 const struct image *image, int64_t priority)
{
	struct probe probe;
	struct render render = { .image_id = image->id,
				 .source = -1,
				 .probe = &probe,
				 .variants = variant,
				 .count = 1,
				 .user_id = image->user_id };
	struct wanting wanting = {
		.variant = variant,
		.job = { .id = uuid_new(),
			 .kind = "render",
			 .user_id = image->user_id,
			 .address = budget_address(work, image->user_id),
			 .image_id = image->id,
			 .priority = priority,
			 .max_attempts = work->conf->job_attempts,
			 .created_at = db_now_us(work) },
	};
	uint32_t width, height;
	unsigned cost_ms = 0;

	if (!find_quality(&wanting.job.quality, work, image) ||
	    !find_tier(&wanting.tier, work, image) ||
	    !store_get(&render.source, work,
		       store_key(work->pool, image->id, "original")) ||
	    !render_probe(&probe, work, render.source))
		return false;
	probe_upright(&probe, &width, &height);
	if (!access_check_enlargement(work, &wanting.tier, variant->variant,
				      width, height))
		return false;
	render.animated = wanting.tier.animated;
	render.quality = (uint32_t)wanting.job.quality;
	wanting.queue = !render_is_small(&render, work, &cost_ms);
	wanting.job.cost_ms = cost_ms;
	if (!wanting.queue && !render_make(&render, work)) {
		wanting.queue = true;
		if (work->err != ERR_TOO_LARGE)
			return false;
	}
	return db_transaction(work, record_wish, &wanting);
}

/* For lists, which ask of many: nothing stays open. */
static bool probe_original(struct probe *probe, struct work *work,
			   const struct image *image)
{
	struct pool *outer = work->pool;
	int source;
	bool good;

	work->pool = pool_new();
	good = store_get(&source, work,
			 store_key(work->pool, image->id, "original")) &&
	       render_probe(probe, work, source);
	pool_free(work->pool);
	work->pool = outer;
	return good;
}

/* Most formats stay what they are; of others it depends on the picture. */
bool render_format(enum format *format, struct work *work,
		   const struct image *image, const char *name)
{
	struct probe probe = { 0 };
	struct recipe recipe;

	if (!recipe_parse(&recipe, work, name))
		return false;
	if (!image->format || !format_by_name(&probe.format, image->format))
		return fail(work, ERR_CONFLICT, "the image has no file yet");
	if (!recipe.has_format && !format_row(probe.format)->in_browsers &&
	    !probe_original(&probe, work, image))
		return false;
	*format = recipe_format(&recipe, &probe);
	return true;
}

/* Whoever comes while another makes it waits, and then finds it. */
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

/* Once an hour is enough to know which were used last. */
static bool touch(struct work *work, const struct variant *variant)
{
	const int64_t hour_us = 3600000000;

	return strcmp(variant->status, "ready") ||
	       variant->used_at > db_now_us(work) - hour_us ||
	       variant_touch(work, variant->image_id, variant->variant);
}

/* Nothing is written down: who asks again when the file is here makes it. */
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

/* What failed for a reason that may have gone is made again at its next use,
   but not all the time: it may be what brings the machine down. */
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
	/* ERR_CONFLICT: another request was first. */
	if (!db_transaction(work, requeue, &job) && work->err != ERR_CONFLICT)
		return false;
	variant->status = "processing";
	return true;
}

bool render_want(struct variant *variant, struct work *work,
		 const struct image *image, const char *name, int64_t priority)
{
	struct variant made = {
		.image_id = image->id,
		.variant = name,
		.status = "processing",
	};
	long wait_ms = 1000 * (work->conf->painter_seconds_request + 1);
	long turn;
	bool good;

	if (variant_find(variant, work, image->id, name))
		return strcmp(variant->status, "failed")
			       ? touch(work, variant)
			       : try_again(variant, work, image);
	if (work->err != ERR_NOT_FOUND)
		return false;
	if (!image->format)
		return wait_for_file(variant, work, image, &made);
	if (!work->turns)
		return make_once(variant, work, image, &made, priority);
	if (!turn_take_named(&turn, work->turns,
			     store_key(work->pool, image->id, name), wait_ms)) {
		*variant = made;
		return true;
	}
	good = make_once(variant, work, image, &made, priority);
	turn_give(work->turns, turn);
	return good;
}
