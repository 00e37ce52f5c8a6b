#ifndef LIB_PICTURE_TIFF_DIRECTORY_H
#define LIB_PICTURE_TIFF_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Properties of the pixels of the remaining page. */
struct tiff_pixels {
	bool is_float;   /* floats without a declared range (tag 341) */
	bool is_icc_lab; /* a* and b* have an offset instead of a sign */
};

/*
 * Changes a TIFF in place, so that a decoder reads the main page
 * (tiff_main_page()) as stored: its directory becomes the only one, and keeps
 * only the tags that decoding needs, with valid values. So no decoder applies
 * Orientation itself, uses an extra sample as transparency by mistake, or fails
 * because of an unrelated tag. A file that is not a TIFF is not changed.
 */
struct tiff_pixels tiff_directory_reduce(uint8_t *bytes, size_t len);

#endif
