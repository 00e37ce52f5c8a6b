/* colour.c: converts the colours of a picture to sRGB. */
#include "config.h"

#include "lib/picture/colour.h"

#include "lib/base/pool.h"
#include "lib/picture/profile.h"
#include "lib/picture/tone_curves.h"

bool colour_flip_lab_signs(Image *image)
{
	const Quantum sign = MaxRGB / 2 + 1;

	for (unsigned long y = 0; y < image->rows; y++) {
		PixelPacket *row =
			GetImagePixels(image, 0, (long)y, image->columns, 1);

		if (!row)
			return false;
		for (unsigned long x = 0; x < image->columns; x++) {
			row[x].green ^= sign;
			row[x].blue ^= sign;
		}
		if (!SyncImagePixels(image))
			return false;
	}
	return true;
}

static bool declare_lab(Image *image)
{
	struct pool *pool = pool_new();
	size_t len;
	const uint8_t *profile = profile_lab(pool, &len);
	const bool ok = colour_flip_lab_signs(image) &&
			SetImageProfile(image, "ICM", profile, len);

	pool_free(pool);
	return ok;
}

static bool has_fitting_profile(const Image *image, bool gray)
{
	size_t len = 0;
	const uint8_t *profile = GetImageProfile(image, "ICM", &len);

	if (!profile)
		return false;
	switch (image->colorspace) {
	case CMYKColorspace:
		return profile_fits(profile, len, PROFILE_CMYK);
	case LABColorspace: /* from declare_lab() */
		return true;
	case RGBColorspace:
	case GRAYColorspace:
		return profile_fits(profile, len,
				    gray ? PROFILE_GRAY : PROFILE_RGB);
	default:
		return false;
	}
}

static void apply_curves(PixelPacket *pixel, const struct tone_curves *curves)
{
	uint16_t sample[4] = { ScaleQuantumToShort(pixel->red),
			       ScaleQuantumToShort(pixel->green),
			       ScaleQuantumToShort(pixel->blue) };

	tone_curves_apply(curves, sample, 1);
	pixel->red = ScaleShortToQuantum(sample[0]);
	pixel->green = ScaleShortToQuantum(sample[1]);
	pixel->blue = ScaleShortToQuantum(sample[2]);
}

static bool convert_curves(Image *image, const struct tone_curves *curves)
{
	image->storage_class = DirectClass;
	for (unsigned long y = 0; y < image->rows; y++) {
		PixelPacket *row =
			GetImagePixels(image, 0, (long)y, image->columns, 1);

		if (!row)
			return false;
		for (unsigned long x = 0; x < image->columns; x++)
			apply_curves(&row[x], curves);
		if (!SyncImagePixels(image))
			return false;
	}
	return true;
}

bool colour_convert_curves(Image *image, struct pool *pool, bool gray)
{
	const bool other = image->colorspace != RGBColorspace &&
			   image->colorspace != GRAYColorspace;
	struct bytes profile = { 0 };
	const struct tone_curves *curves = NULL;

	profile.data = GetImageProfile(image, "ICM", &profile.len);
	if (profile.data && image->depth > 8 && !other)
		curves = tone_curves_new(&profile, pool,
					 gray ? PROFILE_GRAY : PROFILE_RGB);
	if (!curves)
		return true;
	DeleteImageProfile(image, "ICM");
	return convert_curves(image, curves) &&
	       (!profile.len ||
		SetImageProfile(image, "ICM", profile.data, profile.len));
}

bool colour_convert(Image *image, bool gray, const uint8_t *srgb, size_t len)
{
	const bool ink = image->colorspace == CMYKColorspace;

	if (image->colorspace == LABColorspace && !declare_lab(image))
		return false;
	if (has_fitting_profile(image, gray))
		(void)ProfileImage(image, "ICM", (unsigned char *)srgb, len,
				   MagickTrue);
	DeleteImageProfile(image, "ICM");
	if (image->colorspace != RGBColorspace &&
	    !TransformColorspace(image, RGBColorspace))
		return false;
	/* Black ink uses the channel of transparency. */
	if (ink && !image->matte)
		SetImageOpacity(image, OpaqueOpacity);
	return true;
}
