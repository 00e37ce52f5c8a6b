/* tone_curves.c: converts samples of 16 bits to the tone curves of sRGB. */
#include "config.h"

#include "lib/picture/tone_curves.h"

#include <lcms2.h>
#include <math.h>
#include <stdlib.h>

#include "lib/base/pool.h"

/* Between two steps, a curve is treated as straight. */
enum { STEP = 16, STEPS = 65536 / STEP };

struct tone_curves {
	uint16_t at[3][STEPS + 1];
};

/* IEC 61966-2-1 */
static double encode(double light)
{
	return light <= 0.0031308 ? 12.92 * light
				  : 1.055 * pow(light, 1 / 2.4) - 0.055;
}

/* A damaged curve may give NaN. */
static uint16_t convert_step(const cmsToneCurve *curve, int step)
{
	const float light =
		cmsEvalToneCurveFloat(curve, (float)step / (float)STEPS);
	const double value = light > 0 ? encode(light) : 0;

	return value < 1 ? (uint16_t)lrint(value * 65535) : 65535;
}

static const cmsToneCurve *read_curve(cmsHPROFILE profile, int colour,
				      bool gray)
{
	static const cmsTagSignature tags[] = { cmsSigRedTRCTag,
						cmsSigGreenTRCTag,
						cmsSigBlueTRCTag };

	return cmsReadTag(profile, gray ? cmsSigGrayTRCTag : tags[colour]);
}

static bool read_curves(struct tone_curves *curves, cmsHPROFILE profile,
			bool gray)
{
	for (int colour = 0; colour < 3; colour++) {
		const cmsToneCurve *curve = read_curve(profile, colour, gray);

		if (!curve)
			return false;
		for (int step = 0; step <= STEPS; step++)
			curves->at[colour][step] = convert_step(curve, step);
	}
	return true;
}

/* The difference is less than a quarter of a step of 8 bits. */
static bool changes_nothing(const struct tone_curves *curves)
{
	const int most = 64;

	for (int colour = 0; colour < 3; colour++)
		for (int step = 0; step <= STEPS; step++)
			if (abs(curves->at[colour][step] - step * STEP) > most)
				return false;
	return true;
}

/* If a profile has both, tables have precedence over curves (ICC.1 8.10.2). For
   Lab's lightness, a curve has another meaning. */
static bool has_only_curves(cmsHPROFILE profile)
{
	return cmsIsMatrixShaper(profile) &&
	       cmsGetPCS(profile) == cmsSigXYZData &&
	       !cmsIsTag(profile, cmsSigAToB0Tag) &&
	       !cmsIsTag(profile, cmsSigDToB0Tag);
}

static bool find_curves(struct tone_curves *curves, struct bytes profile,
			bool gray)
{
	cmsHPROFILE opened = cmsOpenProfileFromMem(
		profile.data, (cmsUInt32Number)profile.len);
	bool ok;

	if (!opened)
		return false;
	ok = has_only_curves(opened) && read_curves(curves, opened, gray) &&
	     !changes_nothing(curves);
	cmsCloseProfile(opened);
	return ok;
}

const struct tone_curves *tone_curves_new(struct bytes *profile,
					  struct pool *pool,
					  enum profile_colours colours)
{
	struct tone_curves *curves = pool_alloc(pool, sizeof(*curves));
	const bool gray = colours == PROFILE_GRAY;
	struct bytes left = { 0 };

	if (colours == PROFILE_CMYK ||
	    !profile_fits(profile->data, profile->len, colours) ||
	    !find_curves(curves, *profile, gray))
		return NULL;
	if (!gray) {
		left.data = profile_with_srgb_curves(
			pool, &left.len, profile->data, profile->len);
		if (!left.data)
			return NULL;
	}
	*profile = left;
	return curves;
}

static uint16_t interpolate(const uint16_t *steps, uint16_t sample)
{
	/* Maps 65535 to the end of the last step. */
	const uint32_t value = sample + (sample >> 15);
	const uint32_t part = value % STEP;
	const uint16_t *at = steps + value / STEP;

	if (!part)
		return at[0];
	return (uint16_t)((at[0] * (STEP - part) + at[1] * part + STEP / 2) /
			  STEP);
}

void tone_curves_apply(const struct tone_curves *curves, uint16_t *pixels,
		       size_t count)
{
	for (; count; count--, pixels += 4)
		for (int i = 0; i < 3; i++)
			pixels[i] = interpolate(curves->at[i], pixels[i]);
}
