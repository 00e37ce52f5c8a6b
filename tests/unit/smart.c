/* smart.c: tests which part of a picture -smart keeps. */
#include "config.h"

#include "lib/picture/smart.h"

#include <math.h>
#include <string.h>

#include "lib/base/pool.h"
#include "tests/lib/fixture.h"
#include "tests/unit/test.h"

/* A plain picture with a patch, whose middle is at `at` of its longer side. */
static struct bitmap with_patch(struct work *work, uint32_t width,
				uint32_t height, double at, const char *patch)
{
	const uint32_t side = 16;
	const bool wide = width > height;
	const uint32_t x0 = (uint32_t)(width * (wide ? at : 0.5)) - side / 2;
	const uint32_t y0 = (uint32_t)(height * (wide ? 0.5 : at)) - side / 2;
	struct bitmap bitmap;

	assert_true(bitmap_init(&bitmap, work, width, height));
	memset(bitmap.pixels, 150, bitmap.stride * height);
	for (uint32_t y = y0; y < y0 + side; y++)
		for (uint32_t x = x0; x < x0 + side; x++) {
			uint8_t *pixel = bitmap_row(&bitmap, y) + 4 * x;

			if (!strcmp(patch, "detail"))
				memset(pixel, (x ^ y) & 2 ? 250 : 10, 3);
			else if (!strcmp(patch, "skin"))
				memcpy(pixel, "\xd0\x98\x75", 3);
			else
				memcpy(pixel, "\xe0\x10\x30", 3);
		}
	return bitmap;
}

static void finds_what_stands_out(void **state)
{
	static const char *const patches[] = { "detail", "skin", "colour" };
	static const double places[] = { 0.1, 0.3, 0.5, 0.7, 0.9 };
	const struct recipe recipe = { .width = 50,
				       .height = 50,
				       .fit = FIT_COVER,
				       .gravity = GRAVITY_SMART };

	(void)state;
	EACH_ROW(i, patches)
		EACH_ROW(j, places) {
			struct work work = { .pool = pool_new() };
			const struct bitmap wide = with_patch(
				&work, 128, 40, places[j], patches[i]);
			const struct bitmap tall = with_patch(
				&work, 40, 128, places[j], patches[i]);
			const double nearest = 20.0 / 128;
			const double want =
				fmin(fmax(places[j], nearest), 1 - nearest);

			assert_true(
				fabs(smart_focus(&wide, &recipe, 1280, 400).x -
				     want) < 0.03);
			assert_true(
				fabs(smart_focus(&tall, &recipe, 400, 1280).y -
				     want) < 0.03);
			pool_free(work.pool);
		}
}

static void stays_in_the_middle_of_plain_pictures(void **state)
{
	static const uint8_t values[] = { 0, 128, 255 };
	const struct recipe recipe = { .width = 50,
				       .height = 50,
				       .fit = FIT_COVER,
				       .gravity = GRAVITY_SMART };

	(void)state;
	EACH_ROW(i, values) {
		struct work work = { .pool = pool_new() };
		struct bitmap look;

		assert_true(bitmap_init(&look, &work, 128, 30));
		memset(look.pixels, values[i], look.stride * 30);
		assert_true(smart_focus(&look, &recipe, 1280, 300).x == 0.5);
		assert_true(smart_focus(&look, &recipe, 1280, 300).y == 0.5);
		pool_free(work.pool);
	}
}

/* Gray, with a red square near the end of the longer side. */
static Image *new_picture(uint32_t width, uint32_t height)
{
	Image *image = AllocateImage(NULL);

	image->columns = width;
	image->rows = height;
	image->depth = 8;
	for (uint32_t y = 0; y < height; y++) {
		PixelPacket *row = SetImagePixels(image, 0, y, width, 1);

		for (uint32_t x = 0; x < width; x++) {
			const bool red = x + 110 > width && x + 50 < width &&
					 y + 110 > height && y + 50 < height;

			row[x] = (PixelPacket){
				.red = ScaleCharToQuantum(red ? 0xe0 : 128u),
				.green = ScaleCharToQuantum(red ? 0x20 : 128u),
				.blue = ScaleCharToQuantum(red ? 0x20 : 128u),
			};
		}
		SyncImagePixels(image);
	}
	return image;
}

static unsigned count_red(const struct rendition *rendition)
{
	Image *image = fixture_read_back(rendition);
	unsigned count = 0;

	for (long y = 0; y < (long)image->rows; y++)
		for (long x = 0; x < (long)image->columns; x++)
			count += fixture_colour_at(image, x, y) == FIXTURE_RED;
	DestroyImage(image);
	return count;
}

/* Of a square of 60 pixels that becomes 30. */
static void check_crop(struct fixture *fixture, enum format format,
		       unsigned orientation)
{
	struct fixture_file file =
		fixture_save(fixture, new_picture(800, 200), format, 800, 200);
	struct rendition rendition;

	file.probe.orientation = orientation;
	fixture_must_render(&rendition, fixture, &file,
			    "100x100-cover-smart.png");
	assert_int_equal(rendition.width, 100);
	assert_int_equal(rendition.height, 100);
	if (count_red(&rendition) < 700)
		fail_msg("%s, orientation %u: %u red pixels",
			 format_row(format)->name, orientation,
			 count_red(&rendition));
	fixture_must_render(&rendition, fixture, &file, "100x100-cover.png");
	assert_int_equal(count_red(&rendition), 0);
}

static void crops_every_format(void **state)
{
	static const int engines[] = { ENGINE_FAST, ENGINE_GRAPHICSMAGICK };

	(void)state;
	EACH_ROW(i, engines) {
		struct fixture fixture = fixture_set_up();

		fixture.conf->engine = engines[i];
		fixture_restart(&fixture, &fixture_limits);
		for (enum format format = 0; format < FORMAT__COUNT; format++)
			for (unsigned turn = 1; turn <= 8; turn++)
				check_crop(&fixture, format, turn);
		fixture_clear_up(&fixture);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_stands_out),
		cmocka_unit_test(stays_in_the_middle_of_plain_pictures),
		cmocka_unit_test(crops_every_format),
	};

	return RUN_TESTS(tests);
}
