#ifndef LIB_PICTURE_TIFF_DIRECTORY_H
#define LIB_PICTURE_TIFF_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the pixels of the page are that remains. */
struct tiff_pixels {
	bool is_float;   /* floats without a range of their own (tag 341) */
	bool is_icc_lab; /* a* and b* have an offset instead of a sign */
};

/*
 * Changes a TIFF in place, so that a decoder reads the main page
 * (tiff_main_page()) as it is stored: its directory is the only one and has
 * only the tags that decoding needs, with valid values. So no decoder obeys
 * Orientation itself, takes an extra sample for transparency that is none, or
 * fails for a tag that says nothing about pixels. A file that is no TIFF stays
 * as it is.
 */
struct tiff_pixels tiff_directory_reduce(uint8_t *bytes, size_t len);

#endif
