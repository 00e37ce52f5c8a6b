/* icc.c: fuzzes ICC profiles: the header that is looked at, and what a picture
   of 8 or of 16 bits becomes by one that fits. */
#include "config.h"

#include "lib/picture/row_colour.h"

#include <string.h>

#include "lib/base/pool.h"
#include "lib/picture/tone_curves.h"
#include "tests/lib/fuzz.h"

enum { SIDE = 3 };

static void convert(struct work *work, enum profile_colours colours,
		    const uint8_t *data, size_t size)
{
	const struct bitmap all = { .width = SIDE, .height = SIDE };
	struct bitmap bitmap;

	expect(bitmap_init(&bitmap, work, all.width, all.height));
	for (uint32_t y = 0; y < SIDE; y++)
		memset(bitmap_row(&bitmap, y), (int)(y * 100),
		       (size_t)SIDE * 4);
	bitmap.alpha = colours == PROFILE_RGB;
	row_colour_convert(&bitmap, colours, data, size);
	for (uint32_t y = 0; colours == PROFILE_RGB && y < SIDE; y++)
		expect(bitmap_row(&bitmap, y)[0] <= bitmap_row(&bitmap, y)[3]);
}

static void convert_16(struct work *work, enum profile_colours colours,
		       const uint8_t *data, size_t size)
{
	struct bytes profile = { data, size };
	const struct tone_curves *curves =
		tone_curves_new(&profile, work->pool, colours);
	uint16_t pixels[] = { 0, 1, 255, 256, 32767, 32768, 65534, 65535 };

	if (!curves)
		return;
	tone_curves_apply(curves, pixels, ARRAY_LEN(pixels) / 4);
	expect(pixels[3] == 256 && pixels[7] == 65535);
	expect(colours == PROFILE_GRAY
		       ? !profile.len
		       : profile_fits(profile.data, profile.len, colours));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct work work = { .conf = fuzz_conf(), .pool = pool_new() };
	unsigned fits = 0;

	for (enum profile_colours colours = PROFILE_GRAY;
	     colours <= PROFILE_CMYK; colours++) {
		fits += profile_fits(data, size, colours);
		convert(&work, colours, data, size);
		convert_16(&work, colours, data, size);
	}
	expect(fits <= 1);
	pool_free(work.pool);
	return 0;
}
