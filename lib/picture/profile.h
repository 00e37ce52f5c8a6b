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

/* Turns a stored value v of 0 to 1 into light: (a * v + b) to the power of
   gamma from v = d on, c * v below. */
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

/*
 * ICC profiles, which live as long as the pool. NULL when the numbers make no
 * sense: an exponent outside 0.1 to 10, or a white point that does not lie
 * inside the triangle of the primaries.
 */
const uint8_t *profile_rgb(struct pool *pool, size_t *len,
			   const struct profile_space *space);
const uint8_t *profile_gray(struct pool *pool, size_t *len,
			    const struct profile_curve *curve);

/* The profile of the same colours with the curves of sRGB. NULL when this one
   is not a profile of RGB with a matrix. */
const uint8_t *profile_with_srgb_curves(struct pool *pool, size_t *len,
					const uint8_t *bytes, size_t bytes_len);

/* What the samples of a picture are. */
enum profile_colours { PROFILE_GRAY, PROFILE_RGB, PROFILE_CMYK };

/* Whether these bytes are an ICC profile of a device or a colour space that
   says what such samples look like. */
bool profile_fits(const uint8_t *bytes, size_t len,
		  enum profile_colours colours) MUST_CHECK;

/* Never NULL. */
const uint8_t *profile_srgb(struct pool *pool, size_t *len);
const uint8_t *profile_lab(struct pool *pool, size_t *len);

#endif
