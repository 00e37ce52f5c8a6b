/* watermark.c: tests what is drawn on variants. */
#include "config.h"

#include "lib/picture/watermark.h"

#include <string.h>

#include "lib/base/pool.h"
#include "tests/lib/fixture.h"
#include "tests/unit/test.h"

static struct bitmap new_bitmap(struct work *work, uint32_t width,
				uint32_t height, const uint8_t pixel[4])
{
	struct bitmap bitmap;

	assert_true(bitmap_init(&bitmap, work, width, height));
	for (uint32_t y = 0; y < height; y++)
		for (uint32_t x = 0; x < width; x++)
			memcpy(bitmap_row(&bitmap, y) + 4 * x, pixel, 4);
	bitmap.alpha = pixel[3] < 255;
	return bitmap;
}

static const uint8_t gray[] = { 100, 100, 100, 255 };
static const uint8_t red[] = { 250, 0, 0, 255 };
static const uint8_t half_red[] = { 125, 0, 0, 128 };
static const uint8_t clear[] = { 0, 0, 0, 0 };

/* Of a picture of 200x100 pixels. */
static void lies_at_its_position(void **state)
{
	/* clang-format off */
	static const struct {
		const char *position;
		uint32_t scale, width, height; /* of the watermark */
		uint32_t x, y, drawn_width, drawn_height;
	} cases[] = {
		{ "north-west", 10, 20, 10,   4,  4, 20, 10 },
		{ "north",      10, 20, 10,  90,  4, 20, 10 },
		{ "north-east", 10, 20, 10, 176,  4, 20, 10 },
		{ "west",       10, 20, 10,   4, 45, 20, 10 },
		{ "centre",     10, 20, 10,  90, 45, 20, 10 },
		{ "east",       10, 20, 10, 176, 45, 20, 10 },
		{ "south-west", 10, 20, 10,   4, 86, 20, 10 },
		{ "south",      10, 20, 10,  90, 86, 20, 10 },
		{ "south-east", 10, 20, 10, 176, 86, 20, 10 },
		{ "south-east", 50, 20, 10,  96, 46, 100, 50 },
		{ "north-west", 100, 20, 10,  0,  0, 200, 100 },
		{ "north-west", 100, 10, 10,  4,  0, 100, 100 },
		{ "south-east", 1, 1000, 1, 194, 95,  2,  1 },
	};
	/* clang-format on */

	(void)state;
	EACH_ROW(i, cases) {
		struct watermark_place place = { .opacity = 100,
						 .scale = cases[i].scale };
		struct work work = { .pool = pool_new() };
		struct bitmap out = new_bitmap(&work, 200, 100, gray);
		const struct bitmap mark =
			new_bitmap(&work, cases[i].width, cases[i].height, red);

		assert_true(watermark_read_position(&place.position,
						    cases[i].position));
		assert_string_equal(watermark_position_name(place.position),
				    cases[i].position);
		assert_true(watermark_draw(&out, &work, &place, &mark));
		for (uint32_t y = 0; y < 100; y++)
			for (uint32_t x = 0; x < 200; x++) {
				const bool is_drawn =
					x - cases[i].x < cases[i].drawn_width &&
					y - cases[i].y < cases[i].drawn_height;

				assert_memory_equal(bitmap_row(&out, y) + 4 * x,
						    is_drawn ? red : gray, 4);
			}
		pool_free(work.pool);
	}
}

static void is_blended(void **state)
{
	/* clang-format off */
	static const struct {
		const uint8_t *under, *mark;
		uint32_t opacity;
		uint8_t result[4];
	} cases[] = {
		{ gray,  red,      100, { 250, 0, 0, 255 } },
		{ gray,  red,       50, { 175, 50, 50, 255 } },
		{ gray,  red,        1, { 102, 99, 99, 255 } },
		{ gray,  half_red, 100, { 175, 50, 50, 255 } },
		{ gray,  clear,    100, { 100, 100, 100, 255 } },
		{ clear, red,      100, { 250, 0, 0, 255 } },
		{ clear, red,       40, { 100, 0, 0, 102 } },
		{ clear, clear,    100, { 0, 0, 0, 0 } },
	};
	/* clang-format on */

	(void)state;
	EACH_ROW(i, cases) {
		const struct watermark_place place = {
			.opacity = cases[i].opacity,
			.scale = 100,
		};
		struct work work = { .pool = pool_new() };
		struct bitmap out = new_bitmap(&work, 8, 8, cases[i].under);
		const struct bitmap mark =
			new_bitmap(&work, 8, 8, cases[i].mark);

		assert_true(watermark_draw(&out, &work, &place, &mark));
		for (int c = 0; c < 4; c++)
			assert_in_range(bitmap_row(&out, 4)[16 + c] + 1,
					cases[i].result[c],
					cases[i].result[c] + 2u);
		pool_free(work.pool);
	}
}

static void knows_its_positions(void **state)
{
	static const char *const wrong[] = { "",      "smart",  "center",
					     "North", "north ", "-north" };
	enum gravity position;

	(void)state;
	EACH_ROW(i, wrong)
		assert_false(watermark_read_position(&position, wrong[i]));
}

static bool render(struct rendition *rendition, struct fixture *fixture,
		   const struct fixture_file *file,
		   const struct watermark *watermark,
		   const struct recipe *recipes, size_t count)
{
	const struct decoder_picture picture = {
		.source = file->fd,
		.probe = &file->probe,
		.watermark = watermark,
		.recipes = recipes,
		.count = count,
	};

	return decoder_pool_render(rendition, &fixture->work, fixture->decoders,
				   &picture);
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

/* A red square in a quarter of the width, from 50 pixels on. */
static void check_render(struct fixture *fixture, enum format format)
{
	static const int blue[] = { FIXTURE_BLUE, FIXTURE_BLUE, FIXTURE_BLUE,
				    FIXTURE_BLUE };
	static const int all_red[] = { FIXTURE_RED, FIXTURE_RED, FIXTURE_RED,
				       FIXTURE_RED };
	static const char *const texts[] = { "h120.png", "h60.png", "h40.png",
					     "h120.jpeg", "h60-gray.png" };
	const struct fixture_file file = fixture_save(
		fixture, fixture_new_image(240, 240, blue), format, 240, 240);
	const struct fixture_file mark =
		fixture_save(fixture, fixture_new_image(40, 40, all_red),
			     FORMAT_PNG, 40, 40);
	struct watermark watermark = {
		.place = { GRAVITY_SOUTH_EAST, 100, 25, 50 },
		.bytes = mark.bytes,
		.len = mark.len,
	};
	struct rendition renditions[ARRAY_LEN(texts)];
	struct recipe recipes[ARRAY_LEN(texts)];

	assert_true(watermark_probe(&watermark, &fixture->work));
	EACH_ROW(i, texts)
		assert_true(
			recipe_parse(&recipes[i], &fixture->work, texts[i]));
	assert_true(render(renditions, fixture, &file, &watermark, recipes,
			   ARRAY_LEN(texts)));
	assert_in_range(count_red(&renditions[0]), 30 * 30, 30 * 30);
	assert_in_range(count_red(&renditions[1]), 15 * 15, 15 * 15);
	assert_int_equal(count_red(&renditions[2]), 0);
	assert_in_range(count_red(&renditions[3]), 27 * 27, 31 * 31);
	assert_in_range(count_red(&renditions[4]), 15 * 15, 15 * 15);
	assert_true(render(renditions, fixture, &file, NULL, recipes, 1));
	assert_int_equal(count_red(&renditions[0]), 0);
}

static void both_engines_draw_it(void **state)
{
	static const int engines[] = { ENGINE_FAST, ENGINE_GRAPHICSMAGICK };

	(void)state;
	EACH_ROW(i, engines) {
		struct fixture fixture = fixture_set_up();

		fixture.conf->engine = engines[i];
		fixture_restart(&fixture, &fixture_limits);
		for (enum format format = 0; format < FORMAT__COUNT; format++)
			check_render(&fixture, format);
		fixture_clear_up(&fixture);
	}
}

static void must_refuse(struct fixture *fixture, const struct watermark *given,
			enum err err, const char *why)
{
	struct watermark watermark = *given;

	assert_false(watermark_probe(&watermark, &fixture->work));
	assert_int_equal(fixture->work.err, err);
	assert_non_null(strstr(fixture->work.why, why));
}

static void refuses_what_is_no_small_png(void **state)
{
	struct fixture fixture = fixture_set_up();
	const struct fixture_file jpeg =
		fixture_four_colours(&fixture, FORMAT_JPEG, 60, 40);
	const struct fixture_file wide =
		fixture_four_colours(&fixture, FORMAT_PNG, 1025, 4);
	const struct fixture_file png =
		fixture_four_colours(&fixture, FORMAT_PNG, 1024, 4);
	struct watermark good = { .bytes = png.bytes, .len = png.len };

	(void)state;
	assert_true(watermark_probe(&good, &fixture.work));
	must_refuse(&fixture,
		    &(struct watermark){ .bytes = jpeg.bytes, .len = jpeg.len },
		    ERR_UNSUPPORTED_FORMAT, "not jpeg");
	must_refuse(&fixture,
		    &(struct watermark){ .bytes = wide.bytes, .len = wide.len },
		    ERR_TOO_LARGE, "1025x4");
	must_refuse(&fixture,
		    &(struct watermark){ .bytes = png.bytes,
					 .len = WATERMARK_MAX_BYTES + 1 },
		    ERR_TOO_LARGE, "bytes");
	fixture_clear_up(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lies_at_its_position),
		cmocka_unit_test(is_blended),
		cmocka_unit_test(knows_its_positions),
		cmocka_unit_test(both_engines_draw_it),
		cmocka_unit_test(refuses_what_is_no_small_png),
	};

	return RUN_TESTS(tests);
}
