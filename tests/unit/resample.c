/* resample.c: tests resizing row by row. */
#include "config.h"

#include "lib/picture/resample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/base/pool.h"
#include "lib/picture/resample_filter.h"
#include "lib/process/filter.h"
#include "tests/unit/test.h"

static struct bitmap new_bitmap(struct work *work, uint32_t width,
				uint32_t height)
{
	struct bitmap bitmap;

	assert_true(bitmap_init(&bitmap, work, width, height));
	memset(bitmap.pixels, 0xa5, bitmap.stride * height);
	return bitmap;
}

static void set_pixel(struct bitmap *bitmap, uint32_t x, uint32_t y,
		      uint8_t value)
{
	memset(bitmap_row(bitmap, y) + (size_t)x * 4, value, 4);
}

static uint8_t pixel(const struct bitmap *bitmap, uint32_t x, uint32_t y)
{
	return bitmap_row(bitmap, y)[4 * x];
}

/* Bytes that RLIMIT_DATA counts. */
static size_t used_data(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	size_t pages = 0;

	assert_non_null(file);
	assert_int_equal(fscanf(file, "%*u %*u %*u %*u %*u %zu", &pages), 1);
	fclose(file);
	return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static uint8_t *random_bytes(struct pool *pool, size_t count, uint32_t *seed)
{
	uint8_t *bytes = pool_alloc(pool, count);

	for (size_t i = 0; i < count; i++) {
		*seed = *seed * 1664525 + 1013904223;
		/* Often an extreme, so that sums leave the range of a byte. */
		bytes[i] = *seed >> 31 ? (uint8_t)(*seed >> 16)
				       : (uint8_t) - (*seed >> 30 & 1);
	}
	return bytes;
}

static void compare_columns(struct pool *pool,
			    const struct resample_filter *filter,
			    const struct resample_filter *plain,
			    const struct resample_taps *taps, uint32_t *seed)
{
	enum { BYTES = 4 * 61 };
	const uint32_t y = taps->count / 2;
	const uint32_t used = (taps->used[y] + 1) & ~1u;
	const uint8_t **rows = pool_alloc(pool, used * sizeof(*rows));
	uint8_t want[BYTES + BITMAP_SLACK], out[BYTES + BITMAP_SLACK];

	for (uint32_t i = 0; i < used; i++)
		rows[i] = random_bytes(pool, sizeof(out), seed);
	plain->columns(want, rows, resample_taps_coefficients(taps, y), used,
		       BYTES);
	filter->columns(out, rows, resample_taps_coefficients(taps, y), used,
			BYTES);
	assert_memory_equal(out, want, BYTES);
}

static void compare_rows(struct pool *pool,
			 const struct resample_filter *filter,
			 const struct resample_filter *plain,
			 const struct resample_taps *taps, uint32_t width,
			 uint32_t *seed)
{
	const size_t room = taps->count * 4 + BITMAP_SLACK;
	const uint8_t *in = random_bytes(pool, width * 4 + BITMAP_SLACK, seed);
	uint8_t *want = pool_alloc(pool, room), *out = pool_alloc(pool, room);

	plain->row(want, in, taps);
	filter->row(out, in, taps);
	assert_memory_equal(out, want, taps->count * 4);
	plain->plane_row(want, in, taps);
	filter->plane_row(out, in, taps);
	assert_memory_equal(out, want, taps->count);
}

static void all_filters_give_the_same_bytes(void **state)
{
	static const uint32_t sizes[] = { 1, 2, 3, 7, 64, 101, 255, 640 };
	const struct resample_filter *filters;
	const size_t count = resample_filters(&filters);
	uint32_t seed = 1;

	(void)state;
	EACH_ROW(i, sizes)
		EACH_ROW(j, sizes) {
			struct work work = { .pool = pool_new() };
			struct resample_taps taps;

			assert_true(resample_taps_init(&taps, &work, sizes[i],
						       0, sizes[i], sizes[j]));
			for (size_t k = 1; k < count; k++) {
				compare_columns(work.pool, &filters[k],
						&filters[0], &taps, &seed);
				compare_rows(work.pool, &filters[k],
					     &filters[0], &taps, sizes[i],
					     &seed);
			}
			pool_free(work.pool);
		}
}

/* Whatever the sizes, one colour stays that colour. */
static void one_colour_stays(void **state)
{
	static const uint32_t sizes[] = { 1, 2, 3, 7, 64, 255, 1000, 3001 };

	(void)state;
	EACH_ROW(i, sizes)
		EACH_ROW(j, sizes) {
			struct work work = { .pool = pool_new() };
			struct bitmap in = new_bitmap(&work, sizes[i], 9);
			struct bitmap out = new_bitmap(&work, sizes[j], 5);

			for (uint32_t y = 0; y < 9; y++)
				for (uint32_t x = 0; x < sizes[i]; x++)
					set_pixel(&in, x, y, 201);
			assert_true(resample(&out, &work, &in, NULL));
			for (uint32_t y = 0; y < 5; y++)
				for (uint32_t x = 0; x < sizes[j]; x++)
					assert_int_equal(pixel(&out, x, y),
							 201);
			pool_free(work.pool);
		}
}

static void the_same_size_is_a_copy(void **state)
{
	struct work work = { .pool = pool_new() };
	struct bitmap in = new_bitmap(&work, 13, 7);
	struct bitmap out = new_bitmap(&work, 13, 7);

	(void)state;
	for (uint32_t i = 0; i < 13 * 7; i++)
		set_pixel(&in, i % 13, i / 13, (uint8_t)(i * 37));
	assert_true(resample(&out, &work, &in, NULL));
	for (uint32_t i = 0; i < 13 * 7; i++)
		assert_int_equal(pixel(&out, i % 13, i / 13),
				 (uint8_t)(i * 37));
	pool_free(work.pool);
}

/* The left half is black and the right half white: the edge stays in the
   middle, however large the reduction. */
static void edges_stay_in_place(void **state)
{
	static const uint32_t sizes[] = { 16, 50, 400, 6000, 40000 };

	(void)state;
	EACH_ROW(i, sizes) {
		struct work work = { .pool = pool_new() };
		struct bitmap in = new_bitmap(&work, sizes[i], 20);
		struct bitmap out = new_bitmap(&work, 16, 8);

		for (uint32_t y = 0; y < 20; y++)
			for (uint32_t x = 0; x < sizes[i]; x++)
				set_pixel(&in, x, y,
					  x < sizes[i] / 2 ? 0 : 255);
		assert_true(resample(&out, &work, &in, NULL));
		for (uint32_t y = 0; y < 8; y++) {
			/* Lanczos rings by a few percent. */
			assert_in_range(pixel(&out, 5, y), 0, 12);
			assert_in_range(pixel(&out, 10, y), 243, 255);
			assert_true(abs(pixel(&out, 7, y) + pixel(&out, 8, y) -
					255) <= 2);
		}
		pool_free(work.pool);
	}
}

/* Memory does not grow with a reduction in one direction alone. */
static void flat_pictures_are_cheap(void **state)
{
	struct work work = { .pool = pool_new() };
	struct bitmap in = new_bitmap(&work, 2000, 1);
	struct bitmap out = new_bitmap(&work, 2000, 2);
	const struct resample_area area = { 2000, 60000, 0, 0, 2000, 60000 };
	struct rlimit before, limit;
	struct resampler *resampler;

	(void)state;
	for (uint32_t x = 0; x < 2000; x++)
		set_pixel(&in, x, 0, (uint8_t)(x % 200));
	getrlimit(RLIMIT_DATA, &before);
	limit = (struct rlimit){ used_data() + (32 << 20), before.rlim_max };
	if (!FILTER_WITH_SANITIZER)
		setrlimit(RLIMIT_DATA, &limit);
	assert_true(resampler_new(&resampler, &work, &out, &area));
	setrlimit(RLIMIT_DATA, &before);
	for (uint32_t y = 0; y < 60000; y++)
		resampler_put(resampler, in.pixels);
	for (uint32_t x = 0; x < 2000; x++)
		assert_int_equal(pixel(&out, x, 1), x % 200);
	pool_free(work.pool);
}

/* An area has its own edges: what lies outside it is not mixed in. */
static void areas_are_cut_out(void **state)
{
	struct work work = { .pool = pool_new() };
	struct bitmap in = new_bitmap(&work, 100, 100);
	struct bitmap out = new_bitmap(&work, 10, 10);
	const struct resample_area area = { 100, 100, 40, 20, 50, 70 };
	struct resampler *resampler;

	(void)state;
	for (uint32_t y = 0; y < 100; y++)
		for (uint32_t x = 0; x < 100; x++)
			set_pixel(&in, x, y,
				  x >= 40 && x < 90 && y >= 20 && y < 90 ? 77
									 : 255);
	assert_true(resampler_new(&resampler, &work, &out, &area));
	for (uint32_t y = 0; y < 100; y++)
		resampler_put(resampler, bitmap_row(&in, y));
	for (uint32_t i = 0; i < 100; i++)
		assert_int_equal(pixel(&out, i % 10, i / 10), 77);
	pool_free(work.pool);
}

/* Of the last pixel, only a part belongs to the picture. */
static void parts_of_pixels_count_as_parts(void **state)
{
	struct work work = { .pool = pool_new() };
	struct bitmap in = new_bitmap(&work, 3, 4);
	struct bitmap out = new_bitmap(&work, 1, 1);
	const struct resample_area area = { 3, 4, 0, 0, 2.25, 4 };
	struct resampler *resampler;

	(void)state;
	for (uint32_t y = 0; y < 4; y++)
		for (uint32_t x = 0; x < 3; x++)
			set_pixel(&in, x, y, x < 2 ? 100 : 200);
	assert_true(resampler_new(&resampler, &work, &out, &area));
	for (uint32_t y = 0; y < 4; y++)
		resampler_put(resampler, bitmap_row(&in, y));
	/* All of it would be 133. */
	assert_in_range(pixel(&out, 0, 0), 105, 125);
	pool_free(work.pool);
}

/* Random pixels, and their red as a plane. */
static void make_both(struct bitmap *bitmap, struct bitmap *plane,
		      struct work *work, uint32_t width, uint32_t height)
{
	uint32_t seed = width + height;

	assert_true(bitmap_init(bitmap, work, width, height));
	assert_true(bitmap_init_plane(plane, work, width, height));
	for (uint32_t y = 0; y < height; y++) {
		uint8_t *pixels = bitmap_row(bitmap, y);

		memcpy(pixels,
		       random_bytes(work->pool, (size_t)width * 4, &seed),
		       (size_t)width * 4);
		for (uint32_t x = 0; x < width; x++)
			bitmap_row(plane, y)[x] = pixels[x * 4];
	}
}

/* Also where the area begins before the picture and ends after it. */
static void planes_are_resized_like_channels(void **state)
{
	static const struct {
		uint32_t width, height;
		struct resample_area area;
	} rows[] = {
		{ 37, 23, { 101, 67, 0, 0, 101, 67 } },
		{ 11, 9, { 640, 480, 0, 0, 640, 480 } },
		{ 101, 67, { 101, 67, 0, 0, 101, 67 } },
		{ 200, 130, { 101, 67, 0, 0, 101, 67 } },
		{ 20, 30, { 101, 67, 40.5, 3.25, 33.5, 60.75 } },
		{ 21, 17, { 101, 67, -0.75, -0.5, 101.75, 67.5 } },
		{ 21, 17, { 101, 67, 0, 0, 101.75, 67.5 } },
		{ 5, 3, { 301, 267, -0.5, -0.25, 302, 268 } },
	};

	(void)state;
	EACH_ROW(i, rows) {
		struct work work = { .pool = pool_new() };
		const struct resample_area *area = &rows[i].area;
		struct bitmap bitmap, plane, made, made_plane;

		make_both(&bitmap, &plane, &work, area->width, area->height);
		make_both(&made, &made_plane, &work, rows[i].width,
			  rows[i].height);
		assert_true(resample(&made, &work, &bitmap, area));
		assert_true(resample(&made_plane, &work, &plane, area));
		for (uint32_t y = 0; y < made.height; y++)
			for (uint32_t x = 0; x < made.width; x++)
				assert_int_equal(bitmap_row(&made_plane, y)[x],
						 bitmap_row(&made, y)[x * 4]);
		pool_free(work.pool);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_filters_give_the_same_bytes),
		cmocka_unit_test(planes_are_resized_like_channels),
		cmocka_unit_test(one_colour_stays),
		cmocka_unit_test(the_same_size_is_a_copy),
		cmocka_unit_test(edges_stay_in_place),
		cmocka_unit_test(flat_pictures_are_cheap),
		cmocka_unit_test(areas_are_cut_out),
		cmocka_unit_test(parts_of_pixels_count_as_parts),
	};

	return RUN_TESTS(tests);
}
