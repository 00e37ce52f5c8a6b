#ifndef LIB_PICTURE_PLACEHOLDER_H
#define LIB_PICTURE_PLACEHOLDER_H

#include "lib/picture/bitmap.h"
#include "lib/picture/thumbhash.h"

/* What a page shows until a picture is loaded. `len` is 0 if there is none. */
struct placeholder {
	uint8_t len;
	uint8_t hash[THUMBHASH_MAX];
	uint8_t has_color; /* unless all pixels are transparent */
	uint8_t color[3];  /* dominant: red, green, blue */
	uint8_t padding[2];
};

/* A picture is first reduced to at most so many pixels a side: a ThumbHash has
   frequencies up to 6 only. */
enum { PLACEHOLDER_SIDE = THUMBHASH_MAX_SIDE };

/* Makes it of a bitmap, or of the planes of a picture (row_sink.h). */
void placeholder_of_planes(struct placeholder *placeholder, struct pool *pool,
			   const struct bitmap *planes, unsigned count);

/* The same of rows that come one after another. placeholder_end() makes it
   after the last row. */
struct placeholder_rows;
struct placeholder_rows *placeholder_begin(struct pool *pool, uint32_t width,
					   uint32_t height);
/* Pixels as in a bitmap. */
void placeholder_row(struct placeholder_rows *rows, const uint8_t *pixels);
void placeholder_end(struct placeholder *placeholder,
		     struct placeholder_rows *rows);

#endif
