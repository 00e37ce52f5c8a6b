/* profile.c: makes ICC profiles from numbers that describe colours. */
#include "config.h"

#include "lib/picture/profile.h"

#include <lcms2.h>
#include <stdlib.h>

#include "lib/base/pool.h"

/* IEC 61966-2-1 */
#define SRGB_CURVE                                                             \
	{                                                                      \
		2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045              \
	}

const struct profile_space profile_srgb_space = {
	.white = { 0.3127, 0.3290 },
	.red = { 0.64, 0.33 },
	.green = { 0.30, 0.60 },
	.blue = { 0.15, 0.06 },
	.curves = { SRGB_CURVE, SRGB_CURVE, SRGB_CURVE },
};

static uint8_t *save(cmsHPROFILE profile, struct pool *pool, size_t *len)
{
	cmsUInt32Number count = 0;
	uint8_t *bytes;

	if (!profile || !cmsSaveProfileToMem(profile, NULL, &count))
		abort();
	bytes = pool_alloc(pool, count);
	if (!cmsSaveProfileToMem(profile, bytes, &count))
		abort();
	cmsCloseProfile(profile);
	*len = count;
	return bytes;
}

/* Returns twice the signed area of a triangle; above 0 for a left turn. */
static double area(struct profile_xy a, struct profile_xy b,
		   struct profile_xy c)
{
	return (b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y);
}

static bool holds_white(const struct profile_space *space)
{
	const double least = 1e-6;
	const double red = area(space->white, space->green, space->blue);
	const double green = area(space->white, space->blue, space->red);
	const double blue = area(space->white, space->red, space->green);

	return space->white.y > least &&
	       ((red > least && green > least && blue > least) ||
		(red < -least && green < -least && blue < -least));
}

static bool is_sensible(const struct profile_curve *curve)
{
	return curve->gamma >= 0.1 && curve->gamma <= 10;
}

static cmsToneCurve *build_curve(const struct profile_curve *curve)
{
	const cmsFloat64Number numbers[] = { curve->gamma, curve->a, curve->b,
					     curve->c, curve->d };

	return cmsBuildParametricToneCurve(NULL, 4, numbers);
}

static cmsCIExyY light(struct profile_xy xy)
{
	return (cmsCIExyY){ xy.x, xy.y, 1 };
}

const uint8_t *profile_rgb(struct pool *pool, size_t *len,
			   const struct profile_space *space)
{
	const cmsCIExyY white = light(space->white);
	const cmsCIExyYTRIPLE primaries = { light(space->red),
					    light(space->green),
					    light(space->blue) };
	cmsToneCurve *curves[3];
	cmsHPROFILE profile;

	if (!holds_white(space))
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(curves); i++)
		if (!is_sensible(&space->curves[i]))
			return NULL;
	for (size_t i = 0; i < ARRAY_LEN(curves); i++)
		curves[i] = build_curve(&space->curves[i]);
	profile = cmsCreateRGBProfile(&white, &primaries, curves);
	cmsFreeToneCurveTriple(curves);
	return profile ? save(profile, pool, len) : NULL;
}

const uint8_t *profile_gray(struct pool *pool, size_t *len,
			    const struct profile_curve *curve)
{
	cmsToneCurve *tone;
	cmsHPROFILE profile;

	if (!is_sensible(curve))
		return NULL;
	tone = build_curve(curve);
	profile = cmsCreateGrayProfile(cmsD50_xyY(), tone);
	cmsFreeToneCurve(tone);
	return save(profile, pool, len);
}

static bool copy_matrix(cmsHPROFILE to, cmsHPROFILE from)
{
	static const cmsTagSignature tags[] = { cmsSigRedColorantTag,
						cmsSigGreenColorantTag,
						cmsSigBlueColorantTag };

	for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
		const void *colorant = cmsReadTag(from, tags[i]);

		if (!colorant || !cmsWriteTag(to, tags[i], colorant))
			return false;
	}
	return true;
}

static void write_curves(cmsHPROFILE profile, const struct profile_curve *curve)
{
	cmsToneCurve *tone = build_curve(curve);

	if (!cmsWriteTag(profile, cmsSigRedTRCTag, tone) ||
	    !cmsWriteTag(profile, cmsSigGreenTRCTag, tone) ||
	    !cmsWriteTag(profile, cmsSigBlueTRCTag, tone))
		abort();
	cmsFreeToneCurve(tone);
}

/* Uses the same version, because it decides the scale of dark colours. */
static cmsHPROFILE new_profile_like(cmsHPROFILE from)
{
	cmsHPROFILE to = cmsCreateProfilePlaceholder(NULL);

	cmsSetEncodedICCversion(to, cmsGetEncodedICCversion(from));
	cmsSetDeviceClass(to, cmsSigDisplayClass);
	cmsSetColorSpace(to, cmsSigRgbData);
	cmsSetPCS(to, cmsSigXYZData);
	return to;
}

const uint8_t *profile_with_srgb_curves(struct pool *pool, size_t *len,
					const uint8_t *bytes, size_t bytes_len)
{
	cmsHPROFILE from =
		cmsOpenProfileFromMem(bytes, (cmsUInt32Number)bytes_len);
	cmsHPROFILE to;
	bool ok;

	if (!from)
		return NULL;
	to = new_profile_like(from);
	ok = copy_matrix(to, from);
	cmsCloseProfile(from);
	if (!ok) {
		cmsCloseProfile(to);
		return NULL;
	}
	write_curves(to, &profile_srgb_space.curves[0]);
	return save(to, pool, len);
}

static bool is_of_device(cmsHPROFILE profile)
{
	switch (cmsGetDeviceClass(profile)) {
	case cmsSigInputClass:
	case cmsSigDisplayClass:
	case cmsSigOutputClass:
	case cmsSigColorSpaceClass:
		return true;
	default:
		return false;
	}
}

bool profile_fits(const uint8_t *bytes, size_t len,
		  enum profile_colours colours)
{
	static const cmsColorSpaceSignature spaces[] = {
		[PROFILE_GRAY] = cmsSigGrayData,
		[PROFILE_RGB] = cmsSigRgbData,
		[PROFILE_CMYK] = cmsSigCmykData,
	};
	cmsHPROFILE profile =
		len <= INT32_MAX
			? cmsOpenProfileFromMem(bytes, (cmsUInt32Number)len)
			: NULL;
	bool fits;

	if (!profile)
		return false;
	fits = is_of_device(profile) &&
	       cmsGetColorSpace(profile) == spaces[colours];
	cmsCloseProfile(profile);
	return fits;
}

const uint8_t *profile_srgb(struct pool *pool, size_t *len)
{
	return save(cmsCreate_sRGBProfile(), pool, len);
}

const uint8_t *profile_lab(struct pool *pool, size_t *len)
{
	return save(cmsCreateLab4Profile(NULL), pool, len);
}
