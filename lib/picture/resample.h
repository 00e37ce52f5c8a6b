#ifndef LIB_PICTURE_RESAMPLE_H
#define LIB_PICTURE_RESAMPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/picture/bitmap.h"

/*
 * Resizes a picture row by row with the Lanczos filter of 3 lobes, separable,
 * in 8 bits with coefficients of 14 bits. Memory depends on the width and on
 * the reduction, not on the height. A reduction by more than 4 first averages
 * pixels, to at least twice the output's sides. Pixels are those of bitmap.h,
 * of a picture or of one plane.
 * The result does not depend on the machine.
 */
struct resampler;

/* The source is a picture of `width` x `height` pixels. Its area at `x`, `y` of
   `area_width` x `area_height`, in pixels and fractions, is resized to the
   bitmap. The area may exceed the picture by less than a pixel at each side. */
struct resample_area {
	uint32_t width, height;
	double x, y, area_width, area_height;
};

/* The next rows fill `out`, which must already have its size. ERR_TOO_LARGE if
   out of memory; memory belongs to the pool. */
bool resampler_new(struct resampler **resampler, struct work *work,
		   const struct bitmap *out,
		   const struct resample_area *area) MUST_CHECK;

/* Adds the next row, from the top: `width` pixels as in `out`, and BITMAP_SLACK
   bytes that may be read. `out` is complete after the last row that it needs;
   later rows are ignored. */
void resampler_put(struct resampler *resampler, const uint8_t *row);

/* Resizes an area of a bitmap. NULL: the whole bitmap. */
bool resample(const struct bitmap *out, struct work *work,
	      const struct bitmap *in,
	      const struct resample_area *area) MUST_CHECK;

#endif
