#ifndef LIB_PICTURE_WATERMARK_H
#define LIB_PICTURE_WATERMARK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/picture/bitmap.h"
#include "lib/picture/recipe.h"

enum {
	WATERMARK_MAX_BYTES = 512 << 10,
	WATERMARK_MAX_SIDE = 1024,
	WATERMARK_DEFAULT_OPACITY = 100,
	WATERMARK_DEFAULT_SCALE = 25
};

/* How a PNG lies on variants. */
struct watermark_place {
	enum gravity position; /* the centre, a side or a corner */
	uint32_t opacity;      /* 1 to 100 percent */
	uint32_t scale; /* its width, in percent of the variant's: 1 to 100 */
	uint32_t from;  /* variants with a smaller side are left as they are */
};

/* A PNG of at most WATERMARK_MAX_BYTES. */
struct watermark {
	struct watermark_place place;
	struct probe probe;
	const uint8_t *bytes;
	size_t len;
};

/* Reads the header of the PNG, and fills the probe. ERR_UNSUPPORTED_FORMAT for
   another format, ERR_CORRUPT_IMAGE, ERR_TOO_LARGE for too many bytes or
   pixels. */
bool watermark_probe(struct watermark *watermark, struct work *work) MUST_CHECK;

/* Parses the name of a position: "centre", "north" to "north-west". */
bool watermark_read_position(enum gravity *position, const char *name);
const char *watermark_position_name(enum gravity position);

/* Whether a variant of this size has the watermark. */
bool watermark_is_for(const struct watermark_place *place, uint32_t width,
		      uint32_t height);

/* Draws the decoded watermark on a bitmap. It keeps its ratio, is not higher
   than the bitmap, and lies 2 % of the width from the sides. ERR_TOO_LARGE if
   out of memory. */
bool watermark_draw(struct bitmap *bitmap, struct work *work,
		    const struct watermark_place *place,
		    const struct bitmap *mark) MUST_CHECK;

#endif
