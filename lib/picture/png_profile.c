/* png_profile.c: makes ICC profiles from the colour chunks of a PNG. */
#include "config.h"

#include "lib/picture/png_profile.h"

#include <math.h>

#include "lib/picture/profile.h"

/* ITU-T H.273, table 2. */
#define D65                                                                    \
	{                                                                      \
		0.3127, 0.3290                                                 \
	}
#define C                                                                      \
	{                                                                      \
		0.310, 0.316                                                   \
	}

/* clang-format off */
static const struct {
	struct profile_xy white, red, green, blue;
} primaries[] = {
	[1]  = { D65,              { 0.640, 0.330 }, { 0.300, 0.600 }, { 0.150, 0.060 } },
	[4]  = { C,                { 0.67,  0.33 },  { 0.21,  0.71 },  { 0.14,  0.08 } },
	[5]  = { D65,              { 0.64,  0.33 },  { 0.29,  0.60 },  { 0.15,  0.06 } },
	[6]  = { D65,              { 0.630, 0.340 }, { 0.310, 0.595 }, { 0.155, 0.070 } },
	[7]  = { D65,              { 0.630, 0.340 }, { 0.310, 0.595 }, { 0.155, 0.070 } },
	[8]  = { C,                { 0.681, 0.319 }, { 0.243, 0.692 }, { 0.145, 0.049 } },
	[9]  = { D65,              { 0.708, 0.292 }, { 0.170, 0.797 }, { 0.131, 0.046 } },
	[11] = { { 0.314, 0.351 }, { 0.680, 0.320 }, { 0.265, 0.690 }, { 0.150, 0.060 } },
	[12] = { D65,              { 0.680, 0.320 }, { 0.265, 0.690 }, { 0.150, 0.060 } },
	[22] = { D65,              { 0.630, 0.340 }, { 0.295, 0.605 }, { 0.155, 0.077 } },
};

/* H.273, table 3: the curves that are defined up to white. */
#define BT709  { 1 / 0.45, 1 / 1.099, 0.099 / 1.099, 1 / 4.5, 0.081 }
#define ST240  { 1 / 0.45, 1 / 1.1115, 0.1115 / 1.1115, 1 / 4.0, 0.0913 }
#define SRGB   { 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045 }

static const struct profile_curve transfers[] = {
	[1]  = BT709,
	[4]  = { 2.2, 1, 0, 0, 0 },
	[5]  = { 2.8, 1, 0, 0, 0 },
	[6]  = BT709,
	[7]  = ST240,
	[8]  = { 1, 1, 0, 0, 0 },
	[13] = SRGB,
	[14] = BT709,
	[15] = BT709,
};
/* clang-format on */

static void make_profile(struct bytes *profile, struct pool *pool,
			 const struct profile_space *space, bool gray)
{
	size_t len = 0;

	profile->data = gray ? profile_gray(pool, &len, &space->curves[0])
			     : profile_rgb(pool, &len, space);
	profile->len = profile->data ? len : 0;
}

bool png_profile_of_cicp(struct bytes *profile, struct pool *pool,
			 const struct png_colour *colour, bool gray)
{
	const uint8_t *cicp = colour->cicp.data;
	struct profile_curve curve;
	unsigned p, t;

	*profile = (struct bytes){ 0 };
	if (!colour->cicp.len || cicp[CICP_MATRIX] ||
	    cicp[CICP_FULL_RANGE] != 1)
		return false;
	p = cicp[CICP_PRIMARIES];
	t = cicp[CICP_TRANSFER];
	if (p >= ARRAY_LEN(primaries) || !primaries[p].white.y ||
	    t >= ARRAY_LEN(transfers) || !transfers[t].gamma)
		return false;
	curve = transfers[t];
	if (t != 13 || (p != 1 && !gray))
		make_profile(profile, pool,
			     &(struct profile_space){
				     primaries[p].white,
				     primaries[p].red,
				     primaries[p].green,
				     primaries[p].blue,
				     { curve, curve, curve },
			     },
			     gray);
	return true;
}

static bool is_near(struct profile_xy a, struct profile_xy b)
{
	const double most = 0.005;

	return fabs(a.x - b.x) < most && fabs(a.y - b.y) < most;
}

static bool has_srgb_primaries(const struct profile_space *space)
{
	const struct profile_space *srgb = &profile_srgb_space;

	return is_near(space->white, srgb->white) &&
	       is_near(space->red, srgb->red) &&
	       is_near(space->green, srgb->green) &&
	       is_near(space->blue, srgb->blue);
}

static struct profile_xy read_xy(const uint8_t *at)
{
	return (struct profile_xy){ be32(at) / 1e5, be32(at + 4) / 1e5 };
}

/* Returns false for an invalid gAMA, and for one of about 0.45455 with the
   primaries of sRGB: encoders use it for sRGB (W3C PNG 11.3.2.5). */
static bool read_gamma(struct profile_space *space, struct bytes gama)
{
	const double gamma = gama.len ? be32(gama.data) / 1e5 : 0;

	if (gamma < 0.1 || gamma > 10)
		return false;
	if (gamma > 0.45 && gamma < 0.46 && has_srgb_primaries(space))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(space->curves); i++)
		space->curves[i] = PROFILE_GAMMA(1 / gamma);
	return true;
}

/* Returns false for invalid primaries. */
static bool by_gamma(struct bytes *profile, struct pool *pool,
		     struct profile_space *space, struct bytes gama, bool gray)
{
	if (!read_gamma(space, gama) && has_srgb_primaries(space))
		return true;
	make_profile(profile, pool, space, gray);
	return profile->len;
}

void png_profile_of_gamma(struct bytes *profile, struct pool *pool,
			  const struct png_colour *colour, bool gray)
{
	struct profile_space space = profile_srgb_space;
	const uint8_t *chrm = colour->chrm.data;

	*profile = (struct bytes){ 0 };
	if (colour->srgb.len)
		return;
	if (colour->chrm.len && !gray) {
		space.white = read_xy(chrm);
		space.red = read_xy(chrm + 8);
		space.green = read_xy(chrm + 16);
		space.blue = read_xy(chrm + 24);
		if (by_gamma(profile, pool, &space, colour->gama, gray))
			return;
		space = profile_srgb_space;
	}
	(void)by_gamma(profile, pool, &space, colour->gama, gray);
}
