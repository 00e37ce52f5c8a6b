/* jpeg_write.c: compares JPEGs with those that libjpeg optimises itself. */
#include "config.h"

#include "lib/picture/jpeg_write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include "lib/base/pool.h"
#include "lib/picture/jpeg_code.h"
#include "lib/picture/jpeg_recode.h"
#include "tests/unit/test.h"

struct file {
	unsigned char *bytes;
	unsigned long len;
};

/* What a picture shows. */
enum content { FLAT, SMOOTH, NOISE, GRAY_NOISE };

static uint8_t sample_at(enum content content, uint32_t x, uint32_t y, int i,
			 uint32_t *seed)
{
	if (content == FLAT)
		return (uint8_t)(40 * i);
	if (content == SMOOTH)
		return (uint8_t)(x * 3 + y * (uint32_t)(i + 1));
	if (content == NOISE || i == 0)
		*seed = *seed * 1664525 + 1013904223;
	return (uint8_t)(*seed >> 24);
}

static struct bitmap make_bitmap(struct work *work, uint32_t width,
				 uint32_t height, enum content content)
{
	struct bitmap bitmap;
	uint32_t seed = width * 31 + height;

	assert_true(bitmap_init(&bitmap, work, width, height));
	for (uint32_t y = 0; y < height; y++)
		for (uint32_t x = 0; x < width; x++)
			for (int i = 0; i < 4; i++)
				bitmap_row(&bitmap, y)[x * 4 + (uint32_t)i] =
					i == 3 ? 255
					       : sample_at(content, x, y, i,
							   &seed);
	bitmap.gray = content == GRAY_NOISE;
	return bitmap;
}

/* The same picture, by libjpeg alone. */
static struct file optimise(const struct bitmap *bitmap, int quality,
			    bool is_full_colour)
{
	struct jpeg_compress_struct jpeg;
	struct jpeg_error_mgr errors;
	struct file file = { 0 };

	jpeg.err = jpeg_std_error(&errors);
	jpeg_create_compress(&jpeg);
	jpeg_mem_dest(&jpeg, &file.bytes, &file.len);
	jpeg.image_width = bitmap->width;
	jpeg.image_height = bitmap->height;
	jpeg.input_components = 4;
	jpeg.in_color_space = JCS_EXT_RGBX;
	jpeg_set_defaults(&jpeg);
	jpeg_set_quality(&jpeg, quality, TRUE);
	jpeg.optimize_coding = TRUE;
	if (bitmap->gray) {
		jpeg_set_colorspace(&jpeg, JCS_GRAYSCALE);
	} else if (is_full_colour) {
		jpeg.comp_info[0].h_samp_factor = 1;
		jpeg.comp_info[0].v_samp_factor = 1;
	}
	jpeg_start_compress(&jpeg, TRUE);
	while (jpeg.next_scanline < jpeg.image_height) {
		JSAMPROW row = bitmap_row(bitmap, jpeg.next_scanline);

		jpeg_write_scanlines(&jpeg, &row, 1);
	}
	jpeg_finish_compress(&jpeg);
	jpeg_destroy_compress(&jpeg);
	return file;
}

static void bytes_are_those_of_libjpeg(void **state)
{
	static const struct {
		uint32_t width, height;
		enum content content;
		unsigned quality;
		bool is_full_colour;
	} rows[] = {
		{ 1, 1, FLAT, 80, true },
		{ 16, 16, FLAT, 80, false },
		{ 17, 31, SMOOTH, 80, false },
		{ 64, 15, NOISE, 85, true },
		{ 200, 133, SMOOTH, 90, true },
		{ 320, 200, NOISE, 80, false },
		{ 321, 199, NOISE, 100, true },
		{ 640, 400, SMOOTH, 1, false },
		{ 640, 400, NOISE, 1, false },
		{ 333, 77, GRAY_NOISE, 95, false },
		{ 8, 1000, GRAY_NOISE, 30, false },
		{ 1600, 1200, NOISE, 98, true },
	};

	(void)state;
	EACH_ROW(i, rows) {
		struct work work = { .pool = pool_new() };
		const struct bitmap bitmap = make_bitmap(
			&work, rows[i].width, rows[i].height, rows[i].content);
		struct file file = optimise(&bitmap, (int)rows[i].quality,
					    rows[i].is_full_colour);
		const uint8_t *bytes;
		size_t len;

		if (!jpeg_write(&bytes, &len, &work, &bitmap, rows[i].quality))
			fail_msg("row %zu: %s", i, work.why);
		if (len != file.len || memcmp(bytes, file.bytes, len))
			fail_msg("row %zu: %zu bytes, libjpeg's are %lu", i,
				 len, file.len);
		free(file.bytes);
		pool_free(work.pool);
	}
}

static struct bitmap make_plane(struct work *work, uint32_t width,
				uint32_t height, enum content content, int i)
{
	struct bitmap plane;
	uint32_t seed = width + (uint32_t)i;

	assert_true(bitmap_init_plane(&plane, work, width, height));
	for (uint32_t y = 0; y < height; y++)
		for (uint32_t x = 0; x < width; x++)
			bitmap_row(&plane, y)[x] =
				content == GRAY_NOISE && i
					? 128
					: sample_at(content, x, y, i, &seed);
	return plane;
}

/* Gives libjpeg each colour four times, so that its mean is that colour. */
static struct file optimise_planes(const struct bitmap planes[3], int quality)
{
	struct jpeg_compress_struct jpeg;
	struct jpeg_error_mgr errors;
	struct file file = { 0 };
	const uint32_t width = planes->width;
	JSAMPLE *row = malloc((size_t)width * 3);

	jpeg.err = jpeg_std_error(&errors);
	jpeg_create_compress(&jpeg);
	jpeg_mem_dest(&jpeg, &file.bytes, &file.len);
	jpeg.image_width = width;
	jpeg.image_height = planes->height;
	jpeg.input_components = 3;
	jpeg.in_color_space = JCS_YCbCr;
	jpeg_set_defaults(&jpeg);
	jpeg_set_quality(&jpeg, quality, TRUE);
	jpeg.optimize_coding = TRUE;
	jpeg_start_compress(&jpeg, TRUE);
	while (jpeg.next_scanline < jpeg.image_height) {
		for (uint32_t x = 0; x < width * 3; x++) {
			const unsigned by = x % 3 ? 2 : 1;

			row[x] =
				bitmap_row(&planes[x % 3],
					   jpeg.next_scanline / by)[x / 3 / by];
		}
		jpeg_write_scanlines(&jpeg, &row, 1);
	}
	jpeg_finish_compress(&jpeg);
	jpeg_destroy_compress(&jpeg);
	free(row);
	return file;
}

static void planes_give_the_bytes_of_libjpeg(void **state)
{
	static const struct {
		uint32_t width, height;
		enum content content;
		unsigned quality;
	} rows[] = {
		{ 16, 16, FLAT, 80 },    { 17, 16, SMOOTH, 80 },
		{ 23, 31, NOISE, 85 },   { 24, 33, NOISE, 89 },
		{ 320, 200, NOISE, 80 }, { 321, 199, SMOOTH, 75 },
		{ 640, 401, NOISE, 1 },
	};

	(void)state;
	EACH_ROW(i, rows) {
		struct work work = { .pool = pool_new() };
		const uint32_t width = rows[i].width, height = rows[i].height;
		struct bitmap planes[3];
		struct file file;
		const uint8_t *bytes;
		size_t len;

		for (int j = 0; j < 3; j++)
			planes[j] =
				make_plane(&work, j ? (width + 1) / 2 : width,
					   j ? (height + 1) / 2 : height,
					   rows[i].content, j);
		assert_true(jpeg_write_halves_colours(width, height,
						      rows[i].quality));
		file = optimise_planes(planes, (int)rows[i].quality);
		assert_true(jpeg_write(&bytes, &len, &work, planes,
				       rows[i].quality));
		assert_int_equal(len, file.len);
		assert_memory_equal(bytes, file.bytes, len);
		free(file.bytes);
		pool_free(work.pool);
	}
}

/* Returns the number of components in the frame header (T.81 B.2.2). */
static int components_of(const uint8_t *bytes, size_t len)
{
	const size_t header = 2 + 2 + 1 + 2 + 2;

	for (size_t i = 0; i + header < len; i++)
		if (bytes[i] == 0xff && bytes[i + 1] == 0xc0)
			return bytes[i + header];
	return 0;
}

static void planes_without_colour_become_gray(void **state)
{
	struct work work = { .pool = pool_new() };
	struct bitmap planes[3];
	const uint8_t *bytes;
	size_t len;

	(void)state;
	for (int i = 0; i < 3; i++)
		planes[i] = make_plane(&work, i ? 21 : 41, i ? 25 : 50,
				       GRAY_NOISE, i);
	assert_true(jpeg_write(&bytes, &len, &work, planes, 80));
	assert_int_equal(components_of(bytes, len), 1);
	bitmap_row(&planes[2], 24)[20] = 140;
	assert_true(jpeg_write(&bytes, &len, &work, planes, 80));
	assert_int_equal(components_of(bytes, len), 3);
	pool_free(work.pool);
}

/* Frequencies like Fibonacci's numbers make the deepest tree: K.2 has to
   shorten its codes to 16 bits. */
static void codes_have_at_most_16_bits(void **state)
{
	uint32_t frequencies[256] = { 0 };
	struct jpeg_code code;
	double sum = 0;

	(void)state;
	for (int i = 0; i < 40; i++)
		frequencies[i] =
			i < 2 ? 1 : frequencies[i - 1] + frequencies[i - 2];
	jpeg_code_init(&code, frequencies);
	assert_int_equal(code.count, 40);
	for (int i = 0; i < 40; i++) {
		assert_in_range(code.lengths[i], 1, 16);
		sum += 1.0 / (1u << code.lengths[i]);
	}
	/* The code of ones only is free. */
	assert_true(sum <= 1 - 1.0 / (1u << 16));
}

static void no_symbols_have_no_codes(void **state)
{
	const uint32_t frequencies[256] = { 0 };
	struct jpeg_code code;

	(void)state;
	jpeg_code_init(&code, frequencies);
	assert_int_equal(code.count, 0);
}

static bool recode(const struct file *file, const struct jpeg_mcus *mcus)
{
	struct work work = { .pool = pool_new() };
	const uint8_t *bytes;
	size_t len;
	const bool ok =
		jpeg_recode(&bytes, &len, &work, file->bytes, file->len, mcus);

	if (!ok)
		assert_int_equal(work.err, ERR_CORRUPT_IMAGE);
	pool_free(work.pool);
	return ok;
}

static void other_files_are_refused(void **state)
{
	const struct jpeg_mcus mcus = { 4 * 4, 6, { 0, 0, 0, 0, 1, 2 } };
	const struct jpeg_mcus fewer = { 4 * 4 - 1, 6, { 0, 0, 0, 0, 1, 2 } };
	struct work work = { .pool = pool_new() };
	const struct bitmap bitmap = make_bitmap(&work, 64, 64, SMOOTH);
	struct file file = optimise(&bitmap, 80, false);

	(void)state;
	assert_true(recode(&file, &mcus));
	assert_false(recode(&file, &fewer));
	/* Each file that is cut, and each byte that is changed, is refused or
	   recoded; nothing else happens. */
	for (unsigned long i = 0; i < file.len; i++) {
		const struct file cut = { file.bytes, i };

		assert_false(recode(&cut, &mcus));
		file.bytes[i] ^= 0x41;
		(void)recode(&file, &mcus);
		file.bytes[i] ^= 0x41;
	}
	free(file.bytes);
	pool_free(work.pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_are_those_of_libjpeg),
		cmocka_unit_test(planes_give_the_bytes_of_libjpeg),
		cmocka_unit_test(planes_without_colour_become_gray),
		cmocka_unit_test(codes_have_at_most_16_bits),
		cmocka_unit_test(no_symbols_have_no_codes),
		cmocka_unit_test(other_files_are_refused),
	};

	return RUN_TESTS(tests);
}
