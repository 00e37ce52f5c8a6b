/* effect.c: tests gray, blurred and sharpened pictures. */
#include "config.h"

#include "lib/picture/effect.h"

#include <math.h>
#include <string.h>

#include "lib/base/pool.h"
#include "tests/unit/test.h"

static struct bitmap random_bitmap(struct work *work, uint32_t width,
				   uint32_t height)
{
	uint32_t seed = 7;
	struct bitmap bitmap;

	assert_true(bitmap_init(&bitmap, work, width, height));
	for (uint32_t y = 0; y < height; y++)
		for (uint32_t i = 0; i < 4 * width; i++) {
			seed = seed * 1664525 + 1013904223;
			bitmap_row(&bitmap, y)[i] =
				i % 4 == 3 ? 255 : (uint8_t)(seed >> 24);
		}
	return bitmap;
}

/* Outside of the picture, its edge continues. */
static int at(const struct bitmap *bitmap, long x, long y, unsigned channel)
{
	const long right = (long)bitmap->width - 1;
	const long bottom = (long)bitmap->height - 1;

	x = x < 0 ? 0 : x > right ? right : x;
	y = y < 0 ? 0 : y > bottom ? bottom : y;
	return bitmap_row(bitmap, (uint32_t)y)[4 * x + channel];
}

static void apply(struct bitmap *out, struct work *work,
		  const struct bitmap *in, const struct recipe *recipe)
{
	assert_true(bitmap_copy(out, work, in));
	assert_true(effect_apply(out, work, recipe));
}

static void gray_is_the_brightness_of_jpeg(void **state)
{
	const struct recipe recipe = { .gray = true };
	struct work work = { .pool = pool_new() };
	const struct bitmap in = random_bitmap(&work, 61, 43);
	struct bitmap out;

	(void)state;
	apply(&out, &work, &in, &recipe);
	assert_true(out.gray);
	for (uint32_t y = 0; y < 43; y++)
		for (uint32_t x = 0; x < 61; x++) {
			const double want = 0.299 * at(&in, x, y, 0) +
					    0.587 * at(&in, x, y, 1) +
					    0.114 * at(&in, x, y, 2);

			for (unsigned i = 0; i < 3; i++)
				assert_true(fabs(at(&out, x, y, i) - want) <=
					    0.51);
			assert_int_equal(at(&out, x, y, 3), 255);
		}
	pool_free(work.pool);
}

static double sharp_at(const struct bitmap *in, long x, long y, unsigned i)
{
	double sum = 33.0 * at(in, x, y, i);

	for (long dy = -1; dy <= 1; dy++)
		for (long dx = -1; dx <= 1; dx++)
			sum -= at(in, x + dx, y + dy, i);
	sum /= 24;
	return sum < 0 ? 0 : sum > 255 ? 255 : sum;
}

static void sharp_is_a_convolution(void **state)
{
	static const uint32_t sizes[][2] = {
		{ 1, 1 }, { 1, 9 }, { 9, 1 }, { 2, 2 }, { 61, 43 }
	};
	const struct recipe recipe = { .sharp = true };

	(void)state;
	EACH_ROW(i, sizes) {
		struct work work = { .pool = pool_new() };
		const struct bitmap in =
			random_bitmap(&work, sizes[i][0], sizes[i][1]);
		struct bitmap out;

		apply(&out, &work, &in, &recipe);
		for (uint32_t y = 0; y < in.height; y++)
			for (uint32_t x = 0; x < in.width; x++)
				for (unsigned c = 0; c < 4; c++)
					assert_true(fabs(at(&out, x, y, c) -
							 sharp_at(&in, x, y,
								  c)) <= 0.51);
		pool_free(work.pool);
	}
}

/* With weights until they no longer matter. */
static double gauss_along(const struct bitmap *in, long x, long y,
			  unsigned channel, double sigma)
{
	const long radius = (long)(5 * sigma);
	double sum = 0, weights = 0;

	for (long d = -radius; d <= radius; d++) {
		const double weight = exp(-(double)(d * d) / sigma / sigma / 2);

		sum += weight * at(in, x + d, y, channel);
		weights += weight;
	}
	return sum / weights;
}

/* A picture of vertical stripes, so that one direction is enough. */
static struct bitmap stripes(struct work *work, uint32_t width, uint32_t period,
			     bool lying)
{
	const uint32_t height = 5;
	struct bitmap bitmap;

	assert_true(bitmap_init(&bitmap, work, lying ? height : width,
				lying ? width : height));
	for (uint32_t y = 0; y < bitmap.height; y++)
		for (uint32_t x = 0; x < bitmap.width; x++) {
			const uint32_t place = (lying ? y : x) / period;
			uint8_t *pixel = bitmap_row(&bitmap, y) + 4 * x;

			memset(pixel, place % 2 ? 255 : 0, 3);
			pixel[1] = (uint8_t)(place % 3 * 100);
			pixel[3] = 255;
		}
	return bitmap;
}

static void blur_is_gaussian(void **state)
{
	/* clang-format off */
	static const struct {
		uint32_t sigma, width, period;
		double tolerance;
	} cases[] = {
		{   1,  40,  1, 14 },
		{   1, 100, 20, 5 },
		{   2, 100, 20, 5 },
		{   3, 100, 20, 5 },
		{   8, 200, 30, 5 },
		{  20, 300, 90, 5 },
		{ 100, 300, 90, 5 },
		{ 300, 500, 90, 5 },
		{ 300,   1,  1, 1 },
		{ 300,   2,  1, 5 },
	};
	/* clang-format on */

	(void)state;
	EACH_ROW(i, cases) {
		const struct recipe recipe = { .blur = cases[i].sigma };
		struct work work = { .pool = pool_new() };
		const struct bitmap in =
			stripes(&work, cases[i].width, cases[i].period, false);
		const struct bitmap turned =
			stripes(&work, cases[i].width, cases[i].period, true);
		struct bitmap out, down;

		apply(&out, &work, &in, &recipe);
		apply(&down, &work, &turned, &recipe);
		for (uint32_t x = 0; x < in.width; x++)
			for (unsigned c = 0; c < 3; c++) {
				const double want = gauss_along(&in, x, 2, c,
								cases[i].sigma);
				const int found = at(&out, x, 2, c);

				if (fabs(found - want) > cases[i].tolerance)
					fail_msg("%u: expected %.2f, found %d",
						 x, want, found);
				assert_int_equal(at(&down, 2, x, c), found);
			}
		pool_free(work.pool);
	}
}

static void blur_keeps_what_is_plain(void **state)
{
	static const uint8_t values[] = { 0, 1, 127, 128, 254, 255 };

	(void)state;
	EACH_ROW(i, values)
		for (uint32_t sigma = 1; sigma <= 300; sigma += 23) {
			const struct recipe recipe = { .blur = sigma };
			struct work work = { .pool = pool_new() };
			struct bitmap bitmap;

			assert_true(bitmap_init(&bitmap, &work, 33, 21));
			memset(bitmap.pixels, values[i], bitmap.stride * 21);
			bitmap.alpha = true;
			assert_true(effect_apply(&bitmap, &work, &recipe));
			for (uint32_t y = 0; y < 21; y++)
				for (uint32_t x = 0; x < 33; x++)
					for (unsigned c = 0; c < 4; c++)
						assert_int_equal(
							at(&bitmap, x, y, c),
							values[i]);
			pool_free(work.pool);
		}
}

/* In a picture with alpha, no colour exceeds its alpha. */
static void colours_stay_premultiplied(void **state)
{
	const struct recipe recipe = { .sharp = true };
	struct work work = { .pool = pool_new() };
	struct bitmap bitmap = random_bitmap(&work, 61, 43);

	(void)state;
	bitmap.alpha = true;
	for (uint32_t y = 0; y < 43; y++)
		for (uint32_t x = 0; x < 61; x++) {
			uint8_t *pixel = bitmap_row(&bitmap, y) + 4 * x;
			const uint8_t alpha = x % 3 ? pixel[0] : 0;

			for (int i = 0; i < 3; i++)
				pixel[i] = bitmap_product(pixel[i], alpha);
			pixel[3] = alpha;
		}
	assert_true(effect_apply(&bitmap, &work, &recipe));
	for (uint32_t y = 0; y < 43; y++)
		for (uint32_t x = 0; x < 61; x++)
			for (unsigned i = 0; i < 3; i++)
				assert_true(at(&bitmap, x, y, i) <=
					    at(&bitmap, x, y, 3));
	pool_free(work.pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gray_is_the_brightness_of_jpeg),
		cmocka_unit_test(sharp_is_a_convolution),
		cmocka_unit_test(blur_is_gaussian),
		cmocka_unit_test(blur_keeps_what_is_plain),
		cmocka_unit_test(colours_stay_premultiplied),
	};

	return RUN_TESTS(tests);
}
