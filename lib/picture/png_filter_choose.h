#ifndef LIB_PICTURE_PNG_FILTER_CHOOSE_H
#define LIB_PICTURE_PNG_FILTER_CHOOSE_H

#include <stddef.h>
#include <stdint.h>

/* Filters a row of `len` bytes for writing (W3C PNG 9). `above` is the previous
   unfiltered row, zeros for the first; `step` is the size of a pixel in bytes.
   There are `step` zeros before both rows. */
struct png_filter_input {
	const uint8_t *row, *above;
	size_t len;
	unsigned step;
};

/* Writes the number of a filter and the filtered bytes, 1 + `len` in total.
   Chooses the filter with the smallest sum of absolute values of signed bytes
   (W3C PNG 12.7); of equal ones the first. */
void png_filter_choose(uint8_t *out, const struct png_filter_input *input);

#endif
