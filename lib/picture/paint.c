/* paint.c: one picture, all its variants. */
#include "config.h"

#include "lib/picture/paint.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/pool.h"
#include "lib/picture/colour.h"
#include "lib/picture/decode.h"
#include "lib/picture/encode.h"
#include "lib/picture/resize.h"

struct variant {
	uint32_t index;
	struct recipe_plan plan;
	Image *image; /* NULL until it is made, and of a twin */
	struct painted painted;
};

struct painting {
	const struct paint *paint;
	const struct paint_task *task;
	struct work *work;
	uint32_t width, height;                     /* of the upright picture */
	Image *picture;                             /* it, maybe reduced */
	struct variant variants[PAINT_MAX_RECIPES]; /* the largest first */
};

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
	_exit(PAINT_EXIT_MEMORY);
}

static void on_other(const ExceptionType severity, const char *reason,
		     const char *description)
{
	(void)severity;
	(void)reason;
	(void)description;
}

void paint_init(struct paint *paint, struct pool *pool, const struct conf *conf,
		size_t memory_bytes)
{
	ExceptionInfo exception;

	forget_settings();
	GetExceptionInfo(&exception);
	InitializeMagickEx(NULL, MAGICK_OPT_NO_SIGNAL_HANDER, &exception);
	DestroyExceptionInfo(&exception);
	set_limits(conf, memory_bytes);
	paint->conf = conf;
	paint->srgb = colour_srgb(pool, &paint->srgb_len);
}

void paint_begin(void)
{
	/* Pixels that are given back are taken again at once: without new page
	   faults if the kernel does not get them in between. */
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

/* The smallest variant so far that is this one, large enough to hide that it
   was made of a copy; else NULL. */
static const Image *larger_copy(const struct painting *p,
				const struct variant *variant)
{
	const struct recipe_plan *want = &variant->plan;
	const Image *found = NULL;

	for (const struct variant *v = p->variants; v < variant; v++)
		if (v->image && same_crop(&v->plan, want) &&
		    2 * v->plan.width >= 3 * want->width &&
		    2 * v->plan.height >= 3 * want->height)
			found = v->image;
	return found;
}

static Image *crop(const struct painting *p, const struct recipe_plan *plan,
		   ExceptionInfo *exception)
{
	const double x_factor = (double)p->picture->columns / p->width;
	const double y_factor = (double)p->picture->rows / p->height;
	RectangleInfo area = {
		.x = (long)(plan->crop_x * x_factor + 0.5),
		.y = (long)(plan->crop_y * y_factor + 0.5),
		.width = (unsigned long)(plan->crop_width * x_factor + 0.5),
		.height = (unsigned long)(plan->crop_height * y_factor + 0.5),
	};
	Image *image;

	if (area.width >= p->picture->columns &&
	    area.height >= p->picture->rows)
		return CloneImage(p->picture, 0, 0, MagickTrue, exception);
	if (!area.width)
		area.width = 1;
	if (!area.height)
		area.height = 1;
	image = CropImage(p->picture, &area, exception);
	if (image)
		memset(&image->page, 0, sizeof(image->page));
	return image;
}

static bool make_image(struct painting *p, struct variant *variant)
{
	const struct recipe_plan *plan = &variant->plan;
	const Image *copy = larger_copy(p, variant);
	ExceptionInfo exception;
	Image *area = NULL;

	GetExceptionInfo(&exception);
	if (!copy)
		copy = area = crop(p, plan, &exception);
	if (copy)
		variant->image =
			resize(copy, plan->width, plan->height, &exception);
	if (area)
		DestroyImage(area);
	if (!variant->image)
		decode_fail(p->work, &exception);
	DestroyExceptionInfo(&exception);
	return variant->image;
}

static bool are_twins(const struct painting *p, const struct variant *a,
		      const struct variant *b)
{
	const struct probe *probe = &p->task->probe;
	const struct recipe *first = &p->task->recipes[a->index];
	const struct recipe *second = &p->task->recipes[b->index];

	return same_crop(&a->plan, &b->plan) &&
	       a->plan.width == b->plan.width &&
	       a->plan.height == b->plan.height &&
	       recipe_format(first, probe) == recipe_format(second, probe) &&
	       first->quality == second->quality;
}

/* One that was made and is the same: small pictures stay as they are, whatever
   the recipe. Else NULL. */
static const struct painted *twin_of(const struct painting *p,
				     const struct variant *variant)
{
	for (const struct variant *v = p->variants; v < variant; v++)
		if (v->image && are_twins(p, v, variant))
			return &v->painted;
	return NULL;
}

static bool make_variant(struct painting *p, struct variant *variant,
			 paint_done done, void *arg)
{
	const struct recipe *recipe = &p->task->recipes[variant->index];
	const struct painted *painted = twin_of(p, variant);

	if (!painted) {
		if (!make_image(p, variant) ||
		    !encode(&variant->painted, p->work, p->paint->conf,
			    variant->image,
			    recipe_format(recipe, &p->task->probe),
			    recipe->quality))
			return false;
		painted = &variant->painted;
	}
	done(arg, variant->index, painted);
	return true;
}

static void forget(struct variant *variant)
{
	if (variant->image)
		DestroyImage(variant->image);
	MagickFree((void *)variant->painted.bytes);
}

static int by_size(const void *left, const void *right)
{
	const struct variant *a = left, *b = right;
	const uint64_t first = (uint64_t)a->plan.width * a->plan.height;
	const uint64_t second = (uint64_t)b->plan.width * b->plan.height;

	if (first != second)
		return first < second ? 1 : -1;
	return a->index < b->index ? -1 : 1;
}

/* Returns how much of the picture's size the largest variant needs. */
static double plan_all(struct painting *p)
{
	const struct paint_task *task = p->task;
	double scale = 0;

	probe_upright(&task->probe, &p->width, &p->height);
	for (uint32_t i = 0; i < task->count; i++) {
		const struct recipe_plan plan =
			recipe_plan(&task->recipes[i], p->width, p->height);
		const double x = (double)plan.width / plan.crop_width;
		const double y = (double)plan.height / plan.crop_height;

		scale = x > scale ? x : scale;
		scale = y > scale ? y : scale;
		p->variants[i] = (struct variant){ .index = i, .plan = plan };
	}
	qsort(p->variants, task->count, sizeof(p->variants[0]), by_size);
	return scale;
}

bool paint_all(const struct paint *paint, struct work *work,
	       const struct paint_task *task, uint8_t *bytes, size_t len,
	       paint_done done, void *arg)
{
	struct painting p = { .paint = paint, .task = task, .work = work };
	const double scale = plan_all(&p);
	bool ok = decode(&p.picture, work, paint, task, scale, bytes, len);

	for (uint32_t i = 0; ok && i < task->count; i++)
		ok = make_variant(&p, &p.variants[i], done, arg);
	for (uint32_t i = 0; i < task->count; i++)
		forget(&p.variants[i]);
	if (p.picture)
		DestroyImage(p.picture);
	return ok;
}

const char *paint_library(void)
{
	return GetMagickVersion(NULL);
}
