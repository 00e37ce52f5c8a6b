/* render.c: renders all variants of one picture. */
#include "config.h"

#include "lib/picture/render.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/pool.h"
#include "lib/picture/animation.h"
#include "lib/picture/effect.h"
#include "lib/picture/engine.h"
#include "lib/picture/profile.h"
#include "lib/picture/smart.h"

static void forget_settings(void)
{
	for (char **entry = environ; *entry;) {
		const char *end = strchr(*entry, '=');
		char name[128];

		if (strncmp(*entry, "MAGICK_", 7) || !end ||
		    (size_t)(end - *entry) >= sizeof(name)) {
			entry++;
			continue;
		}
		memcpy(name, *entry, (size_t)(end - *entry));
		name[end - *entry] = '\0';
		unsetenv(name);
	}
}

static void set_limits(const struct conf *conf, size_t memory_bytes)
{
	SetMagickResourceLimit(ThreadsResource, 1);
	SetMagickResourceLimit(DiskResource, 0);
	SetMagickResourceLimit(MapResource, 0);
	SetMagickResourceLimit(MemoryResource, (magick_int64_t)memory_bytes);
	SetMagickResourceLimit(PixelsResource,
			       conf->max_pixels >
					       RECIPE_MAX_SIDE * RECIPE_MAX_SIDE
				       ? conf->max_pixels
				       : RECIPE_MAX_SIDE * RECIPE_MAX_SIDE);
	SetMagickResourceLimit(WidthResource, conf->max_side);
	SetMagickResourceLimit(HeightResource, conf->max_side);
}

NORETURN static void on_fatal(const ExceptionType severity, const char *reason,
			      const char *description)
{
	(void)severity;
	(void)reason;
	(void)description;
	_exit(RENDER_EXIT_MEMORY);
}

static void on_other(const ExceptionType severity, const char *reason,
		     const char *description)
{
	(void)severity;
	(void)reason;
	(void)description;
}

void render_init(struct renderer *renderer, struct pool *pool,
		 const struct conf *conf, size_t memory_bytes)
{
	ExceptionInfo exception;

	forget_settings();
	GetExceptionInfo(&exception);
	InitializeMagickEx(NULL, MAGICK_OPT_NO_SIGNAL_HANDER, &exception);
	DestroyExceptionInfo(&exception);
	set_limits(conf, memory_bytes);
	renderer->conf = conf;
	renderer->srgb = profile_srgb(pool, &renderer->srgb_len);
}

void render_begin(void)
{
	/* Freed pixels are used again at once: this saves page faults, because
	   the kernel does not get the memory back in between. */
	mallopt(M_MMAP_THRESHOLD, 256 << 20);
	mallopt(M_TRIM_THRESHOLD, 256 << 20);
	SetFatalErrorHandler(on_fatal);
	SetErrorHandler(on_other);
	SetWarningHandler(on_other);
}

static bool same_crop(const struct recipe_plan *a, const struct recipe_plan *b)
{
	return a->crop_x == b->crop_x && a->crop_y == b->crop_y &&
	       a->crop_width == b->crop_width &&
	       a->crop_height == b->crop_height;
}

static const struct recipe *recipe_of(const struct rendering *p,
				      const struct planned_variant *variant)
{
	return &p->request->recipes[variant->index];
}

static bool same_effects(const struct recipe *a, const struct recipe *b)
{
	return a->gray == b->gray && a->blur == b->blur && a->sharp == b->sharp;
}

/* Returns the smallest previous variant with the same content that is large
   enough to hide the second resizing; else NULL. */
static const struct planned_variant *find_larger(
	const struct rendering *p, const struct planned_variant *variant)
{
	const struct recipe_plan *want = &variant->plan;
	const struct planned_variant *found = NULL;

	for (const struct planned_variant *v = p->variants; v < variant; v++)
		if (!v->identical && same_crop(&v->plan, want) && !v->changes &&
		    2 * v->plan.width >= 3 * want->width &&
		    2 * v->plan.height >= 3 * want->height)
			found = v;
	return found;
}

static bool are_identical(const struct rendering *p,
			  const struct planned_variant *a,
			  const struct planned_variant *b)
{
	const struct recipe *first = recipe_of(p, a);
	const struct recipe *second = recipe_of(p, b);

	return same_crop(&a->plan, &b->plan) &&
	       a->plan.width == b->plan.width &&
	       a->plan.height == b->plan.height && a->format == b->format &&
	       first->quality == second->quality && same_effects(first, second);
}

/* Small pictures keep their size, so different recipes may give the same
   result. */
static const struct planned_variant *find_identical(
	const struct rendering *p, const struct planned_variant *variant)
{
	for (const struct planned_variant *v = p->variants; v < variant; v++)
		if (!v->identical && are_identical(p, v, variant))
			return v;
	return NULL;
}

static int by_size(const void *left, const void *right)
{
	const struct planned_variant *a = left, *b = right;
	const uint64_t first = (uint64_t)a->plan.width * a->plan.height;
	const uint64_t second = (uint64_t)b->plan.width * b->plan.height;

	if (first != second)
		return first < second ? 1 : -1;
	return a->index < b->index ? -1 : 1;
}

static bool has_mark(const struct rendering *p, const struct recipe_plan *plan)
{
	const struct watermark *watermark = &p->request->watermark;

	return watermark->len &&
	       watermark_is_for(&watermark->place, plan->width, plan->height);
}

bool engine_change(struct bitmap *bitmap, struct rendering *p,
		   const struct planned_variant *variant)
{
	return effect_apply(bitmap, p->work, recipe_of(p, variant)) &&
	       (!has_mark(p, &variant->plan) ||
		watermark_draw(bitmap, p->work, &p->request->watermark.place,
			       &p->mark));
}

/* Whether the variant shows the whole picture in its own proportions, as far as
   whole pixels allow. */
static bool is_whole(const struct rendering *p, const struct recipe_plan *plan)
{
	const int64_t longest = p->width > p->height ? p->width : p->height;

	return plan->crop_width == p->width && plan->crop_height == p->height &&
	       llabs((int64_t)plan->width * p->height -
		     (int64_t)plan->height * p->width) <= longest;
}

/* Returns the smallest variant that shows the whole picture, or else the
   smallest one: few pixels are quickly reduced. */
static const struct planned_variant *choose_placeholder(
	const struct rendering *p)
{
	const struct planned_variant *smallest = NULL, *whole = NULL;

	for (uint32_t i = 0; i < p->request->count; i++) {
		const struct planned_variant *variant = &p->variants[i];

		if (variant->identical)
			continue;
		smallest = variant;
		if (is_whole(p, &variant->plan))
			whole = variant;
	}
	return whole ? whole : smallest;
}

static void plan_variants(struct rendering *p)
{
	const struct render_request *request = p->request;

	probe_upright(&request->probe, &p->width, &p->height);
	for (uint32_t i = 0; i < request->count; i++) {
		const struct recipe *recipe = &request->recipes[i];
		const struct recipe_plan plan =
			recipe_plan(recipe, p->width, p->height);
		const double x = (double)plan.width / plan.crop_width;
		const double y = (double)plan.height / plan.crop_height;

		p->scale = x > p->scale ? x : p->scale;
		p->scale = y > p->scale ? y : p->scale;
		p->variants[i] = (struct planned_variant){
			.index = i,
			.plan = plan,
			.format = recipe_format(recipe, &request->probe),
			.jpeg_quality = recipe->quality
						? recipe->quality
						: (unsigned)p->renderer->conf
							  ->jpeg_quality,
			.changes =
				recipe_has_effect(recipe) || has_mark(p, &plan),
		};
	}
	qsort(p->variants, request->count, sizeof(p->variants[0]), by_size);
	for (uint32_t i = 0; i < request->count; i++) {
		struct planned_variant *variant = &p->variants[i];

		variant->identical = find_identical(p, variant);
		variant->larger = find_larger(p, variant);
	}
	p->placeholder = choose_placeholder(p);
}

static bool make_variant(struct rendering *p, const struct engine *engine,
			 struct planned_variant *variant)
{
	return variant->identical ||
	       (engine->resize(p, variant) &&
		(variant != p->placeholder ||
		 engine->make_placeholder(p, variant)) &&
		(!variant->changes || engine->change(p, variant)) &&
		engine->encode(p, variant));
}

/* Reading a TIFF changes its bytes. */
static bool copy_changing(uint8_t **bytes, struct work *work,
			  const struct render_request *request, size_t len)
{
	uint8_t *copy;

	if (request->probe.format != FORMAT_TIFF)
		return true;
	copy = pool_try_alloc(work->pool, len);
	if (!copy)
		return fail(work, ERR_TOO_LARGE,
			    "no memory for another %zu bytes of the picture",
			    len);
	memcpy(copy, *bytes, len);
	*bytes = copy;
	return true;
}

/* Decodes a picture by one recipe, the first frame of an animation, to a bitmap
   of the work's pool. The engine is always the fast one, which decodes a JPEG
   at an eighth of its size. */
static bool decode_by(struct bitmap *bitmap, const struct renderer *renderer,
		      struct work *work, const struct render_request *request,
		      uint8_t *bytes, size_t len)
{
	struct rendering p = { .renderer = renderer,
			       .request = request,
			       .work = work };

	plan_variants(&p);
	if (!copy_changing(&bytes, work, request, len) ||
	    !engine_fast.decode(&p, bytes, len))
		return false;
	*bitmap = p.variants[0].planes[0];
	return true;
}

static void focus_on(struct render_request *request, const struct bitmap *look)
{
	uint32_t width, height;

	probe_upright(&request->probe, &width, &height);
	for (uint32_t i = 0; i < request->count; i++) {
		struct recipe *recipe = &request->recipes[i];

		if (recipe->gravity != GRAVITY_SMART)
			continue;
		recipe->focus = smart_focus(look, recipe, width, height);
		recipe->gravity = GRAVITY_FOCUS;
	}
}

/* Replaces GRAVITY_SMART by the focus that is found in the picture. */
static bool find_focus(struct render_request *request,
		       const struct renderer *renderer, struct work *work,
		       uint8_t *bytes, size_t len)
{
	/* The format has no planes, so the look is one bitmap. */
	const struct render_request small = {
		.probe = request->probe,
		.count = 1,
		.recipes = { { .width = SMART_SIDE,
			       .height = SMART_SIDE,
			       .has_format = true,
			       .format = FORMAT_PNG } },
	};
	struct pool *outer = work_pool_begin(work);
	struct bitmap look;
	const bool ok = decode_by(&look, renderer, work, &small, bytes, len);

	if (ok)
		focus_on(request, &look);
	work_pool_end(work, outer);
	return ok;
}

/* The PNG in its own size. Without a watermark, does nothing. */
static bool decode_mark(struct bitmap *mark, const struct renderer *renderer,
			struct work *work, const struct watermark *watermark)
{
	const struct render_request request = {
		.probe = watermark->probe,
		.count = 1,
		.recipes = { { .width = WATERMARK_MAX_SIDE,
			       .height = WATERMARK_MAX_SIDE,
			       .has_format = true,
			       .format = FORMAT_PNG } },
	};

	return !watermark->len ||
	       decode_by(mark, renderer, work, &request,
			 (uint8_t *)watermark->bytes, watermark->len);
}

static bool render_stills(const struct renderer *renderer, struct work *work,
			  const struct render_request *request, uint8_t *bytes,
			  size_t len, render_done done, void *arg)
{
	const struct engine *engine = renderer->conf->engine == ENGINE_FAST
					      ? &engine_fast
					      : &engine_graphicsmagick;
	struct rendering p = { .renderer = renderer,
			       .request = request,
			       .work = work };
	bool ok;

	plan_variants(&p);
	ok = decode_mark(&p.mark, renderer, work, &request->watermark) &&
	     engine->decode(&p, bytes, len);
	for (uint32_t i = 0; ok && i < request->count; i++) {
		struct planned_variant *variant = &p.variants[i];

		ok = make_variant(&p, engine, variant);
		if (ok)
			done(arg, variant->index,
			     variant->identical ? &variant->identical->rendition
						: &variant->rendition);
	}
	engine->release(&p);
	return ok;
}

static bool render_animation(const struct renderer *renderer, struct work *work,
			     const struct render_request *request,
			     const uint8_t *bytes, size_t len, render_done done,
			     void *arg)
{
	const struct animation_source source = { renderer, &request->probe,
						 bytes, len,
						 &request->watermark.place };
	struct pool *outer = work_pool_begin(work);
	struct rendition rendition;
	struct bitmap mark;
	const bool ok =
		decode_mark(&mark, renderer, work, &request->watermark) &&
		animation_make(&rendition, work, &source, &request->recipes[0],
			       request->watermark.len ? &mark : NULL);

	if (ok)
		done(arg, 0, &rendition);
	work_pool_end(work, outer);
	return ok;
}

static bool has_smart(const struct render_request *request)
{
	for (uint32_t i = 0; i < request->count; i++)
		if (request->recipes[i].gravity == GRAVITY_SMART)
			return true;
	return false;
}

/* The animation is not kept if only the first frame can be read. */
static bool render_placed(const struct renderer *renderer, struct work *work,
			  const struct render_request *request, uint8_t *bytes,
			  size_t len, render_done done, void *arg)
{
	if (request->count == 1 && request->recipes[0].animated) {
		if (render_animation(renderer, work, request, bytes, len, done,
				     arg))
			return true;
		if (work->err != ERR_CORRUPT_IMAGE &&
		    work->err != ERR_UNSUPPORTED_FORMAT)
			return false;
		work->warned = true;
	}
	return render_stills(renderer, work, request, bytes, len, done, arg);
}

bool render_all(const struct renderer *renderer, struct work *work,
		const struct render_request *request, uint8_t *bytes,
		size_t len, render_done done, void *arg)
{
	struct render_request placed;

	if (!has_smart(request))
		return render_placed(renderer, work, request, bytes, len, done,
				     arg);
	placed = *request;
	return find_focus(&placed, renderer, work, bytes, len) &&
	       render_placed(renderer, work, &placed, bytes, len, done, arg);
}

const char *render_library(void)
{
	return GetMagickVersion(NULL);
}
