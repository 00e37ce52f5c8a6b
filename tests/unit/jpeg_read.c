/* jpeg_read.c: tests that no size of a JPEG is refused, however it is reduced
   while it is read. */
#include "config.h"

#include "lib/picture/jpeg_read.h"

#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#include "lib/base/pool.h"
#include "tests/lib/fixture.h"
#include "tests/unit/test.h"

/* All of a JPEG whose left half is red and whose right half is blue. */
struct jpeg_file {
	unsigned char *bytes;
	unsigned long len;
};

static struct jpeg_file make_jpeg(uint32_t width, uint32_t height)
{
	struct jpeg_compress_struct jpeg;
	struct jpeg_error_mgr errors;
	struct jpeg_file file = { 0 };
	JSAMPLE *row = malloc((size_t)width * 3);

	for (uint32_t x = 0; x < width; x++) {
		row[3 * x] = x < width / 2 ? 224 : 32;
		row[3 * x + 1] = 32;
		row[3 * x + 2] = x < width / 2 ? 32 : 224;
	}
	jpeg.err = jpeg_std_error(&errors);
	jpeg_create_compress(&jpeg);
	jpeg_mem_dest(&jpeg, &file.bytes, &file.len);
	jpeg.image_width = width;
	jpeg.image_height = height;
	jpeg.input_components = 3;
	jpeg.in_color_space = JCS_RGB;
	jpeg_set_defaults(&jpeg);
	jpeg_start_compress(&jpeg, TRUE);
	while (jpeg.next_scanline < height)
		jpeg_write_scanlines(&jpeg, &row, 1);
	jpeg_finish_compress(&jpeg);
	jpeg_destroy_compress(&jpeg);
	free(row);
	return file;
}

static void check_rendered(const struct rendition *rendition,
			   const struct recipe *recipe, uint32_t width,
			   uint32_t height)
{
	const struct recipe_plan plan = recipe_plan(recipe, width, height);
	Image *image;

	assert_int_equal(rendition->width, plan.width);
	assert_int_equal(rendition->height, plan.height);
	if (plan.width < 4)
		return;
	image = fixture_read_back(rendition);
	assert_int_equal(fixture_colour_at(image, 0, 0), FIXTURE_RED);
	assert_int_equal(fixture_colour_at(image, (long)plan.width - 1,
					   (long)plan.height - 1),
			 FIXTURE_BLUE);
	DestroyImage(image);
}

/* Renders {h200, h400}, {100x100} and {w50}: each set is decoded by itself, as
   much reduced as it allows. */
static void render_sets(struct fixture *fixture, uint32_t width,
			uint32_t height)
{
	static const char *const sets[][2] = { { "h200", "h400" },
					       { "100x100" },
					       { "w50" } };
	struct jpeg_file jpeg = make_jpeg(width, height);
	struct fixture_file file = fixture_new_file(
		fixture, jpeg.bytes, jpeg.len, FORMAT_JPEG, width, height);

	EACH_ROW(i, sets) {
		struct recipe recipes[2];
		struct rendition renditions[2];
		const size_t count = sets[i][1] ? 2 : 1;

		for (size_t j = 0; j < count; j++)
			assert_true(recipe_parse(&recipes[j], &fixture->work,
						 sets[i][j]));
		if (!fixture_render_all(renditions, fixture, &file, recipes,
					count))
			fail_msg("%ux%u %s: %s", width, height, sets[i][0],
				 fixture->work.why);
		for (size_t j = 0; j < count; j++)
			check_rendered(&renditions[j], &recipes[j], width,
				       height);
	}
	free(jpeg.bytes);
}

static void reads_narrow_pictures(void **state)
{
	static const uint32_t heights[] = { 401, 1203, 2000, 2532 };

	(void)state;
	for (uint32_t width = 1; width <= 64; width++) {
		struct fixture fixture = fixture_set_up();

		EACH_ROW(i, heights)
			render_sets(&fixture, width, heights[i]);
		fixture_clear_up(&fixture);
	}
}

/* 40 random sizes, or all 2000 with PIXTIER_LONG=1. */
static void reads_random_sizes(void **state)
{
	const int count = getenv("PIXTIER_LONG") ? 2000 : 40;
	uint64_t seed = 6;

	(void)state;
	for (int i = 0; i < count; i++) {
		struct fixture fixture = fixture_set_up();
		uint32_t sides[2];

		for (int j = 0; j < 2; j++) {
			seed = seed * 6364136223846793005u + 1;
			sides[j] = 1 + (uint32_t)(seed >> 33) % 6000;
		}
		render_sets(&fixture, sides[0], sides[1]);
		fixture_clear_up(&fixture);
	}
	print_message("# %d random sizes rendered\n", count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_narrow_pictures),
		cmocka_unit_test(reads_random_sizes),
	};

	return RUN_TESTS(tests);
}
