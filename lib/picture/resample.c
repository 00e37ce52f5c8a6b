/* resample.c: resizes pictures, row by row. */
#include "config.h"

#include "lib/picture/resample.h"

#include <math.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "lib/base/pool.h"

enum {
	LOBES = 3,
	COEFFICIENT_BITS = 14,
	ONE = 1 << COEFFICIENT_BITS,
	HALF = ONE / 2,
	/* Sums of so many rows of 8 bits fit into 16 bits. */
	MAX_SHRINK = 256,
	/* What averaging leaves for the filter, at least, of each output
	   pixel. */
	LEFT_FOR_FILTER = 2
};

/* For each output pixel of one direction: the input pixels that it is made
   of, and their parts of it, which add up to ONE. */
struct filter {
	uint32_t count;  /* of output pixels */
	uint32_t taps;   /* coefficients kept for each, an even number */
	uint32_t *first; /* input pixel */
	uint32_t *used;  /* taps of this pixel */
	int16_t *coefficients;
};

/* Averages `columns` x `lines` pixels; nothing when both are 1. */
struct shrink {
	unsigned columns, lines;
	uint32_t width; /* of the input, in pixels */
	uint32_t rows;  /* summed up now */
	uint16_t *sums;
	uint8_t *row;
};

struct resampler {
	struct bitmap out;
	bool is_copy;        /* nothing is resized */
	uint32_t x;          /* the first input pixel of a row that is used */
	uint32_t skip, left; /* input rows before the area, and in it */
	struct shrink shrink;
	struct filter horizontal, vertical;
	uint8_t *ring; /* the last rows, as many as the filter needs */
	size_t stride;
	uint32_t rows_kept;
	uint32_t next_in, next_out;
	const uint8_t **window;
	uint8_t *stretched; /* a row that has the output's height already */
};

/* sinc(x) * sinc(x / 3), by one sine: sin(3t) = sin(t) * (3 - 4 sin(t)^2). */
static double lanczos(double x)
{
	const double t = M_PI * x / LOBES;
	const double square = sin(t) * sin(t);

	if (fabs(x) < 1e-9)
		return 1;
	if (fabs(x) >= LOBES)
		return 0;
	return square * (3 - 4 * square) / (3 * t * t);
}
_Static_assert(LOBES == 3, "the angle is tripled");

/* Rounded so that they add up to ONE: the largest takes what rounding left. */
static void round_coefficients(int16_t *out, const double *in, uint32_t count)
{
	double total = 0;
	int32_t sum = 0;
	uint32_t largest = 0;

	for (uint32_t i = 0; i < count; i++)
		total += in[i];
	for (uint32_t i = 0; i < count; i++) {
		out[i] = (int16_t)lrint(in[i] / total * ONE);
		sum += out[i];
		if (out[i] > out[largest])
			largest = i;
	}
	out[largest] = (int16_t)(out[largest] + ONE - sum);
}

/* `size` input pixels, of which `extent` from `start` on become `count`. */
static bool filter_init(struct filter *filter, struct work *work, uint32_t size,
			double start, double extent, uint32_t count)
{
	const double scale = extent / count;
	const double stretch = scale < 1 ? 1 : scale;
	const double support = LOBES * stretch;
	const uint32_t taps = ((uint32_t)ceil(support) * 2 + 2) & ~1u;
	double *exact = pool_try_alloc(work->pool, taps * sizeof(*exact));

	*filter = (struct filter){ .count = count, .taps = taps };
	filter->first =
		pool_try_alloc(work->pool, 2 * count * sizeof(*filter->first));
	filter->coefficients = pool_try_alloc(
		work->pool,
		(size_t)count * taps * sizeof(*filter->coefficients));
	if (!exact || !filter->first || !filter->coefficients)
		return fail(work, ERR_TOO_LARGE,
			    "no memory for the filter of %u pixels", count);
	filter->used = filter->first + count;
	memset(filter->coefficients, 0,
	       (size_t)count * taps * sizeof(*filter->coefficients));
	for (uint32_t i = 0; i < count; i++) {
		const double centre = start + (i + 0.5) * scale;
		double from = floor(centre - support + 0.5);
		double to = floor(centre + support + 0.5);

		from = from < 0 ? 0 : from > size - 1.0 ? size - 1.0 : from;
		to = to > size ? size : to < from + 1 ? from + 1 : to;
		filter->first[i] = (uint32_t)from;
		filter->used[i] = (uint32_t)(to - from);
		for (uint32_t j = 0; j < filter->used[i]; j++)
			exact[j] = lanczos((from + j + 0.5 - centre) / stretch);
		round_coefficients(filter->coefficients + (size_t)i * taps,
				   exact, filter->used[i]);
	}
	return true;
}

#ifdef __SSE2__
static __m128i coefficient_pair(const int16_t *coefficients)
{
	int32_t pair;

	memcpy(&pair, coefficients, sizeof(pair));
	return _mm_set1_epi32(pair);
}

/* 16 bytes of a column, two rows a step. */
static void filter_column(uint8_t *out, const uint8_t *const *rows,
			  const int16_t *coefficients, uint32_t taps, size_t at)
{
	const __m128i zero = _mm_setzero_si128();
	__m128i a = _mm_set1_epi32(HALF), b = a, c = a, d = a;

	for (uint32_t i = 0; i < taps; i += 2) {
		const __m128i k = coefficient_pair(coefficients + i);
		const __m128i even =
			_mm_loadu_si128((const void *)(rows[i] + at));
		const __m128i odd =
			_mm_loadu_si128((const void *)(rows[i + 1] + at));
		const __m128i low = _mm_unpacklo_epi8(even, odd);
		const __m128i high = _mm_unpackhi_epi8(even, odd);

		a = _mm_add_epi32(
			a, _mm_madd_epi16(_mm_unpacklo_epi8(low, zero), k));
		b = _mm_add_epi32(
			b, _mm_madd_epi16(_mm_unpackhi_epi8(low, zero), k));
		c = _mm_add_epi32(
			c, _mm_madd_epi16(_mm_unpacklo_epi8(high, zero), k));
		d = _mm_add_epi32(
			d, _mm_madd_epi16(_mm_unpackhi_epi8(high, zero), k));
	}
	a = _mm_packs_epi32(_mm_srai_epi32(a, COEFFICIENT_BITS),
			    _mm_srai_epi32(b, COEFFICIENT_BITS));
	c = _mm_packs_epi32(_mm_srai_epi32(c, COEFFICIENT_BITS),
			    _mm_srai_epi32(d, COEFFICIENT_BITS));
	_mm_storeu_si128((void *)(out + at), _mm_packus_epi16(a, c));
}

static void filter_columns(uint8_t *out, const uint8_t *const *rows,
			   const int16_t *coefficients, uint32_t taps,
			   size_t bytes)
{
	/* The last step may reach into the slack. */
	for (size_t at = 0; at < bytes; at += 16)
		filter_column(out, rows, coefficients, taps, at);
}

/* One output pixel, two input pixels a step. */
static uint32_t filter_pixel(const uint8_t *in, const int16_t *coefficients,
			     uint32_t taps)
{
	const __m128i zero = _mm_setzero_si128();
	__m128i sum = _mm_set1_epi32(HALF);

	for (uint32_t i = 0; i < taps; i += 2) {
		__m128i pixels = _mm_unpacklo_epi8(
			_mm_loadl_epi64((const void *)(in + (size_t)i * 4)),
			zero);

		pixels = _mm_unpacklo_epi16(pixels, _mm_srli_si128(pixels, 8));
		sum = _mm_add_epi32(
			sum, _mm_madd_epi16(pixels, coefficient_pair(
							    coefficients + i)));
	}
	sum = _mm_srai_epi32(sum, COEFFICIENT_BITS);
	sum = _mm_packs_epi32(sum, sum);
	return (uint32_t)_mm_cvtsi128_si32(_mm_packus_epi16(sum, sum));
}
/* The row's bytes are added to the sums, 16 a step. */
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

static uint8_t clamp(int32_t sum)
{
	sum >>= COEFFICIENT_BITS;
	return (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
}

static void filter_columns(uint8_t *out, const uint8_t *const *rows,
			   const int16_t *coefficients, uint32_t taps,
			   size_t bytes)
{
	for (size_t at = 0; at < bytes; at++) {
		int32_t sum = HALF;

		for (uint32_t i = 0; i < taps; i++)
			sum += coefficients[i] * rows[i][at];
		out[at] = clamp(sum);
	}
}

static uint32_t filter_pixel(const uint8_t *in, const int16_t *coefficients,
			     uint32_t taps)
{
	int32_t sums[4] = { HALF, HALF, HALF, HALF };
	uint8_t out[4];
	uint32_t pixel;

	for (uint32_t i = 0; i < taps; i++, in += 4)
		for (int j = 0; j < 4; j++)
			sums[j] += coefficients[i] * in[j];
	for (int j = 0; j < 4; j++)
		out[j] = clamp(sums[j]);
	memcpy(&pixel, out, sizeof(pixel));
	return pixel;
}
#endif

static void put_row(struct resampler *r, const uint8_t *row);

/* What is summed up becomes one row. Its last pixel may be of fewer columns. */
static void end_shrunk_row(struct resampler *r)
{
	struct shrink *shrink = &r->shrink;
	const uint16_t *sums = shrink->sums;
	uint8_t *out = shrink->row;

	for (uint32_t x = 0; x < shrink->width; x += shrink->columns) {
		const uint32_t left = shrink->width - x;
		const uint32_t columns =
			left < shrink->columns ? left : shrink->columns;
		const uint32_t pixels = columns * shrink->rows;
		const uint64_t reciprocal = ((1u << 24) + pixels / 2) / pixels;
		uint32_t totals[4] = { 0 };

		for (uint32_t i = 0; i < columns; i++, sums += 4)
			for (int j = 0; j < 4; j++)
				totals[j] += sums[j];
		for (int j = 0; j < 4; j++)
			*out++ = (uint8_t)((totals[j] * reciprocal +
					    (1u << 23)) >>
					   24);
	}
	memset(shrink->sums, 0, shrink->width * 4 * sizeof(*shrink->sums));
	shrink->rows = 0;
	put_row(r, shrink->row);
}

static void put_shrunk(struct resampler *r, const uint8_t *row)
{
	add_row(r->shrink.sums, row, (size_t)r->shrink.width * 4);
	if (++r->shrink.rows == r->shrink.lines || !r->left)
		end_shrunk_row(r);
}

static void end_row(struct resampler *r)
{
	const struct filter *f = &r->vertical;
	const uint32_t y = r->next_out++;
	const uint32_t used = f->used[y], even = (used + 1) & ~1u;
	const struct filter *h = &r->horizontal;
	uint32_t *out = (uint32_t *)(void *)bitmap_row(&r->out, y);

	for (uint32_t i = 0; i < even; i++) {
		const uint32_t row = f->first[y] + (i < used ? i : used - 1);

		r->window[i] = r->ring + r->stride * (row % r->rows_kept);
	}
	filter_columns(r->stretched, r->window,
		       f->coefficients + (size_t)y * f->taps, even,
		       r->stride - BITMAP_SLACK);
	for (uint32_t x = 0; x < h->count; x++)
		out[x] = filter_pixel(r->stretched + (size_t)h->first[x] * 4,
				      h->coefficients + (size_t)x * h->taps,
				      (h->used[x] + 1) & ~1u);
}

static void put_row(struct resampler *r, const uint8_t *row)
{
	const struct filter *f = &r->vertical;
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
	row += (size_t)r->x * 4;
	if (r->is_copy)
		memcpy(bitmap_row(&r->out, r->next_out++), row,
		       (size_t)r->out.width * 4);
	else if (r->shrink.sums)
		put_shrunk(r, row);
	else
		put_row(r, row);
}

static bool shrink_init(struct shrink *shrink, struct work *work,
			uint32_t width)
{
	const size_t room = (size_t)width * 4 + BITMAP_SLACK;

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

/* One row beyond the filter's, for the even count. */
static bool ring_init(struct resampler *r, struct work *work, uint32_t width)
{
	r->rows_kept = r->vertical.taps + 1;
	r->stride = (size_t)width * 4 + BITMAP_SLACK;
	r->ring = pool_try_alloc(work->pool, r->stride * r->rows_kept);
	r->window =
		pool_try_alloc(work->pool, r->rows_kept * sizeof(*r->window));
	r->stretched = pool_try_alloc(work->pool, r->stride);
	return (r->ring && r->window && r->stretched) ||
	       fail(work, ERR_TOO_LARGE, "no memory for %u rows of %u pixels",
		    r->rows_kept, width);
}

/* How many of `extent` pixels one is averaged of, where `count` remain. */
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

/* Whole pixels from `start` on that hold the extent. */
static uint32_t pixels_of(double start, double extent, uint32_t size)
{
	const double end = ceil(start + extent - 1e-6);

	return (uint32_t)(end > size ? size : end) - (uint32_t)start;
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
	r->x = (uint32_t)area->x;
	r->skip = (uint32_t)area->y;
	r->left = pixels_of(area->y, area->area_height, area->height);
	r->is_copy = width == out->width && r->left == out->height &&
		     area->area_width == out->width &&
		     area->area_height == out->height;
	if (r->is_copy)
		return true;
	r->shrink.columns = columns =
		shrink_factor(area->area_width, out->width);
	r->shrink.lines = lines = shrink_factor(area->area_height, out->height);
	return shrink_init(&r->shrink, work, width) &&
	       filter_init(&r->horizontal, work, shrunk(width, columns),
			   (area->x - r->x) / columns,
			   area->area_width / columns, out->width) &&
	       filter_init(&r->vertical, work, shrunk(r->left, lines),
			   (area->y - r->skip) / lines,
			   area->area_height / lines, out->height) &&
	       ring_init(r, work, shrunk(width, columns));
}

bool resample(const struct bitmap *out, struct work *work,
	      const struct bitmap *in)
{
	const struct resample_area all = {
		.width = in->width,
		.height = in->height,
		.area_width = in->width,
		.area_height = in->height,
	};
	struct resampler *resampler;

	if (!resampler_new(&resampler, work, out, &all))
		return false;
	for (uint32_t y = 0; y < in->height; y++)
		resampler_put(resampler, bitmap_row(in, y));
	return true;
}
