#ifndef LIB_PICTURE_PNG_COLOUR_H
#define LIB_PICTURE_PNG_COLOUR_H

#include <stdbool.h>

#include "lib/base/work.h"
#include "lib/picture/bytes.h"

/*
 * What the chunks cICP, sRGB, gAMA and cHRM say of a PNG's colours (W3C PNG,
 * third edition, 4.3 and 11.3.2). Of iCCP, which stands between cICP and sRGB,
 * libpng takes care. Chunks behind PLTE or IDAT, damaged ones and numbers that
 * make no sense are ignored.
 */
struct png_colour {
	struct bytes cicp, srgb, gama, chrm; /* of length 0: absent */
};

/* Indices in cICP's data. */
enum { CICP_PRIMARIES, CICP_TRANSFER, CICP_MATRIX, CICP_FULL_RANGE };

void png_colour_find(struct png_colour *colour, struct bytes file);

/* ERR_UNSUPPORTED_FORMAT for the HDR transfer functions PQ and HLG. */
bool png_colour_check(const struct png_colour *colour,
		      struct work *work) MUST_CHECK;

#endif
