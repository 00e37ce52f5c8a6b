#ifndef LIB_PICTURE_RESAMPLE_H
#define LIB_PICTURE_RESAMPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/picture/bitmap.h"

/*
 * Resizes a picture row by row with the Lanczos filter of 3 lobes, separable,
 * in 8 bits with coefficients of 14 bits. Memory depends on the width and on
 * the reduction, not on the height. What is reduced by more than 4 is first
 * averaged to no less than twice the output's sides. Pixels are those of
 * bitmap.h; the result does not depend on the machine.
 */
struct resampler;

/* Of a picture of `width` x `height` pixels, the area at `x`, `y` that is
   `area_width` x `area_height` large, in pixels and parts of them: it becomes
   the bitmap's size. */
struct resample_area {
	uint32_t width, height;
	double x, y, area_width, area_height;
};

/* `out` is filled by the rows to come and must have its size already.
   ERR_TOO_LARGE when memory does not suffice; memory belongs to the pool. */
bool resampler_new(struct resampler **resampler, struct work *work,
		   const struct bitmap *out,
		   const struct resample_area *area) MUST_CHECK;

/* Takes the next row, from the top: `width` pixels and BITMAP_SLACK bytes that
   may be read. `out` is complete after the last row that it needs; others may
   still be given. */
void resampler_put(struct resampler *resampler, const uint8_t *row);

/* All rows of a bitmap. */
bool resample(const struct bitmap *out, struct work *work,
	      const struct bitmap *in) MUST_CHECK;

#endif
