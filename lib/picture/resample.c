/* resample.c: resizes pictures, row by row. */
#include "config.h"

#include "lib/picture/resample.h"

#include <math.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "lib/base/pool.h"
#include "lib/picture/resample_filter.h"
#include "lib/picture/resample_taps.h"

enum {
	/* Sums of this many rows of 8 bits fit into 16 bits. */
	MAX_SHRINK = 256,
	/* Averaging leaves at least this many pixels for the filter, for each
	   output pixel. */
	LEFT_FOR_FILTER = 2
};

/* Averages `columns` x `lines` pixels; does nothing if both are 1. */
struct shrink {
	unsigned columns, lines;
	uint32_t width; /* of the input, in pixels */
	uint32_t rows;  /* rows in the current sums */
	uint16_t *sums;
	uint8_t *row;
};

struct resampler {
	struct bitmap out;
	bool is_copy; /* nothing is resized */
	uint32_t x;   /* first used input pixel of a row */
	uint32_t skip,
		left; /* input rows before the area, and remaining rows in it */
	struct shrink shrink;
	const struct resample_filter *filter;
	struct resample_taps horizontal, vertical;
	uint8_t *ring; /* the last rows, as many as the filter needs */
	size_t stride;
	uint32_t rows_kept;
	uint32_t next_in, next_out;
	const uint8_t **window;
	uint8_t *stretched; /* a row that already has the output's height */
};

#ifdef __SSE2__
/* Adds the row's bytes to the sums, 16 in each step. */
static void add_row(uint16_t *sums, const uint8_t *row, size_t bytes)
{
	const __m128i zero = _mm_setzero_si128();

	for (size_t at = 0; at < bytes; at += 16) {
		const __m128i in = _mm_loadu_si128((const void *)(row + at));
		__m128i *out = (__m128i *)(void *)(sums + at);

		_mm_storeu_si128(out,
				 _mm_add_epi16(_mm_loadu_si128(out),
					       _mm_unpacklo_epi8(in, zero)));
		_mm_storeu_si128(out + 1,
				 _mm_add_epi16(_mm_loadu_si128(out + 1),
					       _mm_unpackhi_epi8(in, zero)));
	}
}
#else
static void add_row(uint16_t *sums, const uint8_t *row, size_t bytes)
{
	for (size_t at = 0; at < bytes; at++)
		sums[at] = (uint16_t)(sums[at] + row[at]);
}
#endif

static size_t row_bytes(const struct resampler *r, uint32_t width)
{
	return (size_t)width * r->out.channels;
}

static void put_row(struct resampler *r, const uint8_t *row);

/* Makes one row of the sums. Its last pixel may have fewer columns. */
static inline void average(struct shrink *shrink, unsigned channels)
{
	const uint16_t *sums = shrink->sums;
	uint8_t *out = shrink->row;

	for (uint32_t x = 0; x < shrink->width; x += shrink->columns) {
		const uint32_t left = shrink->width - x;
		const uint32_t columns =
			left < shrink->columns ? left : shrink->columns;
		const uint32_t pixels = columns * shrink->rows;
		const uint64_t reciprocal = ((1u << 24) + pixels / 2) / pixels;
		uint32_t totals[4] = { 0 };

		for (uint32_t i = 0; i < columns; i++, sums += channels)
			for (unsigned j = 0; j < channels; j++)
				totals[j] += sums[j];
		for (unsigned j = 0; j < channels; j++)
			*out++ = (uint8_t)((totals[j] * reciprocal +
					    (1u << 23)) >>
					   24);
	}
}

static void end_shrunk_row(struct resampler *r)
{
	struct shrink *shrink = &r->shrink;

	if (r->out.channels == 1)
		average(shrink, 1);
	else
		average(shrink, BITMAP_CHANNELS);
	memset(shrink->sums, 0,
	       row_bytes(r, shrink->width) * sizeof(*shrink->sums));
	shrink->rows = 0;
	put_row(r, shrink->row);
}

static void put_shrunk(struct resampler *r, const uint8_t *row)
{
	add_row(r->shrink.sums, row, row_bytes(r, r->shrink.width));
	if (++r->shrink.rows == r->shrink.lines || !r->left)
		end_shrunk_row(r);
}

static void end_row(struct resampler *r)
{
	const struct resample_taps *f = &r->vertical;
	const uint32_t y = r->next_out++;
	const uint32_t used = f->used[y], even = (used + 1) & ~1u;

	for (uint32_t i = 0; i < even; i++) {
		const uint32_t row = f->first[y] + (i < used ? i : used - 1);

		r->window[i] = r->ring + r->stride * (row % r->rows_kept);
	}
	r->filter->columns(r->stretched, r->window,
			   resample_taps_coefficients(f, y), even,
			   r->stride - BITMAP_SLACK);
	if (r->out.channels == 1)
		r->filter->plane_row(bitmap_row(&r->out, y), r->stretched,
				     &r->horizontal);
	else
		r->filter->row(bitmap_row(&r->out, y), r->stretched,
			       &r->horizontal);
}

static void put_row(struct resampler *r, const uint8_t *row)
{
	const struct resample_taps *f = &r->vertical;
	const uint32_t y = r->next_in++;

	memcpy(r->ring + r->stride * (y % r->rows_kept), row,
	       r->stride - BITMAP_SLACK);
	while (r->next_out < r->out.height &&
	       f->first[r->next_out] + f->used[r->next_out] <= y + 1)
		end_row(r);
}

void resampler_put(struct resampler *r, const uint8_t *row)
{
	if (r->skip) {
		r->skip--;
		return;
	}
	if (!r->left)
		return;
	r->left--;
	row += row_bytes(r, r->x);
	if (r->is_copy)
		memcpy(bitmap_row(&r->out, r->next_out++), row,
		       row_bytes(r, r->out.width));
	else if (r->shrink.sums)
		put_shrunk(r, row);
	else
		put_row(r, row);
}

static bool shrink_init(struct resampler *r, struct work *work, uint32_t width)
{
	struct shrink *shrink = &r->shrink;
	const size_t room = row_bytes(r, width) + BITMAP_SLACK;

	shrink->width = width;
	if (shrink->columns == 1 && shrink->lines == 1)
		return true;
	shrink->sums = pool_try_alloc(work->pool, room * sizeof(uint16_t));
	shrink->row = pool_try_alloc(work->pool, room);
	if (!shrink->sums || !shrink->row)
		return fail(work, ERR_TOO_LARGE,
			    "no memory for rows of %u pixels", width);
	memset(shrink->sums, 0, room * sizeof(uint16_t));
	return true;
}

/* One row more than the filter needs, because the count must be even. */
static bool ring_init(struct resampler *r, struct work *work, uint32_t width)
{
	r->rows_kept = r->vertical.room + 1;
	r->stride = row_bytes(r, width) + BITMAP_SLACK;
	r->ring = pool_try_alloc(work->pool, r->stride * r->rows_kept);
	r->window =
		pool_try_alloc(work->pool, r->rows_kept * sizeof(*r->window));
	r->stretched = pool_try_alloc(work->pool, r->stride);
	return (r->ring && r->window && r->stretched) ||
	       fail(work, ERR_TOO_LARGE, "no memory for %u rows of %u pixels",
		    r->rows_kept, width);
}

/* Returns how many of `extent` pixels to average, so that `count` remain. */
static unsigned shrink_factor(double extent, uint32_t count)
{
	const double factor = floor(extent / count / LEFT_FOR_FILTER);

	if (factor < 1)
		return 1;
	return factor > MAX_SHRINK ? MAX_SHRINK : (unsigned)factor;
}

static uint32_t shrunk(uint32_t side, unsigned factor)
{
	return (side + factor - 1) / factor;
}

static uint32_t first_pixel(double start)
{
	return start > 0 ? (uint32_t)start : 0;
}

/* Returns the number of whole pixels, from `start`, that cover the extent. */
static uint32_t pixels_of(double start, double extent, uint32_t size)
{
	const double end = ceil(start + extent - 1e-6);

	return (uint32_t)(end > size ? size : end) - first_pixel(start);
}

bool resampler_new(struct resampler **resampler, struct work *work,
		   const struct bitmap *out, const struct resample_area *area)
{
	struct resampler *r = pool_alloc(work->pool, sizeof(*r));
	const uint32_t width =
		pixels_of(area->x, area->area_width, area->width);
	unsigned columns, lines;

	*resampler = r;
	r->out = *out;
	r->filter = resample_filter();
	r->x = first_pixel(area->x);
	r->skip = first_pixel(area->y);
	r->left = pixels_of(area->y, area->area_height, area->height);
	r->is_copy = width == out->width && r->left == out->height &&
		     area->area_width == out->width &&
		     area->area_height == out->height;
	if (r->is_copy)
		return true;
	r->shrink.columns = columns =
		shrink_factor(area->area_width, out->width);
	r->shrink.lines = lines = shrink_factor(area->area_height, out->height);
	return shrink_init(r, work, width) &&
	       resample_taps_init(&r->horizontal, work, shrunk(width, columns),
				  (area->x - r->x) / columns,
				  area->area_width / columns, out->width) &&
	       resample_taps_init(&r->vertical, work, shrunk(r->left, lines),
				  (area->y - r->skip) / lines,
				  area->area_height / lines, out->height) &&
	       ring_init(r, work, shrunk(width, columns));
}

bool resample(const struct bitmap *out, struct work *work,
	      const struct bitmap *in, const struct resample_area *area)
{
	const struct resample_area whole = {
		.width = in->width,
		.height = in->height,
		.area_width = in->width,
		.area_height = in->height,
	};
	struct resampler *resampler;

	if (!resampler_new(&resampler, work, out, area ? area : &whole))
		return false;
	for (uint32_t y = 0; y < in->height; y++)
		resampler_put(resampler, bitmap_row(in, y));
	return true;
}
