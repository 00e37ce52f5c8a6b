#ifndef LIB_PICTURE_PNG_FILTER_H
#define LIB_PICTURE_PNG_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/util.h"

enum { PNG_FILTER_SLACK = 16 };

/*
 * Undoes the filter of a row, in place (W3C PNG 9). `above` is the row before
 * it without its filter, zeros for the first; `step` is the size of a pixel in
 * bytes, at least 1. PNG_FILTER_SLACK bytes behind the row may be overwritten,
 * and behind the one above be read. False for a filter that PNG does not have.
 */
bool png_filter_undo(uint8_t *row, const uint8_t *above, size_t len,
		     unsigned filter, unsigned step) MUST_CHECK;

#endif
