/* row_colour.c: converts bitmaps to sRGB. */
#include "config.h"

#include "lib/picture/row_colour.h"

#include <stdlib.h>
#include <string.h>

#include <lcms2.h>

#include "lib/base/pool.h"
#include "lib/base/util.h"

/* clang-format off */
static const cmsUInt32Number formats[] = {
	[PROFILE_GRAY] = COLORSPACE_SH(PT_GRAY) | CHANNELS_SH(1) |
			 EXTRA_SH(3) | BYTES_SH(1),
	[PROFILE_RGB]  = TYPE_RGBA_8,
	[PROFILE_CMYK] = TYPE_CMYK_8_REV,
};
/* clang-format on */

/* Converts CMYK without a profile. */
static void mix_ink(struct bitmap *bitmap)
{
	for (uint32_t y = 0; y < bitmap->height; y++) {
		uint8_t *at = bitmap_row(bitmap, y);

		for (uint32_t x = 0; x < bitmap->width; x++, at += 4) {
			for (int i = 0; i < 3; i++)
				at[i] = bitmap_product(at[i], at[3]);
			at[3] = 255;
		}
	}
}

/* Profiles apply to colours that are not premultiplied. */
static void divide_by_alpha(uint8_t *at, uint32_t count)
{
	for (; count; count--, at += 4)
		for (int i = 0; at[3] && at[3] < 255 && i < 3; i++) {
			const int value = (at[i] * 255 + at[3] / 2) / at[3];

			at[i] = (uint8_t)(value < 255 ? value : 255);
		}
}

static void multiply_by_alpha(uint8_t *at, uint32_t count)
{
	for (; count; count--, at += 4)
		for (int i = 0; at[3] < 255 && i < 3; i++)
			at[i] = bitmap_product(at[i], at[3]);
}

/* Many files contain a profile of sRGB, from one of many makers. It is
   recognized by its effect on a grid of colours. */
static bool changes_nothing(cmsHTRANSFORM transform)
{
	enum { STEPS = 5, STEP = 63, ROUNDING = 2 };
	uint8_t in[STEPS * STEPS * STEPS * 4], out[sizeof(in)];
	uint8_t *at = in;

	for (int i = 0; i < STEPS * STEPS * STEPS; i++) {
		*at++ = (uint8_t)(i % STEPS * STEP);
		*at++ = (uint8_t)(i / STEPS % STEPS * STEP);
		*at++ = (uint8_t)(i / STEPS / STEPS * STEP);
		*at++ = 255;
	}
	memcpy(out, in, sizeof(in));
	cmsDoTransform(transform, out, out, STEPS * STEPS * STEPS);
	for (size_t i = 0; i < sizeof(in); i++)
		if (abs(in[i] - out[i]) > ROUNDING)
			return false;
	return true;
}

static cmsHTRANSFORM new_transform(enum profile_colours colours,
				   const uint8_t *bytes, size_t len)
{
	cmsHPROFILE from = cmsOpenProfileFromMem(bytes, (cmsUInt32Number)len);
	cmsHPROFILE to = cmsCreate_sRGBProfile();
	cmsHTRANSFORM made = NULL;

	if (from && to)
		made = cmsCreateTransform(from, formats[colours], to,
					  TYPE_RGBA_8, INTENT_PERCEPTUAL, 0);
	if (from)
		cmsCloseProfile(from);
	if (to)
		cmsCloseProfile(to);
	return made;
}

static void apply(struct bitmap *bitmap, cmsHTRANSFORM transform,
		  enum profile_colours colours)
{
	for (uint32_t y = 0; y < bitmap->height; y++) {
		uint8_t *row = bitmap_row(bitmap, y);

		if (bitmap->alpha)
			divide_by_alpha(row, bitmap->width);
		cmsDoTransform(transform, row, row, bitmap->width);
		for (uint32_t x = 0;
		     colours == PROFILE_CMYK && x < bitmap->width; x++)
			row[4 * x + 3] = 255;
		if (bitmap->alpha)
			multiply_by_alpha(row, bitmap->width);
	}
}

struct row_colour {
	enum profile_colours colours;
	cmsHTRANSFORM
		transform; /* NULL: no profile, or one that changes nothing */
};

static struct row_colour choose(enum profile_colours colours,
				const uint8_t *profile, size_t len)
{
	struct row_colour chosen = { .colours = colours };

	if (profile && profile_fits(profile, len, colours))
		chosen.transform = new_transform(colours, profile, len);
	if (chosen.transform && colours == PROFILE_RGB &&
	    changes_nothing(chosen.transform)) {
		cmsDeleteTransform(chosen.transform);
		chosen.transform = NULL;
	}
	return chosen;
}

bool row_colour_is_none(const struct row_colour *colour)
{
	return !colour->transform && colour->colours != PROFILE_CMYK;
}

void row_colour_apply(const struct row_colour *colour, struct bitmap *bitmap)
{
	if (colour->transform)
		apply(bitmap, colour->transform, colour->colours);
	else if (colour->colours == PROFILE_CMYK)
		mix_ink(bitmap);
}

struct row_colour *row_colour_new(struct pool *pool,
				  enum profile_colours colours,
				  const uint8_t *profile, size_t len)
{
	struct row_colour *colour = pool_alloc(pool, sizeof(*colour));

	*colour = choose(colours, profile, len);
	if (colour->transform)
		pool_defer(pool, cmsDeleteTransform, colour->transform);
	return colour;
}

void row_colour_convert(struct bitmap *bitmap, enum profile_colours colours,
			const uint8_t *profile, size_t len)
{
	const struct row_colour colour = choose(colours, profile, len);

	row_colour_apply(&colour, bitmap);
	if (colour.transform)
		cmsDeleteTransform(colour.transform);
}
