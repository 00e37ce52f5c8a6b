/* blur.c: blurs bitmaps. */
#include "config.h"

#include "lib/picture/blur.h"

#include <math.h>

#include "lib/base/pool.h"

enum {
	PASSES = 3,
	FRACTION_BITS = 7, /* of samples between the passes */
	WEIGHT_BITS = 16,  /* of `outer` */
	RECIPROCAL_BITS = 48
};

/* A box of 2 * radius + 1 samples of weight 1, and one more at each end of the
   weight `outer`. */
struct box {
	uint32_t radius;
	uint64_t outer;
	uint64_t reciprocal; /* of the sum of all weights */
};

/* One row or column: `margin` samples, then those of the picture, then
   `margin` samples. Each pass makes both margins shorter. */
struct line {
	uint32_t count, margin;
	uint16_t *in, *out;
};

/* Equations 7 to 9 of the paper. */
static struct box find_box(uint32_t sigma)
{
	const double variance = (double)sigma * sigma / PASSES;
	const double radius = floor((sqrt(12 * variance + 1) - 1) / 2);
	const double outer = (2 * radius + 1) *
			     (radius * (radius + 1) - 3 * variance) /
			     (6 * (variance - (radius + 1) * (radius + 1)));
	struct box box = {
		.radius = (uint32_t)radius,
		.outer = (uint64_t)(outer * (1 << WEIGHT_BITS) + 0.5),
	};
	const uint64_t sum =
		((2 * (uint64_t)box.radius + 1) << WEIGHT_BITS) + 2 * box.outer;

	box.reciprocal = ((UINT64_C(1) << RECIPROCAL_BITS) + sum / 2) / sum;
	return box;
}

static bool line_init(struct line *line, struct work *work, uint32_t count,
		      const struct box *box)
{
	const size_t margin = PASSES * ((size_t)box->radius + 1);
	const size_t bytes = (count + 2 * margin) * sizeof(uint16_t);

	line->count = count;
	line->margin = (uint32_t)margin;
	line->in = pool_try_alloc(work->pool, bytes);
	line->out = pool_try_alloc(work->pool, bytes);
	return (line->in && line->out) ||
	       fail(work, ERR_TOO_LARGE, "no memory for a line of %u pixels",
		    count);
}

/* Continues the first and the last sample. */
static void fill_margins(const struct line *line)
{
	uint16_t *first = line->in + line->margin;
	uint16_t *last = first + line->count - 1;

	for (uint32_t i = 1; i <= line->margin; i++) {
		first[-(ptrdiff_t)i] = *first;
		last[i] = *last;
	}
}

/* Filters the samples that have all of their neighbours after `pass` passes.
   The reciprocal is rounded, so the largest value may become one more. */
static void filter_once(const struct line *line, const struct box *box,
			uint32_t pass)
{
	const size_t reach = (size_t)box->radius + 1;
	const size_t first = reach * (pass + 1);
	const size_t end = line->count + 2 * (size_t)line->margin - first;
	const uint16_t *in = line->in;
	uint64_t sum = 0;

	for (size_t i = first - box->radius; i < first + reach; i++)
		sum += in[i];
	for (size_t i = first; i < end; i++) {
		const uint64_t ends = in[i - reach] + in[i + reach];
		const uint64_t total = (sum << WEIGHT_BITS) + ends * box->outer;

		line->out[i] =
			(uint16_t)((total * box->reciprocal +
				    (UINT64_C(1) << (RECIPROCAL_BITS - 1))) >>
				   RECIPROCAL_BITS);
		sum += in[i + reach];
		sum -= in[i - box->radius];
	}
}

static void swap_buffers(struct line *line)
{
	uint16_t *in = line->in;

	line->in = line->out;
	line->out = in;
}

/* Blurs the samples at `step` bytes from each other. */
static void blur_line(struct line *line, const struct box *box, uint8_t *sample,
		      size_t step)
{
	const uint32_t half = 1 << (FRACTION_BITS - 1);

	for (uint32_t i = 0; i < line->count; i++)
		line->in[line->margin + i] =
			(uint16_t)(sample[i * step] << FRACTION_BITS);
	fill_margins(line);
	for (uint32_t pass = 0; pass < PASSES; pass++) {
		filter_once(line, box, pass);
		swap_buffers(line);
	}
	for (uint32_t i = 0; i < line->count; i++)
		sample[i * step] =
			(uint8_t)((line->in[line->margin + i] + half) >>
				  FRACTION_BITS);
}

bool blur(struct bitmap *bitmap, struct work *work, uint32_t sigma)
{
	const struct box box = find_box(sigma);
	const unsigned channels = bitmap->alpha ? BITMAP_CHANNELS : 3;
	struct line row, column;

	if (!line_init(&row, work, bitmap->width, &box) ||
	    !line_init(&column, work, bitmap->height, &box))
		return false;
	for (uint32_t y = 0; y < bitmap->height; y++)
		for (unsigned i = 0; i < channels; i++)
			blur_line(&row, &box, bitmap_row(bitmap, y) + i,
				  BITMAP_CHANNELS);
	for (uint32_t x = 0; x < bitmap->width; x++)
		for (unsigned i = 0; i < channels; i++)
			blur_line(&column, &box,
				  bitmap->pixels + x * BITMAP_CHANNELS + i,
				  bitmap->stride);
	return true;
}
