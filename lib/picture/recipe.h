#ifndef LIB_PICTURE_RECIPE_H
#define LIB_PICTURE_RECIPE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/work.h"
#include "lib/picture/probe.h"

/* A variant's name is its recipe: h200, w400, 100x100 (fits inside),
   100x100-cover (fills and crops), 100x100-exact (ignores the ratio), with
   optional parts in a fixed order: 100x100-cover-north-gray-blur8-sharp-q80@2x
   .webp. doc/recipes.md has the grammar. */
enum fit { FIT_INSIDE, FIT_COVER, FIT_EXACT };

/* Which part of the picture FIT_COVER keeps. */
enum gravity {
	GRAVITY_CENTRE,
	GRAVITY_NORTH,
	GRAVITY_NORTH_EAST,
	GRAVITY_EAST,
	GRAVITY_SOUTH_EAST,
	GRAVITY_SOUTH,
	GRAVITY_SOUTH_WEST,
	GRAVITY_WEST,
	GRAVITY_NORTH_WEST,
	GRAVITY_SMART, /* the part with the most detail: see smart.h */
	GRAVITY_FOCUS, /* around `focus`. No name contains it */
	GRAVITY__COUNT
};

/* A point of the upright picture: 0 is its left or upper side, 1 its right or
   lower side. */
struct focus {
	double x, y;
};

struct recipe {
	uint32_t width, height; /* pixels; 0: derived from the ratio */
	enum fit fit;
	enum gravity gravity; /* of FIT_COVER */
	struct focus focus;   /* of GRAVITY_FOCUS */
	bool gray, sharp;
	uint32_t blur;    /* the standard deviation in pixels; 0: none */
	uint32_t density; /* 2 or 3; 0: no part of the name. Sides and blur
			     contain this factor */
	bool has_format;
	enum format format; /* valid if has_format */
	bool has_quality;   /* the quality is part of the name */
	uint32_t quality;   /* 1 to 100; 0: that of the settings */
	bool animated;      /* see animation_is_kept(). Not part of the name */
};

enum {
	RECIPE_MAX_SIDE = 16383,
	RECIPE_MAX_BLUR = 100, /* before `density` */
	RECIPE_TEXT_SIZE = 64
};

/* Each recipe has exactly one spelling: no leading zeros, lower case. Fails
   with ERR_INVALID_FIELD, field "variant"; the text says what was expected. */
bool recipe_parse(struct recipe *recipe, struct work *work,
		  const char *text) MUST_CHECK;
const char *recipe_text(const struct recipe *recipe,
			char text[RECIPE_TEXT_SIZE]);

/* As recipe_parse(), of the field "recipe". */
bool recipe_read(struct recipe *recipe, struct work *work,
		 const char *text) MUST_CHECK;

/* Returns "inside", "cover" or "exact". */
const char *recipe_fit_name(enum fit fit);

/* Returns "centre", "north" to "north-west", or "smart". */
const char *recipe_gravity_name(enum gravity gravity);

/* Whether the focus of an image decides the crop: FIT_COVER without a gravity.
 */
bool recipe_has_focus(const struct recipe *recipe);

/* Whether pixels change after resizing. */
bool recipe_has_effect(const struct recipe *recipe);

/*
 * The output's size for a picture of `width` x `height` after orientation:
 * never enlarged unless FIT_EXACT, each side at least 1. With FIT_COVER the
 * source is first cropped to `crop`, which touches two opposite sides and lies
 * as the gravity says; GRAVITY_SMART counts as the centre here. Otherwise crop
 * is the whole source.
 */
struct recipe_plan {
	uint32_t width, height;
	uint32_t crop_x, crop_y, crop_width, crop_height;
};
struct recipe_plan recipe_plan(const struct recipe *recipe, uint32_t width,
			       uint32_t height);
struct recipe_plan recipe_plan_for(const struct recipe *recipe,
				   const struct probe *source);

/* Returns the recipe's format; else the source's format if browsers show it;
   else png for a source with transparency and jpeg for one without. */
enum format recipe_format(const struct recipe *recipe,
			  const struct probe *source);

#endif
