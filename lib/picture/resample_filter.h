#ifndef LIB_PICTURE_RESAMPLE_FILTER_H
#define LIB_PICTURE_RESAMPLE_FILTER_H

#include <stddef.h>

#include "lib/picture/resample_taps.h"

/* The inner loops of the resampler. All implementations give the same bytes.
   Pixels have 4 bytes, samples of a plane 1. All buffers have BITMAP_SLACK
   extra bytes, which are read and written too. */
struct resample_filter {
	const char *name; /* "plain", "SSE2" or "AVX2" */

	/* Filters rows vertically into one row of `bytes` bytes. `count` is
	   even. */
	void (*columns)(uint8_t *out, const uint8_t *const *rows,
			const int16_t *coefficients, uint32_t count,
			size_t bytes);

	/* Filters one row horizontally into `taps->count` pixels. */
	void (*row)(uint8_t *out, const uint8_t *in,
		    const struct resample_taps *taps);

	/* The same for a row of a plane. */
	void (*plane_row)(uint8_t *out, const uint8_t *in,
			  const struct resample_taps *taps);
};

/* Returns the implementations that this processor supports, the fastest
   last. */
size_t resample_filters(const struct resample_filter **filters);

/* Returns the fastest of them. */
const struct resample_filter *resample_filter(void);

#endif
