#ifndef LIB_PICTURE_ROW_SINK_H
#define LIB_PICTURE_ROW_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/picture/profile.h"

/* A picture as it comes out of a decoder: as stored, not yet upright, maybe
   reduced. */
struct row_picture {
	uint32_t width, height;
	/* What the whole picture's sides are in these pixels: of the last pixel
	   of a row or column, only a part may belong to the picture. */
	double exact_width, exact_height;
	enum profile_colours colours;
	bool alpha;             /* some pixels may be transparent */
	const uint8_t *profile; /* ICC; NULL: none */
	size_t profile_len;
};

/*
 * Takes the picture's rows, from the top, each with 16 bytes behind it that may
 * be read. A function that returns false has failed the work, and ends the
 * decoding. begin() may be called again: the rows then come again from the top.
 * Pixels are those of bitmap.h, where gray ones have three equal colours; or
 * cyan, magenta, yellow and black, where 255 is no ink.
 */
struct row_sink {
	bool (*begin)(void *arg, const struct row_picture *picture);
	bool (*row)(void *arg, const uint8_t *row);
	void *arg;
	/* How much larger than exact a side may be, as a factor. */
	double tolerance;
};

#endif
