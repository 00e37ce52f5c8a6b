/* profile.c: tests which numbers give an ICC profile, and of which colours. */
#include "config.h"

#include "lib/picture/profile.h"

#include <lcms2.h>
#include <stdbool.h>

#include "lib/base/pool.h"
#include "lib/base/util.h"
#include "tests/unit/test.h"

#define SRGB_XY                                                                \
	{ 0.64, 0.33 }, { 0.3, 0.6 },                                          \
	{                                                                      \
		0.15, 0.06                                                     \
	}
#define D65                                                                    \
	{                                                                      \
		0.3127, 0.329                                                  \
	}

/* clang-format off */
static const struct {
	const char *what;
	struct profile_xy white, red, green, blue;
	double gamma;
	bool is_ignored;
	uint8_t stored[3], shown[3];
} spaces[] = {
	{ "linear", D65, SRGB_XY, 1, false,
	  { 55, 128, 255 }, { 128, 188, 255 } },
	{ "2.2", D65, SRGB_XY, 2.2, false,
	  { 128, 128, 128 }, { 128, 128, 128 } },
	{ "red and blue swapped", D65, { 0.15, 0.06 }, { 0.3, 0.6 }, { 0.64, 0.33 }, 2.2, false,
	  { 200, 40, 100 }, { 100, 37, 200 } },
	{ "another white", { 0.3457, 0.3585 }, SRGB_XY, 2.2, false,
	  { 255, 255, 255 }, { 255, 255, 255 } },
	{ "white of height 0", { 0.3127, 0 }, SRGB_XY, 2.2, true, { 0 }, { 0 } },
	{ "white outside", { 0.7, 0.29 }, SRGB_XY, 2.2, true, { 0 }, { 0 } },
	{ "primaries on a line", D65, { 0.1, 0.1 }, { 0.3, 0.3 }, { 0.6, 0.6 }, 2.2, true, { 0 }, { 0 } },
	{ "all 0", { 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 }, 2.2, true, { 0 }, { 0 } },
	{ "exponent 0", D65, SRGB_XY, 0, true, { 0 }, { 0 } },
	{ "exponent 11", D65, SRGB_XY, 11, true, { 0 }, { 0 } },
};
/* clang-format on */

static void convert(uint8_t *shown, const uint8_t *profile, size_t len,
		    const uint8_t *stored, uint32_t type)
{
	cmsHPROFILE from = cmsOpenProfileFromMem(profile, (uint32_t)len);
	cmsHPROFILE to = cmsCreate_sRGBProfile();
	cmsHTRANSFORM way = cmsCreateTransform(from, type, to, TYPE_RGB_8,
					       INTENT_RELATIVE_COLORIMETRIC, 0);

	assert_non_null(way);
	cmsDoTransform(way, stored, shown, 1);
	cmsDeleteTransform(way);
	cmsCloseProfile(to);
	cmsCloseProfile(from);
}

static void makes_profiles_of_rgb(void **state)
{
	struct pool *pool = pool_new();

	(void)state;
	EACH_ROW(i, spaces) {
		const struct profile_curve curve =
			PROFILE_GAMMA(spaces[i].gamma);
		const struct profile_space space = {
			spaces[i].white,         spaces[i].red,
			spaces[i].green,         spaces[i].blue,
			{ curve, curve, curve },
		};
		uint8_t shown[3] = { 0 };
		const uint8_t *profile;
		size_t len;

		profile = profile_rgb(pool, &len, &space);
		if ((profile == NULL) != spaces[i].is_ignored)
			fail_msg("%s", spaces[i].what);
		if (!profile)
			continue;
		convert(shown, profile, len, spaces[i].stored, TYPE_RGB_8);
		for (int c = 0; c < 3; c++)
			if (abs(shown[c] - spaces[i].shown[c]) > 2)
				fail_msg("%s: channel %d is %d", spaces[i].what,
					 c, shown[c]);
	}
	pool_free(pool);
}

static void makes_profiles_of_gray(void **state)
{
	struct pool *pool = pool_new();
	const uint8_t stored = 55, *profile;
	uint8_t shown[3];
	size_t len;

	(void)state;
	profile = profile_gray(pool, &len, &PROFILE_GAMMA(1));
	convert(shown, profile, len, &stored, TYPE_GRAY_8);
	for (int c = 0; c < 3; c++)
		assert_in_range(shown[c], 127, 129);
	assert_null(profile_gray(pool, &len, &PROFILE_GAMMA(0.01)));
	pool_free(pool);
}

static void knows_what_profiles_fit(void **state)
{
	struct pool *pool = pool_new();
	size_t gray_len, lab_len, rgb_len;
	const uint8_t *gray = profile_gray(pool, &gray_len, &PROFILE_GAMMA(1));
	const uint8_t *lab = profile_lab(pool, &lab_len);
	const uint8_t *rgb = profile_srgb(pool, &rgb_len);
	uint8_t *link = pool_alloc(pool, rgb_len);

	(void)state;
	assert_true(profile_fits(gray, gray_len, PROFILE_GRAY));
	assert_true(profile_fits(rgb, rgb_len, PROFILE_RGB));
	assert_false(profile_fits(gray, gray_len, PROFILE_RGB));
	assert_false(profile_fits(rgb, rgb_len, PROFILE_GRAY));
	assert_false(profile_fits(rgb, rgb_len, PROFILE_CMYK));
	assert_false(profile_fits(lab, lab_len, PROFILE_RGB));
	assert_false(profile_fits(rgb, 0, PROFILE_RGB));
	assert_false(profile_fits(rgb, 127, PROFILE_RGB));

	/* ICC.1:2010 7.2.5: the class */
	memcpy(link, rgb, rgb_len);
	memcpy(link + 12, "link", 4);
	assert_false(profile_fits(link, rgb_len, PROFILE_RGB));
	pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_profiles_of_rgb),
		cmocka_unit_test(makes_profiles_of_gray),
		cmocka_unit_test(knows_what_profiles_fit),
	};

	return RUN_TESTS(tests);
}
