/* colour.c: whatever a picture's colours are, they become sRGB. */
#include "config.h"

#include "lib/picture/colour.h"

#include <lcms2.h>
#include <stdlib.h>

#include "lib/base/pool.h"
#include "lib/base/util.h"

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

const uint8_t *colour_srgb(struct pool *pool, size_t *len)
{
	return save(cmsCreate_sRGBProfile(), pool, len);
}

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
	const uint8_t *profile = save(cmsCreateLab4Profile(NULL), pool, &len);
	const bool ok = colour_flip_lab_signs(image) &&
			SetImageProfile(image, "ICM", profile, len);

	pool_free(pool);
	return ok;
}

bool colour_convert(Image *image, const uint8_t *srgb, size_t len)
{
	const bool ink = image->colorspace == CMYKColorspace;
	size_t profile_len = 0;

	if (image->colorspace == LABColorspace && !declare_lab(image))
		return false;
	if (GetImageProfile(image, "ICM", &profile_len) && profile_len)
		(void)ProfileImage(image, "ICM", (unsigned char *)srgb, len,
				   MagickTrue);
	DeleteImageProfile(image, "ICM");
	if (image->colorspace != RGBColorspace &&
	    !TransformColorspace(image, RGBColorspace))
		return false;
	/* Black ink was where transparency is. */
	if (ink && !image->matte)
		SetImageOpacity(image, OpaqueOpacity);
	return true;
}
