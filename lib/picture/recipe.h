#ifndef LIB_PICTURE_RECIPE_H
#define LIB_PICTURE_RECIPE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/work.h"
#include "lib/picture/probe.h"

/* A variant's name is its recipe: h200, w400, 100x100 (fits inside),
   100x100-cover (fills, centre crop), 100x100-exact (ignores the ratio), each
   with an optional format: h200.webp. */
enum fit { FIT_INSIDE, FIT_COVER, FIT_EXACT };

struct recipe {
	uint32_t width, height; /* pixels; 0: derived from the ratio */
	enum fit fit;
	bool has_format;
	enum format format; /* valid if has_format */
	uint32_t quality; /* 1 to 100; 0: that of the settings. Not part of the
			     name */
	bool animated;    /* see animation_is_kept(). Not part of the name */
};

enum { RECIPE_MAX_SIDE = 16383, RECIPE_TEXT_SIZE = 48 };

/* Each recipe has exactly one spelling: no leading zeros, lower case. Fails
   with ERR_INVALID_FIELD, field "variant"; the text says what was expected. */
bool recipe_parse(struct recipe *recipe, struct work *work,
		  const char *text) MUST_CHECK;
const char *recipe_text(const struct recipe *recipe,
			char text[RECIPE_TEXT_SIZE]);

/*
 * The output's size for a picture of `width` x `height` after orientation:
 * never enlarged unless FIT_EXACT, each side at least 1. With FIT_COVER the
 * source is first cropped to `crop` around its centre; otherwise crop is the
 * whole source.
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
