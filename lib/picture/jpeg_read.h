#ifndef LIB_PICTURE_JPEG_READ_H
#define LIB_PICTURE_JPEG_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <magick/api.h>

#include "lib/picture/probe.h"
#include "lib/picture/profile.h"

/* A JPEG as it comes out of the decoder: as stored, not yet upright, maybe
   reduced. */
struct jpeg_picture {
	uint32_t width, height;
	/* What the whole picture's sides are in these pixels: of the last pixel
	   of a row or column, only a part may belong to the picture. */
	double exact_width, exact_height;
	enum profile_colours colours;
	const uint8_t *profile; /* ICC; NULL: none */
	size_t profile_len;
};

/* Takes the picture's rows, from the top. A function that returns false has
   failed the work, and ends the decoding. */
struct jpeg_sink {
	bool (*begin)(void *arg, const struct jpeg_picture *picture);
	/* 4 bytes a pixel: red, green, blue and 255, all the same if gray; or
	   cyan, magenta, yellow and black, where 255 is no ink. */
	bool (*row)(void *arg, const uint8_t *row);
	void *arg;
	/* How much larger than exact a side may be, as a factor. */
	double tolerance;
};

/*
 * Decodes a JPEG (ITU-T T.81, 8 bits) with libjpeg-turbo, reduced to n/8 of
 * both sides, rounded up, n being 1, 2, 4 or 8 and the reduced sides at least
 * `scale` of the whole ones.
 *
 * What libjpeg repairs without touching a pixel is accepted: bytes between
 * markers, an unknown JFIF version, a missing end marker. ERR_CORRUPT_IMAGE
 * when pixels are missing or damaged, or the size is not the probe's;
 * ERR_UNSUPPORTED_FORMAT for a process that libjpeg lacks; ERR_TOO_LARGE when
 * memory does not suffice or it has more than max_scans scans. Damage is known
 * after the last row.
 */
bool jpeg_stream(struct work *work, const struct probe *probe, double scale,
		 const uint8_t *bytes, size_t len,
		 const struct jpeg_sink *sink) MUST_CHECK;

/* The same as an image, with its ICC profile as the image's profile "ICM". It
   is the caller's to destroy. */
bool jpeg_read(Image **image, struct work *work, const struct probe *probe,
	       double scale, const uint8_t *bytes, size_t len) MUST_CHECK;

#endif
