/* placeholder.c: reduces a picture to a ThumbHash and a colour. */
#include "config.h"

#include "lib/picture/placeholder.h"

#include "lib/base/pool.h"

/* The sums of the pixels of a picture or plane that become one pixel. */
struct sums {
	uint32_t width, height;          /* of the picture */
	uint32_t across, down;           /* of what it is reduced to */
	uint32_t step_across, step_down; /* which pixels are added */
	unsigned channels;
	uint32_t y; /* next row */
	uint64_t *sums;
	uint32_t *counts;
};

struct placeholder_rows {
	struct sums sums;
};

static uint32_t reduced(uint32_t side, uint32_t longest)
{
	const uint64_t to =
		((uint64_t)side * PLACEHOLDER_SIDE + longest / 2) / longest;

	if (longest <= PLACEHOLDER_SIDE)
		return side;
	return to ? (uint32_t)to : 1;
}

/* Adds every pixel, or at least so many of them for each sum in a row and in a
   column: more give the same mean. */
static uint32_t step_of(uint32_t side, uint32_t to)
{
	enum { ENOUGH = 4 };
	const uint32_t step = side / to / ENOUGH;

	return step ? step : 1;
}

static void begin(struct sums *sums, struct pool *pool, uint32_t width,
		  uint32_t height, unsigned channels)
{
	const uint32_t longest = width > height ? width : height;
	size_t count;

	*sums = (struct sums){ .width = width,
			       .height = height,
			       .across = reduced(width, longest),
			       .down = reduced(height, longest),
			       .channels = channels };
	sums->step_across = step_of(width, sums->across);
	sums->step_down = step_of(height, sums->down);
	count = (size_t)sums->across * sums->down;
	sums->sums = pool_alloc(pool, count * channels * sizeof(*sums->sums));
	sums->counts = pool_alloc(pool, count * sizeof(*sums->counts));
	for (size_t i = 0; i < count * channels; i++)
		sums->sums[i] = 0;
	for (size_t i = 0; i < count; i++)
		sums->counts[i] = 0;
}

/* Returns the first pixel of the picture that belongs to pixel `at` of what it
   is reduced to. Sides have 16 bits, so nothing overflows. */
static uint32_t first_of(uint32_t at, uint32_t to, uint32_t from)
{
	return at * from / to;
}

/* Each adds the pixels of a row from `from` to before `to`, and returns their
   number. */
static uint32_t add_pixels(uint64_t *sum, const uint8_t *row, uint32_t from,
			   uint32_t to, uint32_t step)
{
	uint32_t s[4] = { 0 }, count = 0;

	for (; from < to; from += step, count++)
		for (int c = 0; c < 4; c++)
			s[c] += row[(size_t)from * 4 + (size_t)c];
	for (int c = 0; c < 4; c++)
		sum[c] += s[c];
	return count;
}

static uint32_t add_samples(uint64_t *sum, const uint8_t *row, uint32_t from,
			    uint32_t to, uint32_t step)
{
	uint32_t s = 0, count = 0;

	for (; from < to; from += step, count++)
		s += row[from];
	*sum += s;
	return count;
}

static void add_row(struct sums *sums, const uint8_t *row)
{
	const uint32_t y = sums->y++;
	const uint32_t down =
		(uint32_t)(((uint64_t)(y + 1) * sums->down - 1) / sums->height);
	size_t at = (size_t)down * sums->across;
	uint32_t from = 0;

	if (y % sums->step_down)
		return;
	for (uint32_t x = 0; x < sums->across; x++, at++) {
		const uint32_t to = first_of(x + 1, sums->across, sums->width);

		sums->counts[at] +=
			(sums->channels == 4 ? add_pixels : add_samples)(
				sums->sums + at * sums->channels, row, from, to,
				sums->step_across);
		from = to;
	}
}

static uint8_t quotient(double sum, double count)
{
	const double mean = count > 0 ? sum / count + 0.5 : 0;

	return mean < 255 ? (uint8_t)mean : 255;
}

/* Pixels that are not premultiplied. */
static void write_pixels(uint8_t *rgba, const struct sums *sums)
{
	const size_t count = (size_t)sums->across * sums->down;

	for (size_t i = 0; i < count; i++, rgba += 4) {
		const uint64_t *sum = sums->sums + 4 * i;

		for (int c = 0; c < 3; c++)
			rgba[c] = quotient(255.0 * (double)sum[c],
					   (double)sum[3]);
		rgba[3] = quotient((double)sum[3], sums->counts[i]);
	}
}

/* The mean of the fullest cell of 8x8x8. */
static void find_color(struct placeholder *placeholder, const uint8_t *rgba,
		       size_t count)
{
	enum { CELLS = 512 };
	uint32_t cells[CELLS][4] = { 0 };
	unsigned fullest = 0;

	for (; count; count--, rgba += 4) {
		const unsigned cell =
			rgba[0] >> 5 << 6 | rgba[1] >> 5 << 3 | rgba[2] >> 5;

		for (int c = 0; c < 3; c++)
			cells[cell][c] += (uint32_t)rgba[c] * rgba[3];
		cells[cell][3] += rgba[3];
	}
	for (unsigned i = 1; i < CELLS; i++)
		if (cells[i][3] > cells[fullest][3])
			fullest = i;
	placeholder->has_color = cells[fullest][3] != 0;
	for (int c = 0; c < 3; c++)
		placeholder->color[c] =
			quotient(cells[fullest][c], cells[fullest][3]);
}

static void finish(struct placeholder *placeholder, const struct sums *sums,
		   const uint8_t *rgba)
{
	*placeholder = (struct placeholder){ 0 };
	placeholder->len = (uint8_t)thumbhash(placeholder->hash, sums->across,
					      sums->down, rgba);
	find_color(placeholder, rgba, (size_t)sums->across * sums->down);
}

struct placeholder_rows *placeholder_begin(struct pool *pool, uint32_t width,
					   uint32_t height)
{
	struct placeholder_rows *rows = pool_alloc(pool, sizeof(*rows));

	begin(&rows->sums, pool, width, height, BITMAP_CHANNELS);
	return rows;
}

void placeholder_row(struct placeholder_rows *rows, const uint8_t *pixels)
{
	add_row(&rows->sums, pixels);
}

void placeholder_end(struct placeholder *placeholder,
		     struct placeholder_rows *rows)
{
	uint8_t rgba[4 * PLACEHOLDER_SIDE * PLACEHOLDER_SIDE];

	write_pixels(rgba, &rows->sums);
	finish(placeholder, &rows->sums, rgba);
}

static void add_bitmap(struct sums *sums, struct pool *pool,
		       const struct bitmap *bitmap)
{
	begin(sums, pool, bitmap->width, bitmap->height, bitmap->channels);
	for (uint32_t y = 0; y < bitmap->height; y++)
		add_row(sums, bitmap_row(bitmap, y));
}

static double mean_at(const struct sums *sums, const struct sums *first,
		      uint32_t x, uint32_t y)
{
	size_t at = (size_t)y * sums->across + x;

	if (sums->across != first->across || sums->down != first->down)
		at = (size_t)first_of(y, first->down, sums->down) *
			     sums->across +
		     first_of(x, first->across, sums->across);
	return (double)sums->sums[at] / sums->counts[at];
}

static uint8_t clamp(double value)
{
	if (value < 0)
		return 0;
	return value < 254.5 ? (uint8_t)(value + 0.5) : 255;
}

/* JFIF 1.02. */
static void put_rgb(uint8_t *rgba, double y, double cb, double cr)
{
	rgba[0] = clamp(y + 1.402 * (cr - 128));
	rgba[1] = clamp(y - 0.344136 * (cb - 128) - 0.714136 * (cr - 128));
	rgba[2] = clamp(y + 1.772 * (cb - 128));
	rgba[3] = 255;
}

static void write_planes(uint8_t *rgba, const struct sums sums[3])
{
	for (uint32_t y = 0; y < sums->down; y++)
		for (uint32_t x = 0; x < sums->across; x++, rgba += 4)
			put_rgb(rgba, mean_at(&sums[0], sums, x, y),
				mean_at(&sums[1], sums, x, y),
				mean_at(&sums[2], sums, x, y));
}

void placeholder_of_planes(struct placeholder *placeholder, struct pool *pool,
			   const struct bitmap *planes, unsigned count)
{
	uint8_t rgba[4 * PLACEHOLDER_SIDE * PLACEHOLDER_SIDE];
	struct sums sums[3] = { 0 };

	for (unsigned i = 0; i < count; i++)
		add_bitmap(&sums[i], pool, &planes[i]);
	if (count == 1)
		write_pixels(rgba, sums);
	else
		write_planes(rgba, sums);
	finish(placeholder, sums, rgba);
}
