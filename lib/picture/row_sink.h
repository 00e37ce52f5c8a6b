#ifndef LIB_PICTURE_ROW_SINK_H
#define LIB_PICTURE_ROW_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/picture/profile.h"

/* The pixels of a picture, or the samples of one of its planes. */
struct row_plane {
	uint32_t width, height;
	/* The sides of the whole picture in these pixels: the picture may cover
	   only a part of the last pixel of a row or column. */
	double exact_width, exact_height;
};

/* Brightness, and the differences of blue and of red (JFIF 1.02). */
enum { ROW_PLANES = 3 };

/* A picture from a decoder: as stored, not upright, maybe reduced. */
struct row_picture {
	/* One with pixels, or ROW_PLANES: the differences may have fewer
	   samples than the brightness. */
	unsigned plane_count;
	struct row_plane planes[ROW_PLANES];
	enum profile_colours colours;
	bool alpha;             /* some pixels may be transparent */
	const uint8_t *profile; /* ICC; NULL: none */
	size_t profile_len;
};

/*
 * Receives the picture's rows, from the top; BITMAP_SLACK bytes after each row
 * may be read. A function that returns false has failed the work, and the
 * decoding stops. begin() may be called again: then the rows come again from
 * the top. Pixels are those of bitmap.h, where gray ones have three equal
 * colours; or cyan, magenta, yellow and black, where 255 means no ink.
 */
struct row_sink {
	bool (*begin)(void *arg, const struct row_picture *picture);
	bool (*row)(void *arg, const uint8_t *row);
	void *arg;
	/* By which factor a side may exceed the exact one. */
	double tolerance;
	/* Whether the sink accepts the planes of this picture, which is given
	   with its pixels. Both are NULL in a sink that accepts none. */
	bool (*accepts_planes)(void *arg, const struct row_picture *picture);
	/* Receives the next row of one plane. */
	bool (*plane_row)(void *arg, unsigned plane, const uint8_t *row);
};

#endif
