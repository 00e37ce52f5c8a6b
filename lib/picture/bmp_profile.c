/* bmp_profile.c: makes an ICC profile of the colour space in a BMP's header. */
#include "config.h"

#include "lib/picture/bmp_profile.h"

#include <math.h>
#include <stdbool.h>

#include "lib/base/util.h"
#include "lib/picture/bmp_header.h"
#include "lib/picture/profile.h"

/* Byte offsets in the header after the file header, and sizes of that
   header. */
enum {
	FILE_HEADER_SIZE = 14,
	V4_SIZE = 108,
	COLOUR_SPACE_AT = 56,
	END_POINTS_AT = 60,
	GAMMAS_AT = 96
};

#define CALIBRATED 0u

struct xyz {
	double x, y, z;
};

static double sum(struct xyz point)
{
	return point.x + point.y + point.z;
}

static double fixed_2_30(const uint8_t *at)
{
	return (int32_t)le32(at) / 1073741824.0;
}

static struct xyz end_point(const uint8_t *header, int number)
{
	const uint8_t *at = header + END_POINTS_AT + 12 * number;

	return (struct xyz){ fixed_2_30(at), fixed_2_30(at + 4),
			     fixed_2_30(at + 8) };
}

/* Gives NaN for 0, 0, 0, which calibrated() rejects. */
static struct profile_xy chromaticity(struct xyz point)
{
	return (struct profile_xy){ point.x / sum(point),
				    point.y / sum(point) };
}

/* Some writers store the gamma of the encoding, which is below 1. */
static struct profile_curve curve(const uint8_t *header, int number)
{
	const uint32_t stored = le32(header + GAMMAS_AT + 4 * number);
	const double gamma = stored / 65536.0;

	if (!stored)
		return profile_srgb_space.curves[number];
	return PROFILE_GAMMA(gamma < 1 ? 1 / gamma : gamma);
}

/* An end point is the light of a primary, and the sum of the three is white.
   Most writers store chromaticities instead, which have the sum 1, and some use
   another unit: then white is that of displays. */
static struct profile_xy white_of(const struct xyz *points)
{
	struct xyz all = { 0 };
	bool are_light = false;

	for (int i = 0; i < 3; i++) {
		are_light = are_light || fabs(sum(points[i]) - 1) > 0.02;
		all.x += points[i].x;
		all.y += points[i].y;
		all.z += points[i].z;
	}
	return are_light && fabs(all.y - 1) < 0.1 ? chromaticity(all)
						  : profile_srgb_space.white;
}

static const uint8_t *calibrated(struct pool *pool, size_t *len,
				 const uint8_t *header)
{
	const struct xyz points[] = { end_point(header, 0),
				      end_point(header, 1),
				      end_point(header, 2) };
	const struct profile_space space = {
		.white = white_of(points),
		.red = chromaticity(points[0]),
		.green = chromaticity(points[1]),
		.blue = chromaticity(points[2]),
		.curves = { curve(header, 0), curve(header, 1),
			    curve(header, 2) },
	};

	for (size_t i = 0; i < ARRAY_LEN(points); i++)
		if (!(sum(points[i]) > 0))
			return NULL;
	return profile_rgb(pool, len, &space);
}

static const uint8_t *embedded(size_t *len, struct bytes file)
{
	const struct bytes profile = bmp_embedded_profile(file);

	*len = profile.len;
	return profile.len ? profile.data : NULL;
}

const uint8_t *bmp_profile(struct pool *pool, size_t *len, struct bytes file)
{
	const uint8_t *header = file.data + FILE_HEADER_SIZE;
	const uint32_t size = le32(header);

	if (size < V4_SIZE)
		return NULL;
	switch (le32(header + COLOUR_SPACE_AT)) {
	case CALIBRATED:
		return calibrated(pool, len, header);
	case BMP_EMBEDDED:
		return embedded(len, file);
	default:
		return NULL;
	}
}
