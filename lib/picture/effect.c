/* effect.c: changes the pixels of resized pictures: gray, sharp. */
#include "config.h"

#include "lib/picture/effect.h"

#include <string.h>

#include "lib/base/pool.h"
#include "lib/picture/blur.h"

/* Measured, with a margin. */
enum { GRAY_NS = 3, BLUR_NS = 60, SHARP_NS = 30 };

static void make_gray(struct bitmap *bitmap)
{
	for (uint32_t y = 0; !bitmap->gray && y < bitmap->height; y++) {
		uint8_t *at = bitmap_row(bitmap, y);

		for (uint32_t x = 0; x < bitmap->width; x++, at += 4)
			memset(at,
			       (int)((19595u * at[0] + 38470u * at[1] +
				      7471u * at[2] + 32768) >>
				     16),
			       3);
	}
	bitmap->gray = true;
}

static uint8_t sharpened(int centre, int others)
{
	const int value = (33 * centre - others + 12) / 24;

	if (value < 0)
		return 0;
	return value < 255 ? (uint8_t)value : 255;
}

/* Keeps the colours premultiplied. */
static void sharpen_pixel(uint8_t *out, const uint8_t *const rows[3],
			  size_t left, size_t at, size_t right)
{
	for (size_t i = 0; i < BITMAP_CHANNELS; i++) {
		int sum = 0;

		for (int y = 0; y < 3; y++)
			sum += rows[y][left + i] + rows[y][at + i] +
			       rows[y][right + i];
		out[i] = sharpened(rows[1][at + i], sum);
	}
	for (int i = 0; i < 3; i++)
		if (out[i] > out[3])
			out[i] = out[3];
}

static void sharpen_row(uint8_t *out, const uint8_t *const rows[3],
			uint32_t width)
{
	for (uint32_t x = 0; x < width; x++) {
		const uint32_t left = x ? x - 1 : 0;
		const uint32_t right = x + 1 < width ? x + 1 : x;

		sharpen_pixel(out + (size_t)4 * x, rows, (size_t)4 * left,
			      (size_t)4 * x, (size_t)4 * right);
	}
}

/* Rows are changed in place, so two of the rows before are kept. */
static bool sharpen(struct bitmap *bitmap, struct work *work)
{
	const size_t bytes = (size_t)bitmap->width * BITMAP_CHANNELS;
	uint8_t *before = pool_try_alloc(work->pool, bytes);
	uint8_t *current = pool_try_alloc(work->pool, bytes);

	if (!before || !current)
		return fail(work, ERR_TOO_LARGE,
			    "no memory for rows of %u pixels", bitmap->width);
	memcpy(before, bitmap_row(bitmap, 0), bytes);
	for (uint32_t y = 0; y < bitmap->height; y++) {
		const bool last = y + 1 == bitmap->height;
		const uint8_t *const rows[3] = {
			before,
			current,
			last ? current : bitmap_row(bitmap, y + 1),
		};
		uint8_t *const done = before;

		memcpy(current, bitmap_row(bitmap, y), bytes);
		sharpen_row(bitmap_row(bitmap, y), rows, bitmap->width);
		before = current;
		current = done;
	}
	return true;
}

bool effect_apply(struct bitmap *bitmap, struct work *work,
		  const struct recipe *recipe)
{
	if (recipe->gray)
		make_gray(bitmap);
	return (!recipe->blur || blur(bitmap, work, recipe->blur)) &&
	       (!recipe->sharp || sharpen(bitmap, work));
}

unsigned effect_ns(const struct recipe *recipe)
{
	return (recipe->gray ? GRAY_NS : 0) + (recipe->blur ? BLUR_NS : 0) +
	       (recipe->sharp ? SHARP_NS : 0);
}
