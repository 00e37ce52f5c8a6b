/* preview.c: shows administrators what a recipe makes of a picture. */
#include "config.h"

#include "lib/service/preview.h"

#include "lib/base/json.h"
#include "lib/base/memory_file.h"
#include "lib/picture/decoder_pool.h"
#include "lib/picture/recipe.h"
#include "lib/service/documents.h"
#include "lib/service/watermark.h"

static const char *format_name(const struct recipe *recipe)
{
	return recipe->has_format ? format_row(recipe->format)->name : NULL;
}

static const char *gravity_name(const struct recipe *recipe)
{
	return recipe->fit == FIT_COVER ? recipe_gravity_name(recipe->gravity)
					: NULL;
}

bool preview_describe(struct json **json, struct work *work, const char *text,
		      uint32_t width, uint32_t height)
{
	struct json *made = json_object(work->pool);
	char spelling[RECIPE_TEXT_SIZE];
	struct recipe_plan plan;
	struct recipe recipe;

	if (!recipe_read(&recipe, work, text))
		return false;
	plan = recipe_plan(&recipe, width, height);
	json_set_text(made, "recipe", recipe_text(&recipe, spelling));
	json_set_text(made, "fit", recipe_fit_name(recipe.fit));
	json_set_int(made, "width", plan.width);
	json_set_int(made, "height", plan.height);
	json_set_text(made, "gravity", gravity_name(&recipe));
	json_set_bool(made, "gray", recipe.gray);
	json_set_positive(made, "blur", recipe.blur);
	json_set_bool(made, "sharp", recipe.sharp);
	json_set_positive(made, "quality", recipe.quality);
	json_set_int(made, "density", recipe.density ? recipe.density : 1);
	json_set_text(made, "format", format_name(&recipe));
	*json = made;
	return true;
}

static bool check_size(struct work *work, const struct recipe *recipe,
		       const struct probe *probe)
{
	const struct recipe_plan plan = recipe_plan_for(recipe, probe);

	return (plan.width <= PREVIEW_MAX_SIDE &&
		plan.height <= PREVIEW_MAX_SIDE) ||
	       fail_field(work, "recipe",
			  "recipe: a preview has at most %d pixels a side, not "
			  "%ux%u",
			  PREVIEW_MAX_SIDE, plan.width, plan.height);
}

/* No picture was sent: what is too large is the recipe's result. */
static bool render(struct rendition *rendition, struct work *work,
		   const struct decoder_picture *picture)
{
	if (decoder_pool_render(rendition, work, work->decoders, picture))
		return true;
	return work->err == ERR_TOO_LARGE &&
	       fail_field(work, "recipe",
			  "recipe: a preview may not take as much time or "
			  "memory; a smaller size, or less blur, may work");
}

bool preview_render(struct preview *preview, struct work *work,
		    const char *text, const struct tier *tier)
{
	struct recipe recipe;
	struct probe probe;
	struct decoder_picture picture = {
		.probe = &probe,
		.recipes = &recipe,
		.count = 1,
	};
	struct rendition rendition;

	if (!recipe_read(&recipe, work, text) ||
	    !probe_read(&probe, work, sample_jpg, sizeof(sample_jpg)) ||
	    !check_size(work, &recipe, &probe) ||
	    (tier && !watermark_load(&picture.watermark, work, tier)) ||
	    !memory_file_new(&picture.source, work, "sample", sample_jpg,
			     sizeof(sample_jpg)) ||
	    !render(&rendition, work, &picture))
		return false;
	preview->media_type = format_row(rendition.format)->media_type;
	preview->bytes = rendition.bytes;
	preview->len = rendition.len;
	return true;
}
