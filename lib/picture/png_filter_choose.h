#ifndef LIB_PICTURE_PNG_FILTER_CHOOSE_H
#define LIB_PICTURE_PNG_FILTER_CHOOSE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Filters a row of `len` bytes for a PNG that is written (W3C PNG 9). `above`
 * is the row before it without its filter, zeros for the first; `step` is the
 * size of a pixel in bytes. In front of both rows are `step` zeros.
 */
struct png_filter_input {
	const uint8_t *row, *above;
	size_t len;
	unsigned step;
};

/* Writes the number of a filter and the filtered bytes, 1 + `len` in all. Of
   the five filters it is the one that leaves the smallest sum of absolute
   values of signed bytes (W3C PNG 12.7), the first of equal ones. */
void png_filter_choose(uint8_t *out, const struct png_filter_input *input);

#endif
