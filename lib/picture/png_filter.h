#ifndef LIB_PICTURE_PNG_FILTER_H
#define LIB_PICTURE_PNG_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/util.h"

enum { PNG_FILTER_SLACK = 16 };

/*
 * Reverses the filter of a row, in place (W3C PNG 9). `above` is the previous
 * unfiltered row, zeros for the first; `step` is the size of a pixel in bytes,
 * at least 1. May write PNG_FILTER_SLACK bytes after the row, and read as many
 * after the row above. False for an unknown filter.
 */
bool png_filter_undo(uint8_t *row, const uint8_t *above, size_t len,
		     unsigned filter, unsigned step) MUST_CHECK;

#endif
