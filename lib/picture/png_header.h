#ifndef LIB_PICTURE_PNG_HEADER_H
#define LIB_PICTURE_PNG_HEADER_H

#include "lib/picture/bytes.h"
#include "lib/picture/png_samples.h"
#include "lib/picture/probe.h"

/* The data before the pixels of a PNG. */
struct png_header {
	uint32_t width, height;
	struct png_samples samples;
	bool is_gray; /* the samples are gray, not colours or palette indices */
	bool is_interlaced;
	/* ICC profile after the samples' curves are applied; belongs to the
	   pool. Length 0: sRGB. */
	struct bytes profile;
	size_t offset; /* offset of the data of the first IDAT chunk */
};

/*
 * Reads the header with libpng. Of the ancillary chunks, uses only tRNS and
 * those of png_colour.h, and ignores damaged ones. ERR_CORRUPT_IMAGE if other
 * chunks are damaged, or the size is not the probe's; ERR_TOO_LARGE if out of
 * memory.
 */
bool png_header_read(struct png_header *header, struct work *work,
		     const struct probe *probe, struct bytes bytes) MUST_CHECK;

#endif
