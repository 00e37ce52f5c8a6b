#ifndef LIB_PICTURE_RECIPE_H
#define LIB_PICTURE_RECIPE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/work.h"
#include "lib/picture/probe.h"

/*
 * A variant's name is its recipe: h200, w400, 100x100 (fits inside),
 * 100x100-cover (fills, cropped at the middle), 100x100-exact (ratio not
 * kept), each with an optional format: h200.webp.
 */
enum fit { FIT_INSIDE, FIT_COVER, FIT_EXACT };

struct recipe {
	uint32_t width, height; /* pixels; 0: follows from the ratio */
	enum fit fit;
	bool has_format;
	enum format format; /* counts if has_format */
	uint32_t quality; /* 1 to 100; 0: the settings'. No part of the name */
	bool animated;    /* as animation_is_kept() says. No part of the name */
};

enum { RECIPE_MAX_SIDE = 16383, RECIPE_TEXT_SIZE = 48 };

/* Each recipe has exactly one spelling: no leading zeros, lower case.
   ERR_INVALID_FIELD, field "variant", says what was expected. */
bool recipe_parse(struct recipe *recipe, struct work *work,
		  const char *text) MUST_CHECK;
const char *recipe_text(const struct recipe *recipe,
			char text[RECIPE_TEXT_SIZE]);

/*
 * The output's size for a picture that is shown `width` x `height`: never
 * enlarged unless FIT_EXACT, each side at least 1. With FIT_COVER the source is
 * cropped first, to `crop` around its middle (else crop is all of it).
 */
struct recipe_plan {
	uint32_t width, height;
	uint32_t crop_x, crop_y, crop_width, crop_height;
};
struct recipe_plan recipe_plan(const struct recipe *recipe, uint32_t width,
			       uint32_t height);

/* The recipe's format; else the source's where browsers show it, else png for
   a source with transparency and jpeg without. */
enum format recipe_format(const struct recipe *recipe,
			  const struct probe *source);

#endif
