/* bmp_profile.c: tests which colour spaces BMPs have. */
#include "config.h"

#include "lib/picture/bmp_profile.h"

#include "lib/base/pool.h"
#include "lib/base/util.h"
#include "tests/unit/test.h"

enum { PROFILE_AT = 14 + 124, FILE_SIZE = PROFILE_AT + 200 };

enum expected { SRGB, MADE, EMBEDDED };

struct numbers {
	uint32_t size, space, points[9], gammas[3], intent, at, len;
};

#define CALIBRATED 0
#define MBED       0x4d424544
#define LINK       0x4c494e4b
#define WINDOWS    0x57696e20

/* Of sRGB, as the chromaticities x, y and z of each primary. */
#define XY                                                                     \
	{                                                                      \
		687194767, 354334802, 32212255, 322122547, 644245094,          \
			107374182, 161061274, 64424509, 848256041              \
	}
#define GAMMAS                                                                 \
	{                                                                      \
		144179, 144179, 144179                                         \
	}

/* clang-format off */
static const struct {
	const char *name;
	enum expected expected;
	struct numbers numbers;
} files[] = {
	{ "embedded",             EMBEDDED, { 124, MBED, { 0 }, { 0 }, 4, 124, 200 } },
	{ "its least",            EMBEDDED, { 124, MBED, { 0 }, { 0 }, 4, 124, 128 } },
	{ "too small",            SRGB,     { 124, MBED, { 0 }, { 0 }, 4, 124, 127 } },
	{ "a byte too many",      SRGB,     { 124, MBED, { 0 }, { 0 }, 4, 124, 201 } },
	{ "too large",            SRGB,     { 124, MBED, { 0 }, { 0 }, 4, 124, UINT32_MAX } },
	{ "far away",             SRGB,     { 124, MBED, { 0 }, { 0 }, 4, UINT32_MAX, 200 } },
	{ "far away, wrapped",    SRGB,     { 124, MBED, { 0 }, { 0 }, 4, UINT32_MAX - 13, 200 } },
	{ "embedded in V4",       SRGB,     { 108, MBED, { 0 }, { 0 }, 4, 124, 200 } },
	{ "linked",               SRGB,     { 124, LINK, { 0 }, { 0 }, 4, 124, 200 } },
	{ "of Windows",           SRGB,     { 124, WINDOWS, XY, GAMMAS, 4, 124, 200 } },
	{ "calibrated",           MADE,     { 124, CALIBRATED, XY, GAMMAS, 4, 124, 200 } },
	{ "calibrated V4",        MADE,     { 108, CALIBRATED, XY, GAMMAS, 0, 0, 0 } },
	{ "calibrated V3",        SRGB,     { 56, CALIBRATED, XY, GAMMAS, 0, 0, 0 } },
	{ "no gamma",             MADE,     { 108, CALIBRATED, XY, { 0 }, 0, 0, 0 } },
	{ "an inverse gamma",     MADE,     { 108, CALIBRATED, XY, { 29789, 29789, 29789 }, 0, 0, 0 } },
	{ "a huge gamma",         SRGB,     { 108, CALIBRATED, XY, { UINT32_MAX, 1, 1 }, 0, 0, 0 } },
	{ "no end points",        SRGB,     { 108, CALIBRATED, { 0 }, GAMMAS, 0, 0, 0 } },
	{ "one end point",        SRGB,     { 108, CALIBRATED, { 687194767, 354334802, 32212255 }, GAMMAS, 0, 0, 0 } },
	{ "the same end points",  SRGB,     { 108, CALIBRATED, { 1, 1, 1, 1, 1, 1, 1, 1, 1 }, GAMMAS, 0, 0, 0 } },
	{ "negative end points",  SRGB,     { 108, CALIBRATED, { -1u, -1u, -1u, -1u, -2u, -1u, -1u, -1u, -3u }, GAMMAS, 0, 0, 0 } },
};
/* clang-format on */

static void put_numbers(uint8_t *at, const uint32_t *numbers, size_t count)
{
	for (size_t i = 0; i < 4 * count; i++)
		at[i] = (uint8_t)(numbers[i / 4] >> (8 * (i % 4)));
}

/* In memory of exactly its length, so that sanitizers see a step beyond. */
static uint8_t *make_file(size_t *len, const struct numbers *numbers)
{
	uint8_t *bytes;

	*len = numbers->size >= 124 ? FILE_SIZE : 14 + numbers->size;
	bytes = calloc(1, FILE_SIZE);
	put_numbers(bytes + 14, &numbers->size, 1);
	put_numbers(bytes + 14 + 56, &numbers->space, 1);
	put_numbers(bytes + 14 + 60, numbers->points, 9);
	put_numbers(bytes + 14 + 96, numbers->gammas, 3);
	put_numbers(bytes + 14 + 108, &numbers->intent, 3);
	return realloc(bytes, *len);
}

static void spaces_are_found(void **state)
{
	(void)state;
	EACH_ROW(i, files) {
		struct pool *pool = pool_new();
		size_t file_len, len = 0;
		uint8_t *file = make_file(&file_len, &files[i].numbers);
		const uint8_t *profile = bmp_profile(
			pool, &len, (struct bytes){ file, file_len });
		enum expected found = MADE;

		if (!profile)
			found = SRGB;
		else if (profile == file + PROFILE_AT)
			found = EMBEDDED;
		if (found != files[i].expected)
			fail_msg("%s: found %d", files[i].name, found);
		if (found == EMBEDDED)
			assert_int_equal(len, files[i].numbers.len);
		if (found == MADE)
			assert_memory_equal(profile + 36, "acsp", 4);
		free(file);
		pool_free(pool);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spaces_are_found),
	};

	return RUN_TESTS(tests);
}
