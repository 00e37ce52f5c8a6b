#ifndef LIB_PICTURE_RESAMPLE_TAPS_H
#define LIB_PICTURE_RESAMPLE_TAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/work.h"

/*
 * The Lanczos3 filter of one direction: for each output pixel the input pixels
 * that it is made of, and their coefficients, in units of
 * 1 / RESAMPLE_TAPS_ONE. The coefficients of an output pixel add up to
 * RESAMPLE_TAPS_ONE, and those behind the used ones are 0.
 */
struct resample_taps {
	uint32_t count;  /* of output pixels */
	uint32_t room;   /* coefficients kept for each: a multiple of 4 */
	uint32_t *first; /* input pixel, for each output pixel */
	uint32_t *used;  /* coefficients, for each output pixel */
	int16_t *coefficients;
};

enum {
	RESAMPLE_TAPS_BITS = 14,
	RESAMPLE_TAPS_ONE = 1 << RESAMPLE_TAPS_BITS,
	RESAMPLE_TAPS_HALF = RESAMPLE_TAPS_ONE / 2
};

/* Calculates the filter by which `extent` pixels of `size`, from `start` on,
   become `count`. ERR_TOO_LARGE when memory does not suffice. */
bool resample_taps_init(struct resample_taps *taps, struct work *work,
			uint32_t size, double start, double extent,
			uint32_t count) MUST_CHECK;

static inline const int16_t *resample_taps_coefficients(
	const struct resample_taps *taps, uint32_t i)
{
	return taps->coefficients + (size_t)i * taps->room;
}

#endif
