#ifndef LIB_PICTURE_PNG_COLOUR_H
#define LIB_PICTURE_PNG_COLOUR_H

#include <stdbool.h>

#include "lib/base/work.h"
#include "lib/picture/bytes.h"

/*
 * The chunks cICP, sRGB, gAMA and cHRM, which describe a PNG's colours (W3C
 * PNG, third edition, 4.3 and 11.3.2). libpng handles iCCP, whose priority is
 * between cICP and sRGB. Chunks after PLTE or IDAT, damaged ones and invalid
 * numbers are ignored.
 */
struct png_colour {
	struct bytes cicp, srgb, gama, chrm; /* length 0: absent */
};

/* Indices in the data of cICP. */
enum { CICP_PRIMARIES, CICP_TRANSFER, CICP_MATRIX, CICP_FULL_RANGE };

void png_colour_find(struct png_colour *colour, struct bytes file);

/* Fails with ERR_UNSUPPORTED_FORMAT for the HDR transfer functions PQ and
   HLG. */
bool png_colour_check(const struct png_colour *colour,
		      struct work *work) MUST_CHECK;

#endif
