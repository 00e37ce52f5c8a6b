#ifndef LIB_PICTURE_VARIANT_ROWS_H
#define LIB_PICTURE_VARIANT_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/picture/engine.h"
#include "lib/picture/row_sink.h"

struct row_colour;

/*
 * Resizes decoded rows to those variants that are not made of a larger variant.
 * As planes if all variants become JPEGs with one colour for 2x2 pixels,
 * without effects, and the colours need no conversion: planes have 1.5 samples
 * for each pixel, where bitmaps have 4.
 */
struct variant_rows {
	struct rendering *p;
	unsigned plane_count;
	struct row_plane planes[ROW_PLANES];
	enum profile_colours colours;
	bool alpha;
	struct row_colour *colour;
	uint32_t count;
	struct planned_variant *variants[RENDER_MAX_RECIPES];
	struct resampler *resamplers[RENDER_MAX_RECIPES][ROW_PLANES];
};

/* Receives rows, then variant_rows_end(). ERR_TOO_LARGE if out of memory. */
struct row_sink variant_rows_sink(struct variant_rows *rows,
				  struct rendering *p);

/* Converts the colours and turns the variants upright. */
bool variant_rows_end(struct variant_rows *rows) MUST_CHECK;

/* Makes the variant's bitmap or planes from those of its larger variant. */
bool variant_rows_resize(struct planned_variant *variant,
			 struct work *work) MUST_CHECK;

#endif
