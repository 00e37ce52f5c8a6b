#ifndef LIB_PICTURE_PNG_HEADER_H
#define LIB_PICTURE_PNG_HEADER_H

#include "lib/picture/bytes.h"
#include "lib/picture/png_samples.h"
#include "lib/picture/probe.h"

/* What comes before the pixels of a PNG. */
struct png_header {
	uint32_t width, height;
	struct png_samples samples;
	bool is_gray; /* the samples are of gray, not of colours or a palette */
	bool is_interlaced;
	/* ICC, of what the samples' curves give, of the pool; of length 0: it
	   is sRGB. */
	struct bytes profile;
	size_t offset; /* of the first IDAT chunk's data */
};

/*
 * Reads the header with libpng. Of the ancillary chunks only tRNS and those of
 * png_colour.h count, and damaged ones are ignored. ERR_CORRUPT_IMAGE when the
 * rest is damaged, or the size is not the probe's; ERR_TOO_LARGE when memory
 * does not suffice.
 */
bool png_header_read(struct png_header *header, struct work *work,
		     const struct probe *probe, struct bytes bytes) MUST_CHECK;

#endif
