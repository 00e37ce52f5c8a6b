/* animation.c: resizes the frames of an animated picture. */
#include "config.h"

#include "lib/picture/animation.h"

#include "lib/picture/effect.h"
#include "lib/picture/resample.h"
#include "lib/picture/row_colour.h"

/* clang-format off */
static const struct {
	const struct animation_reader *reader;
	const struct animation_writer *writer;
} rows[FORMAT__COUNT] = {
	[FORMAT_GIF]  = { &gif_reader,  &gif_writer },
	[FORMAT_WEBP] = { &webp_reader, &webp_writer },
};
/* clang-format on */

/* The state of one picture. */
struct pass {
	const struct animation_source *source;
	struct animation animation;
	const struct recipe *recipe;
	const struct bitmap *mark;
	struct recipe_plan plan;
	const struct row_colour *colour;
	const struct animation_reader *from;
	const struct animation_writer *to;
	void *reader, *writer;
	struct placeholder *placeholder; /* of the first frame */
};

static bool resize_frame(struct bitmap *small, struct work *work,
			 const struct pass *pass, const struct bitmap *large)
{
	const struct recipe_plan *plan = &pass->plan;
	const struct resample_area area = {
		.width = large->width,
		.height = large->height,
		.x = plan->crop_x,
		.y = plan->crop_y,
		.area_width = plan->crop_width,
		.area_height = plan->crop_height,
	};
	struct resampler *resampler;

	if (!bitmap_init(small, work, plan->width, plan->height) ||
	    !resampler_new(&resampler, work, small, &area))
		return false;
	for (uint32_t y = 0; y < large->height; y++)
		resampler_put(resampler, bitmap_row(large, y));
	small->alpha = true;
	bitmap_drop_alpha(small);
	row_colour_apply(pass->colour, small);
	return effect_apply(small, work, pass->recipe) &&
	       (!pass->mark ||
		!watermark_is_for(pass->source->place, small->width,
				  small->height) ||
		watermark_draw(small, work, pass->source->place, pass->mark));
}

static void make_placeholder(struct work *work, const struct pass *pass,
			     const struct bitmap *bitmap)
{
	if (!pass->placeholder->len)
		placeholder_of_planes(pass->placeholder, work->pool, bitmap, 1);
}

static bool copy_frame(struct work *work, const struct pass *pass, bool *read)
{
	struct animation_frame frame;
	struct bitmap upright;

	*read = pass->from->next(&frame, pass->reader, work);
	if (!*read)
		return false;
	upright = frame.bitmap;
	if (!bitmap_turn(&upright, work, pass->source->probe->orientation) ||
	    !resize_frame(&frame.bitmap, work, pass, &upright))
		return false;
	make_placeholder(work, pass, &frame.bitmap);
	return pass->to->add(pass->writer, work, &frame);
}

/* Whether the picture causes the failure. */
static bool is_damage(enum err err)
{
	return err == ERR_CORRUPT_IMAGE || err == ERR_UNSUPPORTED_FORMAT;
}

/* Frees the memory of each frame before the next one. A damaged frame ends the
   animation. */
static bool copy_frames(struct work *work, const struct pass *pass)
{
	uint32_t count = pass->animation.count, copied = 0;
	bool ok = true, read = true;

	if (count > ANIMATION_MAX_FRAMES)
		count = ANIMATION_MAX_FRAMES;
	while (ok && copied < count) {
		struct pool *outer = work_pool_begin(work);

		ok = copy_frame(work, pass, &read);
		copied += ok;
		work_pool_end(work, outer);
	}
	if (!ok && !read && copied && is_damage(work->err)) {
		work->warned = true;
		return true;
	}
	return ok;
}

bool animation_make(struct rendition *rendition, struct work *work,
		    const struct animation_source *source,
		    const struct recipe *recipe, const struct bitmap *mark)
{
	const struct probe *probe = source->probe;
	struct placeholder placeholder = { 0 };
	struct pass pass = {
		.placeholder = &placeholder,
		.source = source,
		.recipe = recipe,
		.mark = mark,
		.plan = recipe_plan_for(recipe, probe),
		.from = rows[probe->format].reader,
		.to = rows[recipe_format(recipe, probe)].writer,
	};

	if (!pass.from || !pass.to)
		return fail(work, ERR_INTERNAL,
			    "expected animated formats, found others");
	if (!pass.from->open(&pass.reader, &pass.animation, work, source) ||
	    !pass.to->open(&pass.writer, work, pass.animation.plays,
			   recipe->quality))
		return false;
	pass.colour =
		row_colour_new(work->pool, PROFILE_RGB, pass.animation.profile,
			       pass.animation.profile_len);
	if (!copy_frames(work, &pass) ||
	    !pass.to->finish(rendition, pass.writer, work))
		return false;
	rendition->placeholder = placeholder;
	return true;
}
