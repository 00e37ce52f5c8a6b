/* variant_render.c: makes variants of one image. */
#include "config.h"

#include "lib/service/variant_render.h"

#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/model/user.h"
#include "lib/picture/animation_limits.h"
#include "lib/picture/decoder_pool.h"
#include "lib/picture/effect.h"
#include "lib/picture/metadata.h"
#include "lib/picture/metadata_write.h"
#include "lib/picture/recipe.h"
#include "lib/picture/smart.h"
#include "lib/service/watermark.h"
#include "lib/store/store.h"

_Static_assert((int)RECIPE_TEXT_SIZE <= (int)VARIANT_NAME_MAX + 1,
	       "every recipe is a variant's name");

/* For each pixel of an enlarged variant: CPU time to resample and encode it,
   and memory for it and the intermediate image. */
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

/* The bytes are readable until the pool ends. */
static bool map_file(struct bytes *bytes, struct work *work, int fd)
{
	struct mapping *map = pool_alloc(work->pool, sizeof(*map));
	struct stat st;

	if (fstat(fd, &st))
		return fail_errno(work, "cannot fstat the original");
	*bytes = (struct bytes){ (const uint8_t *)"", 0 };
	if (!st.st_size)
		return true;
	map->len = (size_t)st.st_size;
	map->bytes = mmap(NULL, map->len, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map->bytes == MAP_FAILED)
		return fail_errno(work, "cannot mmap the original");
	pool_defer(work->pool, unmap, map);
	*bytes = (struct bytes){ map->bytes, map->len };
	return true;
}

bool variant_render_probe(struct probe *probe, struct work *work, int fd)
{
	struct bytes bytes;

	return map_file(&bytes, work, fd) &&
	       probe_read(probe, work, bytes.data, bytes.len);
}

bool variant_render_metadata(struct metadata *metadata, struct work *work,
			     int fd, enum format format)
{
	struct bytes bytes;

	if (!map_file(&bytes, work, fd))
		return false;
	metadata_read(metadata, work->pool, format, bytes);
	return true;
}

static void set_focus(struct recipe *recipe, const struct image_focus *focus)
{
	if (!focus->is_set || !recipe_has_focus(recipe))
		return;
	recipe->gravity = GRAVITY_FOCUS;
	recipe->focus = (struct focus){
		(double)focus->x / IMAGE_FOCUS_MAX,
		(double)focus->y / IMAGE_FOCUS_MAX,
	};
}

static bool parse_recipes(struct recipe **recipes, struct work *work,
			  const struct variant_batch *batch)
{
	*recipes = pool_alloc(work->pool, batch->count * sizeof(**recipes));
	for (size_t i = 0; i < batch->count; i++) {
		if (!recipe_parse(&(*recipes)[i], work,
				  batch->variants[i].variant))
			return false;
		set_focus(&(*recipes)[i], &batch->focus);
		if (!(*recipes)[i].has_quality)
			(*recipes)[i].quality = batch->quality;
		(*recipes)[i].animated =
			batch->animated &&
			animation_is_kept(&(*recipes)[i], batch->probe,
					  work->conf);
	}
	return true;
}

/* What determines the cost of rendering, besides the original. */
struct extent {
	uint32_t side;        /* longest side of all variants */
	uint64_t enlarged;    /* pixels of enlarged variants */
	uint64_t write_ns;    /* time for effects, and to encode the variants */
	bool smart;           /* the picture is decoded twice */
	uint64_t animated_ms; /* sum over all animations */
	uint64_t animated_mib; /* largest of one animation */
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
	const struct recipe_plan plan = recipe_plan_for(recipe, probe);
	const uint64_t pixels = (uint64_t)plan.width * plan.height;

	if (plan.width > extent->side)
		extent->side = plan.width;
	if (plan.height > extent->side)
		extent->side = plan.height;
	if (pixels > (uint64_t)probe->width * probe->height)
		extent->enlarged += pixels;
	extent->write_ns +=
		pixels * (format_row(format)->write_ns + effect_ns(recipe));
}

static bool measure(struct extent *extent, const struct variant_batch *batch,
		    struct work *work)
{
	struct extent found = { .side = 1 };
	struct recipe *recipes;

	if (!parse_recipes(&recipes, work, batch))
		return false;
	for (size_t i = 0; i < batch->count; i++) {
		found.smart |= recipes[i].gravity == GRAVITY_SMART;
		if (recipes[i].animated)
			measure_animation(&found, &recipes[i], batch->probe);
		else
			measure_still(&found, &recipes[i], batch->probe);
	}
	*extent = found;
	return true;
}

static unsigned estimate_ms(const struct extent *extent,
			    const struct probe *probe)
{
	const uint64_t ms =
		probe_estimate_ms(probe, extent->side) +
		(extent->smart ? probe_estimate_ms(probe, SMART_SIDE) : 0) +
		(extent->enlarged * ENLARGED_NS + extent->write_ns) / 1000000 +
		extent->animated_ms;

	return ms < UINT_MAX ? (unsigned)ms : UINT_MAX;
}

bool render_estimate(unsigned *cost_ms, const struct variant_batch *batch,
		     struct work *work)
{
	struct extent extent;

	if (!measure(&extent, batch, work))
		return false;
	*cost_ms = estimate_ms(&extent, batch->probe);
	return true;
}

bool variant_render_is_small(const struct variant_batch *batch,
			     struct work *work, unsigned *cost_ms)
{
	const struct conf *conf = work->conf;
	struct extent extent;
	uint64_t mib;

	if (!measure(&extent, batch, work))
		return false;
	*cost_ms = estimate_ms(&extent, batch->probe);
	mib = probe_estimate_mib(batch->probe) +
	      (extent.enlarged * ENLARGED_BYTES >> 20);
	if (mib < extent.animated_mib)
		mib = extent.animated_mib;
	return *cost_ms <= (uint64_t)conf->sync_budget_ms &&
	       mib <= (uint64_t)conf->decoder_memory_request;
}

/* What the thumbnails have in common besides the picture. */
static bool find_kept_metadata(struct metadata *metadata, struct work *work,
			       const struct variant_batch *batch)
{
	*metadata = (struct metadata){ 0 };
	return work->conf->keep_copyright != COPYRIGHT_KEPT ||
	       variant_render_metadata(metadata, work, batch->source,
				       batch->probe->format);
}

static bool write_variant(struct store_file *file, struct variant *variant,
			  struct work *work, const struct rendition *rendition,
			  const struct metadata *metadata)
{
	const struct bytes bytes = { rendition->bytes, rendition->len };
	struct metadata_file made;
	struct store_temp *temp;

	metadata_write(&made, work->pool, rendition->format, bytes, metadata);
	if (!store_temp_new(&temp, work))
		return false;
	for (size_t i = 0; i < made.count; i++)
		if (!store_temp_write(temp, work, made.pieces[i].data,
				      made.pieces[i].len))
			return false;
	store_temp_end(temp);
	file->temp = temp;
	file->key = store_key(work->pool, variant->image_id, variant->variant);
	variant->status = VARIANT_READY;
	variant->format = format_row(rendition->format)->name;
	variant->width = rendition->width;
	variant->height = rendition->height;
	variant->bytes = temp->bytes;
	memcpy(variant->sha256, temp->sha256, sizeof(variant->sha256));
	return true;
}

/* `anonymous` is shared by many clients, so its images count as nobody's. */
static struct uuid owner_of(const struct variant_batch *batch)
{
	const struct uuid nobody = { 0 };

	return user_is_anonymous(batch->user_id) ? nobody : batch->user_id;
}

static bool run_decoder(struct rendition *rendition, struct work *work,
			const struct variant_batch *batch,
			const struct recipe *recipes, size_t count)
{
	const struct decoder_picture picture = {
		.owner = owner_of(batch),
		.source = batch->source,
		.probe = batch->probe,
		.watermark = batch->watermark,
		.recipes = recipes,
		.count = count,
	};

	return !count ||
	       decoder_pool_render(rendition, work, work->decoders, &picture);
}

/* One decode makes all still variants. Each animation uses a decoder process of
   its own, with the time and memory of one. */
static bool render_recipes(struct rendition *renditions, struct work *work,
			   const struct variant_batch *batch,
			   const struct recipe *recipes)
{
	struct recipe stills[VARIANT_RENDER_MAX] = { 0 };
	struct rendition made[VARIANT_RENDER_MAX];
	size_t places[VARIANT_RENDER_MAX];
	size_t count = 0;

	for (size_t i = 0; i < batch->count; i++) {
		if (!recipes[i].animated) {
			stills[count] = recipes[i];
			places[count++] = i;
		} else if (!run_decoder(&renditions[i], work, batch,
					&recipes[i], 1)) {
			return false;
		}
	}
	if (!run_decoder(made, work, batch, stills, count))
		return false;
	for (size_t i = 0; i < count; i++)
		renditions[places[i]] = made[i];
	return true;
}

static void keep_placeholder(struct variant_batch *batch, struct pool *pool,
			     const struct placeholder *placeholder)
{
	const uint8_t *color = placeholder->color;

	if (!placeholder->len || batch->placeholder)
		return;
	batch->placeholder =
		text_base64(pool, placeholder->hash, placeholder->len);
	if (placeholder->has_color)
		batch->color = pool_printf(pool, "#%02x%02x%02x", color[0],
					   color[1], color[2]);
}

bool variant_render(struct variant_batch *batch, struct work *work)
{
	struct rendition *renditions = pool_alloc(
		work->pool, (batch->count + 1) * sizeof(*renditions));
	struct store_file *files =
		pool_alloc(work->pool, (batch->count + 1) * sizeof(*files));
	size_t count = batch->count;
	struct metadata metadata;
	struct recipe *recipes;

	if (!batch->count)
		return true;
	if (!parse_recipes(&recipes, work, batch) ||
	    !find_kept_metadata(&metadata, work, batch) ||
	    !render_recipes(renditions, work, batch, recipes))
		return false;
	for (size_t i = 0; i < batch->count; i++) {
		batch->variants[i].image_id = batch->image_id;
		batch->variants[i].watermark = batch->watermark_us;
		if (!write_variant(&files[i], &batch->variants[i], work,
				   &renditions[i], &metadata))
			return false;
		keep_placeholder(batch, work->pool, &renditions[i].placeholder);
	}
	if (!batch->original) {
		batch->files = files;
		batch->kept = false;
		return true;
	}
	files[count++] = (struct store_file){
		batch->original,
		store_key(work->pool, batch->image_id, VARIANT_ORIGINAL),
	};
	return store_keep(work, files, count);
}

bool variant_render_use_tier(struct variant_batch *batch, struct work *work,
			     const struct tier *tier)
{
	batch->animated = tier->animated;
	batch->watermark_us = tier->watermark;
	return watermark_load(&batch->watermark, work, tier);
}

bool variant_has_focus(const char *name)
{
	struct work aside = { 0 };
	struct recipe recipe;

	return recipe_parse(&recipe, &aside, name) && recipe_has_focus(&recipe);
}

static bool is_stale(const struct variant_batch *batch,
		     const struct image *image)
{
	if (image_same_focus(&image->focus, &batch->focus))
		return false;
	for (size_t i = 0; i < batch->count; i++)
		if (variant_has_focus(batch->variants[i].variant))
			return true;
	return false;
}

bool variant_keep(struct image *image, struct variant_batch *batch,
		  struct work *work)
{
	int64_t watermark_us;

	if (!image_lock(image, work, batch->image_id))
		return false;
	if (!watermark_of_user(&watermark_us, work, image->user_id))
		return false;
	batch->stale =
		watermark_us != batch->watermark_us || is_stale(batch, image);
	if (batch->stale)
		return fail(work, ERR_CONFLICT,
			    "the focus or the watermark of image %s has "
			    "changed meanwhile",
			    UUID_TEXT(batch->image_id));
	if (!batch->kept && batch->count)
		batch->kept = store_keep(work, batch->files, batch->count);
	return batch->kept || !batch->count;
}

/* Closes the file at once, because lists call this for many images. */
static bool probe_original(struct probe *probe, struct work *work,
			   const struct image *image)
{
	struct pool *outer = work_pool_begin(work);
	int source;
	const bool good =
		store_get(&source, work,
			  store_key(work->pool, image->id, VARIANT_ORIGINAL)) &&
		variant_render_probe(probe, work, source);

	work_pool_end(work, outer);
	return good;
}

/* A variant keeps the original's format if browsers display it; otherwise the
   format depends on the original's header. */
bool variant_render_format(enum format *format, struct work *work,
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
