#ifndef LIB_PICTURE_RESAMPLE_TAPS_H
#define LIB_PICTURE_RESAMPLE_TAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/work.h"

/*
 * The Lanczos3 filter in one direction: for each output pixel, its input pixels
 * and their coefficients, in units of 1 / RESAMPLE_TAPS_ONE. The coefficients
 * of an output pixel sum to RESAMPLE_TAPS_ONE; those after the used ones are 0.
 */
struct resample_taps {
	uint32_t count;  /* output pixels */
	uint32_t room;   /* allocated coefficients of each: a multiple of 16 */
	uint32_t *first; /* first input pixel of each output pixel */
	uint32_t *used;  /* used coefficients of each output pixel */
	int16_t *coefficients;
};

enum {
	RESAMPLE_TAPS_BITS = 14,
	RESAMPLE_TAPS_ONE = 1 << RESAMPLE_TAPS_BITS,
	RESAMPLE_TAPS_HALF = RESAMPLE_TAPS_ONE / 2
};

/* Calculates the filter that resizes `extent` of `size` pixels, from `start`,
   to `count` pixels. ERR_TOO_LARGE if out of memory. */
bool resample_taps_init(struct resample_taps *taps, struct work *work,
			uint32_t size, double start, double extent,
			uint32_t count) MUST_CHECK;

static inline const int16_t *resample_taps_coefficients(
	const struct resample_taps *taps, uint32_t i)
{
	return taps->coefficients + (size_t)i * taps->room;
}

#endif
