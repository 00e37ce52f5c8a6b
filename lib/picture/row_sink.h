#ifndef LIB_PICTURE_ROW_SINK_H
#define LIB_PICTURE_ROW_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/picture/profile.h"

/* A picture from a decoder: as stored, not upright, maybe reduced. */
struct row_picture {
	uint32_t width, height;
	/* The sides of the whole picture in these pixels: the picture may cover
	   only a part of the last pixel of a row or column. */
	double exact_width, exact_height;
	enum profile_colours colours;
	bool alpha;             /* some pixels may be transparent */
	const uint8_t *profile; /* ICC; NULL: none */
	size_t profile_len;
};

/*
 * Receives the picture's rows, from the top; 16 bytes after each row may be
 * read. A function that returns false has failed the work, and the decoding
 * stops. begin() may be called again: then the rows come again from the top.
 * Pixels are those of bitmap.h, where gray ones have three equal colours; or
 * cyan, magenta, yellow and black, where 255 means no ink.
 */
struct row_sink {
	bool (*begin)(void *arg, const struct row_picture *picture);
	bool (*row)(void *arg, const uint8_t *row);
	void *arg;
	/* By which factor a side may exceed the exact one. */
	double tolerance;
};

#endif
