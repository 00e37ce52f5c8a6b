#ifndef LIB_PICTURE_PROFILE_H
#define LIB_PICTURE_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/util.h"

struct pool;

/* CIE 1931 chromaticity. */
struct profile_xy {
	double x, y;
};

/* Converts a stored value v of 0 to 1 to light: (a * v + b) to the power of
   gamma for v >= d, else c * v. */
struct profile_curve {
	double gamma, a, b, c, d;
};

#define PROFILE_GAMMA(exponent)                                                \
	((struct profile_curve){ (exponent), 1, 0, 0, 0 })

struct profile_space {
	struct profile_xy white, red, green, blue;
	struct profile_curve curves[3]; /* of red, green and blue */
};

extern const struct profile_space profile_srgb_space;

/* Make ICC profiles that live as long as the pool. Return NULL for invalid
   numbers: an exponent outside 0.1 to 10, or a white point outside the triangle
   of the primaries. */
const uint8_t *profile_rgb(struct pool *pool, size_t *len,
			   const struct profile_space *space);
const uint8_t *profile_gray(struct pool *pool, size_t *len,
			    const struct profile_curve *curve);

/* Returns a profile of the same colours with the curves of sRGB. NULL if this
   one is not an RGB profile with a matrix. */
const uint8_t *profile_with_srgb_curves(struct pool *pool, size_t *len,
					const uint8_t *bytes, size_t bytes_len);

/* What the samples of a picture are. */
enum profile_colours { PROFILE_GRAY, PROFILE_RGB, PROFILE_CMYK };

/* Whether these bytes are an ICC profile of a device or colour space for such
   samples. */
bool profile_fits(const uint8_t *bytes, size_t len,
		  enum profile_colours colours) MUST_CHECK;

/* Never NULL. */
const uint8_t *profile_srgb(struct pool *pool, size_t *len);
const uint8_t *profile_lab(struct pool *pool, size_t *len);

#endif
