/* recipe.c: parses a variant's name and plans its size. */
#include "config.h"

#include "lib/picture/recipe.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/text.h"

/* clang-format off */
static const char *const suffixes[] = {
	[FIT_INSIDE] = "",
	[FIT_COVER]  = "-cover",
	[FIT_EXACT]  = "-exact",
};
/* clang-format on */

/* Skips digits without a leading zero. */
static bool take_side(uint32_t *side, const char **at)
{
	uint32_t value = 0;

	if (**at < '1' || **at > '9')
		return false;
	for (; isdigit((unsigned char)**at); ++*at) {
		value = value * 10 + (uint32_t)(**at - '0');
		if (value > RECIPE_MAX_SIDE)
			return false;
	}
	*side = value;
	return true;
}

static void take_fit(enum fit *fit, const char **at)
{
	for (size_t i = FIT_COVER; i < ARRAY_LEN(suffixes); i++)
		if (text_starts(*at, suffixes[i])) {
			*fit = (enum fit)i;
			*at += strlen(suffixes[i]);
			return;
		}
}

/* Reads h200, w400, or 100x100 with its fit. */
static bool take_box(struct recipe *recipe, const char **at)
{
	if (**at == 'h' || **at == 'w') {
		uint32_t *side = **at == 'h' ? &recipe->height : &recipe->width;

		++*at;
		return take_side(side, at);
	}
	if (!take_side(&recipe->width, at) || **at != 'x')
		return false;
	++*at;
	if (!take_side(&recipe->height, at))
		return false;
	take_fit(&recipe->fit, at);
	return true;
}

static bool take_format(struct recipe *recipe, const char **at)
{
	if (**at != '.')
		return true;
	recipe->has_format = true;
	if (!format_by_name(&recipe->format, *at + 1))
		return false;
	*at += strlen(*at);
	return true;
}

bool recipe_parse(struct recipe *recipe, struct work *work, const char *text)
{
	struct recipe parsed = { .fit = FIT_INSIDE };
	const char *at = text;

	if (!take_box(&parsed, &at) || !take_format(&parsed, &at) || *at)
		return fail_field(work, "variant",
				  "a recipe such as h200, w400, 100x100, "
				  "100x100-cover or 100x100-exact, of 1 to %d "
				  "pixels, with an optional format such as "
				  "h200.webp, not \"%s\"",
				  RECIPE_MAX_SIDE, text);
	*recipe = parsed;
	return true;
}

const char *recipe_text(const struct recipe *recipe,
			char text[RECIPE_TEXT_SIZE])
{
	const char *dot = recipe->has_format ? "." : "";
	const char *format =
		recipe->has_format ? format_row(recipe->format)->name : "";

	if (!recipe->width || !recipe->height)
		snprintf(text, RECIPE_TEXT_SIZE, "%c%u%s%s",
			 recipe->width ? 'w' : 'h',
			 recipe->width ? recipe->width : recipe->height, dot,
			 format);
	else
		snprintf(text, RECIPE_TEXT_SIZE, "%ux%u%s%s%s", recipe->width,
			 recipe->height, suffixes[recipe->fit], dot, format);
	return text;
}

/* a * b / c, rounded to the nearest whole number of at least 1. */
static uint32_t scaled(uint32_t a, uint32_t b, uint32_t c)
{
	uint64_t value = ((uint64_t)a * b + c / 2) / c;

	return value ? (uint32_t)value : 1;
}

static void plan_inside(struct recipe_plan *plan, uint32_t box_width,
			uint32_t box_height)
{
	uint32_t width = plan->crop_width, height = plan->crop_height;

	if (width <= box_width && height <= box_height)
		return;
	if ((uint64_t)width * box_height > (uint64_t)height * box_width) {
		plan->width = box_width;
		plan->height = scaled(height, box_width, width);
	} else {
		plan->width = scaled(width, box_height, height);
		plan->height = box_height;
	}
}

/* Plans the largest crop with the box's ratio. If the crop is smaller than the
   box, it is not enlarged. */
static void plan_cover(struct recipe_plan *plan, uint32_t box_width,
		       uint32_t box_height)
{
	uint32_t width = plan->crop_width, height = plan->crop_height;

	if ((uint64_t)width * box_height > (uint64_t)height * box_width)
		plan->crop_width = scaled(height, box_width, box_height);
	else
		plan->crop_height = scaled(width, box_height, box_width);
	plan->crop_x = (width - plan->crop_width) / 2;
	plan->crop_y = (height - plan->crop_height) / 2;

	plan->width =
		plan->crop_width < box_width ? plan->crop_width : box_width;
	plan->height =
		plan->crop_height < box_height ? plan->crop_height : box_height;
}

struct recipe_plan recipe_plan(const struct recipe *recipe, uint32_t width,
			       uint32_t height)
{
	/* The free side has a limit too, because encoders have one. */
	uint32_t box_width = recipe->width ? recipe->width : RECIPE_MAX_SIDE;
	uint32_t box_height = recipe->height ? recipe->height : RECIPE_MAX_SIDE;
	struct recipe_plan plan = { width, height, 0, 0, width, height };

	switch (recipe->fit) {
	case FIT_INSIDE:
		plan_inside(&plan, box_width, box_height);
		break;
	case FIT_COVER:
		plan_cover(&plan, box_width, box_height);
		break;
	case FIT_EXACT:
		plan.width = box_width;
		plan.height = box_height;
		break;
	}
	return plan;
}

struct recipe_plan recipe_plan_for(const struct recipe *recipe,
				   const struct probe *source)
{
	uint32_t width, height;

	probe_upright(source, &width, &height);
	return recipe_plan(recipe, width, height);
}

enum format recipe_format(const struct recipe *recipe,
			  const struct probe *source)
{
	if (recipe->has_format)
		return recipe->format;
	if (format_row(source->format)->in_browsers)
		return source->format;
	return source->alpha ? FORMAT_PNG : FORMAT_JPEG;
}
