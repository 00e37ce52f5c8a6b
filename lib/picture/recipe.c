/* recipe.c: parses a variant's name and plans its size. */
#include "config.h"

#include "lib/picture/recipe.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/pool.h"
#include "lib/base/text.h"

/* clang-format off */
static const char *const fits[] = {
	[FIT_INSIDE] = "",
	[FIT_COVER]  = "-cover",
	[FIT_EXACT]  = "-exact",
};

/* The place of the crop: 0 is the left or upper side, 1 the centre, 2 the right
   or lower side. */
static const struct {
	const char *name;
	uint32_t x, y;
} gravities[] = {
	[GRAVITY_CENTRE]     = { "",            1, 1 },
	[GRAVITY_NORTH]      = { "-north",      1, 0 },
	[GRAVITY_NORTH_EAST] = { "-north-east", 2, 0 },
	[GRAVITY_EAST]       = { "-east",       2, 1 },
	[GRAVITY_SOUTH_EAST] = { "-south-east", 2, 2 },
	[GRAVITY_SOUTH]      = { "-south",      1, 2 },
	[GRAVITY_SOUTH_WEST] = { "-south-west", 0, 2 },
	[GRAVITY_WEST]       = { "-west",       0, 1 },
	[GRAVITY_NORTH_WEST] = { "-north-west", 0, 0 },
	[GRAVITY_SMART]      = { "-smart",      1, 1 },
	[GRAVITY_FOCUS]      = { "",            1, 1 },
};
/* clang-format on */
_Static_assert(ARRAY_LEN(gravities) == GRAVITY__COUNT,
	       "every gravity needs a row");

enum { MAX_QUALITY = 100, MAX_DENSITY = 3 };

static bool take_text(const char **at, const char *text)
{
	if (!text_starts(*at, text))
		return false;
	*at += strlen(text);
	return true;
}

/* Reads 1 to `max` without leading zeros. */
static bool take_number(uint32_t *number, const char **at, uint32_t max)
{
	uint32_t value = 0;

	if (**at < '1' || **at > '9')
		return false;
	for (; isdigit((unsigned char)**at); ++*at) {
		value = value * 10 + (uint32_t)(**at - '0');
		if (value > max)
			return false;
	}
	*number = value;
	return true;
}

static void take_fit(enum fit *fit, const char **at)
{
	for (size_t i = FIT_COVER; i < ARRAY_LEN(fits); i++)
		if (take_text(at, fits[i])) {
			*fit = (enum fit)i;
			return;
		}
}

/* Takes the longest name, because -north-east begins with -north. */
static void take_gravity(enum gravity *gravity, const char **at)
{
	enum gravity found = GRAVITY_CENTRE;

	for (size_t i = 0; i < ARRAY_LEN(gravities); i++)
		if (text_starts(*at, gravities[i].name) &&
		    strlen(gravities[i].name) > strlen(gravities[found].name))
			found = (enum gravity)i;
	*gravity = found;
	*at += strlen(gravities[found].name);
}

/* Reads h200, w400, or 100x100 with its fit and gravity. */
static bool take_box(struct recipe *recipe, const char **at)
{
	if (**at == 'h' || **at == 'w') {
		uint32_t *side = **at == 'h' ? &recipe->height : &recipe->width;

		++*at;
		return take_number(side, at, RECIPE_MAX_SIDE);
	}
	if (!take_number(&recipe->width, at, RECIPE_MAX_SIDE) ||
	    !take_text(at, "x") ||
	    !take_number(&recipe->height, at, RECIPE_MAX_SIDE))
		return false;
	take_fit(&recipe->fit, at);
	if (recipe->fit == FIT_COVER)
		take_gravity(&recipe->gravity, at);
	return true;
}

static bool take_effects(struct recipe *recipe, const char **at)
{
	recipe->gray = take_text(at, "-gray");
	if (take_text(at, "-blur") &&
	    !take_number(&recipe->blur, at, RECIPE_MAX_BLUR))
		return false;
	recipe->sharp = take_text(at, "-sharp");
	return true;
}

static bool take_quality(struct recipe *recipe, const char **at)
{
	recipe->has_quality = take_text(at, "-q");
	return !recipe->has_quality ||
	       take_number(&recipe->quality, at, MAX_QUALITY);
}

static bool take_density(struct recipe *recipe, const char **at)
{
	uint32_t density;

	if (!take_text(at, "@"))
		return true;
	if (!take_number(&density, at, MAX_DENSITY) || density < 2 ||
	    !take_text(at, "x"))
		return false;
	recipe->density = density;
	recipe->width *= density;
	recipe->height *= density;
	recipe->blur *= density;
	return recipe->width <= RECIPE_MAX_SIDE &&
	       recipe->height <= RECIPE_MAX_SIDE;
}

/* A quality is refused where no encoder would use it. */
static bool take_format(struct recipe *recipe, const char **at)
{
	if (!take_text(at, "."))
		return true;
	recipe->has_format = true;
	if (!format_by_name(&recipe->format, *at))
		return false;
	*at += strlen(*at);
	return !recipe->has_quality || format_row(recipe->format)->has_quality;
}

bool recipe_parse(struct recipe *recipe, struct work *work, const char *text)
{
	struct recipe parsed = { .fit = FIT_INSIDE };
	const char *at = text;

	if (!take_box(&parsed, &at) || !take_effects(&parsed, &at) ||
	    !take_quality(&parsed, &at) || !take_density(&parsed, &at) ||
	    !take_format(&parsed, &at) || *at)
		return fail_field(work, "variant",
				  "a recipe such as h200, w400, 100x100, "
				  "100x100-cover or 100x100-exact, of 1 to %d "
				  "pixels, with optional parts in this order: "
				  "-north to -north-west or -smart after "
				  "-cover, -gray, -blur8, -sharp, -q80, @2x, "
				  ".webp; not \"%s\"",
				  RECIPE_MAX_SIDE, text);
	*recipe = parsed;
	return true;
}

bool recipe_read(struct recipe *recipe, struct work *work, const char *text)
{
	return recipe_parse(recipe, work, text) ||
	       fail_field(work, "recipe", "recipe: %s",
			  pool_strdup(work->pool, work->why));
}

/* The part of a recipe's text without its hyphen. */
static const char *name_of(const char *part, const char *otherwise)
{
	return *part ? part + 1 : otherwise;
}

const char *recipe_fit_name(enum fit fit)
{
	return name_of(fits[fit], "inside");
}

const char *recipe_gravity_name(enum gravity gravity)
{
	return name_of(gravities[gravity].name, "centre");
}

/* Appends to the text. */
__attribute__((format(printf, 2, 3))) static void add(
	char text[RECIPE_TEXT_SIZE], const char *format, ...)
{
	const size_t len = strlen(text);
	va_list args;

	va_start(args, format);
	vsnprintf(text + len, RECIPE_TEXT_SIZE - len, format, args);
	va_end(args);
}

static void add_box(char text[RECIPE_TEXT_SIZE], const struct recipe *recipe,
		    uint32_t density)
{
	const uint32_t width = recipe->width / density;
	const uint32_t height = recipe->height / density;

	if (width && height)
		add(text, "%ux%u%s%s", width, height, fits[recipe->fit],
		    gravities[recipe->gravity].name);
	else
		add(text, "%c%u", width ? 'w' : 'h', width ? width : height);
}

const char *recipe_text(const struct recipe *recipe,
			char text[RECIPE_TEXT_SIZE])
{
	const uint32_t density = recipe->density ? recipe->density : 1;

	*text = '\0';
	add_box(text, recipe, density);
	if (recipe->gray)
		add(text, "-gray");
	if (recipe->blur)
		add(text, "-blur%u", recipe->blur / density);
	if (recipe->sharp)
		add(text, "-sharp");
	if (recipe->has_quality)
		add(text, "-q%u", recipe->quality);
	if (recipe->density)
		add(text, "@%ux", density);
	if (recipe->has_format)
		add(text, ".%s", format_row(recipe->format)->name);
	return text;
}

bool recipe_has_focus(const struct recipe *recipe)
{
	return recipe->fit == FIT_COVER && recipe->gravity == GRAVITY_CENTRE;
}

bool recipe_has_effect(const struct recipe *recipe)
{
	return recipe->gray || recipe->blur || recipe->sharp;
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

/* Returns the first pixel of a crop of `part` pixels around the focus. */
static uint32_t around_focus(double focus, uint32_t whole, uint32_t part)
{
	const double start = rint(focus * whole - part / 2.0);

	if (!(start > 0))
		return 0;
	return start < whole - part ? (uint32_t)start : whole - part;
}

static void place_crop(struct recipe_plan *plan, const struct recipe *recipe,
		       uint32_t width, uint32_t height)
{
	const uint64_t free_width = width - plan->crop_width;
	const uint64_t free_height = height - plan->crop_height;

	if (recipe->gravity == GRAVITY_FOCUS) {
		plan->crop_x =
			around_focus(recipe->focus.x, width, plan->crop_width);
		plan->crop_y = around_focus(recipe->focus.y, height,
					    plan->crop_height);
		return;
	}
	plan->crop_x =
		(uint32_t)(free_width * gravities[recipe->gravity].x / 2);
	plan->crop_y =
		(uint32_t)(free_height * gravities[recipe->gravity].y / 2);
}

/* Plans the largest crop with the box's ratio. If the crop is smaller than the
   box, it is not enlarged. */
static void plan_cover(struct recipe_plan *plan, const struct recipe *recipe,
		       uint32_t box_width, uint32_t box_height)
{
	uint32_t width = plan->crop_width, height = plan->crop_height;

	if ((uint64_t)width * box_height > (uint64_t)height * box_width)
		plan->crop_width = scaled(height, box_width, box_height);
	else
		plan->crop_height = scaled(width, box_height, box_width);
	place_crop(plan, recipe, width, height);
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
		plan_cover(&plan, recipe, box_width, box_height);
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
