#ifndef LIB_PICTURE_ENGINE_H
#define LIB_PICTURE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <magick/api.h>

#include "lib/picture/bitmap.h"
#include "lib/picture/paint.h"

/* How pixels are resampled: the setting `engine`. paint.c plans; an engine
   decodes, resizes and encodes. */

struct variant {
	uint32_t index; /* of its recipe */
	struct recipe_plan plan;
	enum format format;
	const struct variant *identical; /* one before it, or NULL */
	const struct variant *larger;    /* that it is resized from, or NULL */
	Image *image;                    /* graphicsmagick's */
	struct bitmap bitmap;            /* fast's */
	struct painted painted;
};

struct painting {
	const struct paint *paint;
	const struct paint_task *task;
	struct work *work;
	uint32_t width, height; /* of the upright picture */
	double scale;           /* of it that the largest variant needs */
	Image *picture;         /* graphicsmagick's: upright, maybe reduced */
	struct variant variants[PAINT_MAX_RECIPES]; /* the largest first */
};

/* Each function fails as decoder_pool_render() does. */
struct engine {
	/* Before any variant. The bytes may be changed. */
	bool (*decode)(struct painting *p, uint8_t *bytes, size_t len);
	/* Neither for identical ones. */
	bool (*resize)(struct painting *p, struct variant *variant);
	bool (*encode)(struct painting *p, struct variant *variant);
	/* What the others left, also after a failure. */
	void (*release)(struct painting *p);
};

extern const struct engine engine_fast, engine_graphicsmagick;

#endif
