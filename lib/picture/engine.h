#ifndef LIB_PICTURE_ENGINE_H
#define LIB_PICTURE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <magick/api.h>

#include "lib/picture/bitmap.h"
#include "lib/picture/render.h"
#include "lib/picture/row_sink.h"

/* How pixels are resampled: the setting `engine`. render.c plans the variants;
   an engine decodes, resizes and encodes. */

struct planned_variant {
	uint32_t index; /* of its recipe */
	struct recipe_plan plan;
	enum format format;
	unsigned jpeg_quality; /* 1 to 100, if the format is JPEG */
	const struct planned_variant *
		identical; /* a previous variant with the same bytes, or NULL */
	const struct planned_variant *larger; /* source for resizing, or NULL */
	bool changes; /* the recipe has effects, or the watermark is drawn */
	Image *image; /* of the engine graphicsmagick */
	/* Of the engine fast: a bitmap, or ROW_PLANES planes. */
	unsigned plane_count;
	struct bitmap planes[ROW_PLANES];
	struct rendition rendition;
};

struct rendering {
	const struct renderer *renderer;
	const struct render_request *request;
	struct work *work;
	uint32_t width, height; /* of the upright picture */
	double scale;   /* factor from the picture to the largest variant */
	Image *picture; /* of the engine graphicsmagick: upright, maybe reduced
			 */
	struct bitmap mark; /* the decoded watermark, if there is one */
	struct planned_variant variants[RENDER_MAX_RECIPES]; /* largest first */
	const struct planned_variant *placeholder; /* what it is made of */
};

/* Each function fails as decoder_pool_render() does. */
struct engine {
	/* Called before any variant. May change the bytes. */
	bool (*decode)(struct rendering *p, uint8_t *bytes, size_t len);
	/* Not called for identical variants, and neither are the next
	   ones. */
	bool (*resize)(struct rendering *p, struct planned_variant *variant);
	/* Fills the rendition's placeholder. */
	bool (*make_placeholder)(struct rendering *p,
				 struct planned_variant *variant);
	/* Calls engine_change() for the variant; only if it `changes`. Then no
	   smaller variant is made of this one. */
	bool (*change)(struct rendering *p, struct planned_variant *variant);
	bool (*encode)(struct rendering *p, struct planned_variant *variant);
	/* Frees what the others allocated, also after a failure. */
	void (*release)(struct rendering *p);
};

/* Applies the effects of the variant's recipe, and draws the watermark. */
bool engine_change(struct bitmap *bitmap, struct rendering *p,
		   const struct planned_variant *variant) MUST_CHECK;

extern const struct engine engine_fast, engine_graphicsmagick;

#endif
