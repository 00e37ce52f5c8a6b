#ifndef LIB_PICTURE_THUMBHASH_H
#define LIB_PICTURE_THUMBHASH_H

#include <stddef.h>
#include <stdint.h>

enum { THUMBHASH_MAX = 25, THUMBHASH_MAX_SIDE = 24 };

/*
 * Writes the ThumbHash of a picture of 1 to THUMBHASH_MAX_SIDE pixels a side,
 * and returns its length in bytes. Pixels are red, green, blue (not
 * premultiplied) and alpha. The bytes are those of the reference implementation
 * (https://github.com/evanw/thumbhash), whose limit is 100 pixels. Only terms
 * that are 0 but for rounding, as in a picture of one colour, may have other
 * bits: they depend on the cosines of the JavaScript engine, too, and are not
 * seen.
 */
size_t thumbhash(uint8_t hash[THUMBHASH_MAX], uint32_t width, uint32_t height,
		 const uint8_t *rgba);

#endif
