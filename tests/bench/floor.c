/* floor.c: makes thumbnails of a JPEG at the lowest cost, for comparison.
   libjpeg reduces the picture while it decodes, and an 8-bit Lanczos filter
   does the rest. It has no sandbox, no colour profiles and no orientation. */
#include "config.h"

#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include "tests/bench/measure.h"

#if defined(__x86_64__)
#include <smmintrin.h>
#endif

/* Lanczos with three lobes; weights are 1.14 fixed point. */
enum { LOBES = 3, WEIGHT_BITS = 14, CHANNELS = 4, MAX_TAPS = 64 };

struct raster {
	unsigned width, height;
	size_t stride; /* bytes from row to row, with room for 16 more */
	uint8_t *pixels;
};

/* The source pixels from which one result pixel is made. */
struct tap {
	unsigned first, count;
	int16_t weights[MAX_TAPS];
};

static struct raster new_raster(unsigned width, unsigned height)
{
	struct raster raster = { .width = width, .height = height };

	raster.stride = ((size_t)width * CHANNELS + 31) & ~(size_t)15;
	raster.pixels = malloc(raster.stride * height + 64);
	if (!raster.pixels)
		measure_fail("no memory for %ux%u pixels", width, height);
	return raster;
}

static double lanczos(double x)
{
	const double a = M_PI * x;

	if (fabs(x) < 1e-9)
		return 1;
	if (fabs(x) >= LOBES)
		return 0;
	return LOBES * sin(a) * sin(a / LOBES) / (a * a);
}

/* Rounds the weights so that their sum is exactly 1: the largest weight gets
   the remainder. */
static void round_weights(struct tap *tap, const double *exact, double sum)
{
	unsigned largest = 0;
	int total = 0;

	for (unsigned i = 0; i < tap->count; i++) {
		const double weight = exact[i] / sum * (1 << WEIGHT_BITS);

		tap->weights[i] = (int16_t)lrint(weight);
		total += tap->weights[i];
		if (tap->weights[i] > tap->weights[largest])
			largest = i;
	}
	tap->weights[largest] += (int16_t)((1 << WEIGHT_BITS) - total);
}

static struct tap *new_taps(unsigned from, unsigned to)
{
	struct tap *taps = calloc(to, sizeof(*taps));
	const double ratio = (double)from / to;
	const double scale = ratio < 1 ? 1 : ratio;

	if (!taps || 2 * LOBES * scale + 8 > MAX_TAPS)
		measure_fail(
			"cannot reduce %u to %u pixels: the factor is too large",
			from, to);
	for (unsigned i = 0; i < to; i++) {
		const double middle = (i + 0.5) * ratio;
		const double reach = LOBES * scale;
		const double end = fmin(middle + reach + 0.5, from);
		double exact[MAX_TAPS], sum = 0;

		taps[i].first = (unsigned)fmax(middle - reach + 0.5, 0);
		taps[i].count = (unsigned)end - taps[i].first;
		for (unsigned j = 0; j < taps[i].count; j++) {
			exact[j] = lanczos((taps[i].first + j + 0.5 - middle) /
					   scale);
			sum += exact[j];
		}
		round_weights(&taps[i], exact, sum);
	}
	return taps;
}

#if defined(__x86_64__)
#define WITH_SSE41 __attribute__((target("sse4.1")))

static void check_cpu(void)
{
	if (!__builtin_cpu_supports("sse4.1"))
		measure_fail("floor needs a processor with SSE4.1");
}

WITH_SSE41 static __m128i two_weights(const struct tap *tap, unsigned i)
{
	const uint16_t first = (uint16_t)tap->weights[i];
	const uint16_t second =
		i + 1 < tap->count ? (uint16_t)tap->weights[i + 1] : 0;

	return _mm_set1_epi32((int)(first | (uint32_t)second << 16));
}

WITH_SSE41 static __m128i weigh(__m128i sum, __m128i pairs, __m128i weights)
{
	return _mm_add_epi32(sum, _mm_madd_epi16(pairs, weights));
}

/* Makes 16 bytes of a result row from two source rows at a time. */
WITH_SSE41 static void reduce_column(uint8_t *to, const uint8_t *from,
				     size_t stride, const struct tap *tap)
{
	const __m128i zero = _mm_setzero_si128();
	const __m128i half = _mm_set1_epi32(1 << (WEIGHT_BITS - 1));
	__m128i sums[4] = { half, half, half, half };

	for (unsigned i = 0; i < tap->count; i += 2) {
		const uint8_t *row = from + i * stride;
		const uint8_t *next = i + 1 < tap->count ? row + stride : row;
		const __m128i a = _mm_loadu_si128((const __m128i *)row);
		const __m128i b = _mm_loadu_si128((const __m128i *)next);
		const __m128i low = _mm_unpacklo_epi8(a, b);
		const __m128i high = _mm_unpackhi_epi8(a, b);
		const __m128i w = two_weights(tap, i);

		sums[0] = weigh(sums[0], _mm_unpacklo_epi8(low, zero), w);
		sums[1] = weigh(sums[1], _mm_unpackhi_epi8(low, zero), w);
		sums[2] = weigh(sums[2], _mm_unpacklo_epi8(high, zero), w);
		sums[3] = weigh(sums[3], _mm_unpackhi_epi8(high, zero), w);
	}
	for (int i = 0; i < 4; i++)
		sums[i] = _mm_srai_epi32(sums[i], WEIGHT_BITS);
	_mm_storeu_si128((__m128i *)to,
			 _mm_packus_epi16(_mm_packs_epi32(sums[0], sums[1]),
					  _mm_packs_epi32(sums[2], sums[3])));
}

static void reduce_rows(uint8_t *to, const uint8_t *from, size_t stride,
			const struct tap *tap, size_t len)
{
	for (size_t x = 0; x < len; x += 16)
		reduce_column(to + x, from + x, stride, tap);
}

/* Reads four source pixels at a time; the weights after the last are 0. */
WITH_SSE41 static void reduce_row(uint8_t *to, const uint8_t *from,
				  const struct tap *taps, unsigned width)
{
	const __m128i first_two = _mm_setr_epi8(0, -1, 4, -1, 1, -1, 5, -1, 2,
						-1, 6, -1, 3, -1, 7, -1);
	const __m128i last_two = _mm_setr_epi8(8, -1, 12, -1, 9, -1, 13, -1, 10,
					       -1, 14, -1, 11, -1, 15, -1);

	for (unsigned x = 0; x < width; x++) {
		const struct tap *tap = &taps[x];
		const uint8_t *at = from + (size_t)CHANNELS * tap->first;
		__m128i sum = _mm_set1_epi32(1 << (WEIGHT_BITS - 1));
		int pixel;

		for (unsigned i = 0; i < tap->count; i += 4) {
			const __m128i four = _mm_loadu_si128(
				(const __m128i *)(at + (size_t)CHANNELS * i));
			const __m128i w = _mm_loadl_epi64(
				(const __m128i *)(tap->weights + i));

			sum = weigh(sum, _mm_shuffle_epi8(four, first_two),
				    _mm_shuffle_epi32(w, 0x00));
			sum = weigh(sum, _mm_shuffle_epi8(four, last_two),
				    _mm_shuffle_epi32(w, 0x55));
		}
		sum = _mm_srai_epi32(sum, WEIGHT_BITS);
		sum = _mm_packs_epi32(sum, sum);
		pixel = _mm_cvtsi128_si32(_mm_packus_epi16(sum, sum));
		memcpy(to + (size_t)CHANNELS * x, &pixel, sizeof(pixel));
	}
}
#else
static void check_cpu(void)
{
}

static uint8_t clamp(int sum)
{
	sum >>= WEIGHT_BITS;
	return (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
}

static void reduce_rows(uint8_t *to, const uint8_t *from, size_t stride,
			const struct tap *tap, size_t len)
{
	for (size_t x = 0; x < len; x++) {
		int sum = 1 << (WEIGHT_BITS - 1);

		for (unsigned i = 0; i < tap->count; i++)
			sum += tap->weights[i] * from[i * stride + x];
		to[x] = clamp(sum);
	}
}

static void reduce_row(uint8_t *to, const uint8_t *from, const struct tap *taps,
		       unsigned width)
{
	for (unsigned x = 0; x < width * CHANNELS; x++) {
		const struct tap *tap = &taps[x / CHANNELS];
		int sum = 1 << (WEIGHT_BITS - 1);

		for (unsigned i = 0; i < tap->count; i++)
			sum += tap->weights[i] *
			       from[CHANNELS * (tap->first + i) + x % CHANNELS];
		to[x] = clamp(sum);
	}
}
#endif

static struct raster reduce(const struct raster *from, unsigned width,
			    unsigned height)
{
	struct tap *columns = new_taps(from->height, height);
	struct tap *rows = new_taps(from->width, width);
	struct raster to = new_raster(width, height);
	uint8_t *row = calloc(1, from->stride + 64);

	for (unsigned y = 0; y < height; y++) {
		reduce_rows(row, from->pixels + from->stride * columns[y].first,
			    from->stride, &columns[y],
			    (size_t)from->width * CHANNELS);
		reduce_row(to.pixels + to.stride * y, row, rows, width);
	}
	free(row);
	free(rows);
	free(columns);
	return to;
}

/* libjpeg reduces by 1, 2, 4 or 8 with SIMD and a box filter. A decoded height
   of at least 1.5 times the larger thumbnail's hides the box filter. */
static unsigned choose_scale(unsigned height)
{
	for (unsigned eighths = 1; eighths < 8; eighths *= 2)
		if (2 * (height * eighths / 8) >= 3 * MEASURE_LARGE_HEIGHT)
			return eighths;
	return 8;
}

static struct raster decode(struct jpeg_decompress_struct *jpeg,
			    const struct measure_input *input)
{
	struct raster raster;

	jpeg_create_decompress(jpeg);
	jpeg_mem_src(jpeg, input->bytes, input->len);
	jpeg_read_header(jpeg, TRUE);
	jpeg->scale_num = choose_scale(jpeg->image_height);
	jpeg->scale_denom = 8;
	jpeg->out_color_space = JCS_EXT_RGBX;
	jpeg_start_decompress(jpeg);
	raster = new_raster(jpeg->output_width, jpeg->output_height);
	while (jpeg->output_scanline < jpeg->output_height) {
		JSAMPROW row =
			raster.pixels + raster.stride * jpeg->output_scanline;

		jpeg_read_scanlines(jpeg, &row, 1);
	}
	jpeg_finish_decompress(jpeg);
	jpeg_destroy_decompress(jpeg);
	return raster;
}

static void encode(struct measure_output *output, const struct raster *raster)
{
	struct jpeg_compress_struct jpeg;
	struct jpeg_error_mgr errors;
	unsigned char *bytes = NULL;
	unsigned long len = 0;

	jpeg.err = jpeg_std_error(&errors);
	jpeg_create_compress(&jpeg);
	jpeg_mem_dest(&jpeg, &bytes, &len);
	jpeg.image_width = raster->width;
	jpeg.image_height = raster->height;
	jpeg.input_components = CHANNELS;
	jpeg.in_color_space = JCS_EXT_RGBX;
	jpeg_set_defaults(&jpeg);
	jpeg_set_quality(&jpeg, MEASURE_QUALITY, TRUE);
	jpeg.optimize_coding = TRUE;
	jpeg_start_compress(&jpeg, TRUE);
	while (jpeg.next_scanline < jpeg.image_height) {
		JSAMPROW row =
			raster->pixels + raster->stride * jpeg.next_scanline;

		jpeg_write_scanlines(&jpeg, &row, 1);
	}
	jpeg_finish_compress(&jpeg);
	jpeg_destroy_compress(&jpeg);
	*output = (struct measure_output){ bytes, len };
}

/* Pictures that are smaller than a thumbnail stay as they are. */
static struct raster shrink(const struct raster *from, unsigned full_width,
			    unsigned full_height, unsigned height)
{
	if (full_height <= height)
		return reduce(from, from->width, from->height);
	return reduce(from, measure_width(full_width, full_height, height),
		      height);
}

static void render(void *arg, const struct measure_input *input,
		   struct measure_output outputs[MEASURE__COUNT])
{
	struct jpeg_error_mgr errors;
	struct jpeg_decompress_struct jpeg = { .err = jpeg_std_error(&errors) };
	const struct raster picture = decode(&jpeg, input);
	const struct raster large =
		shrink(&picture, jpeg.image_width, jpeg.image_height,
		       MEASURE_LARGE_HEIGHT);
	const struct raster small =
		shrink(&large, jpeg.image_width, jpeg.image_height,
		       MEASURE_SMALL_HEIGHT);

	(void)arg;
	encode(&outputs[MEASURE_LARGE], &large);
	encode(&outputs[MEASURE_SMALL], &small);
	free(picture.pixels);
	free(large.pixels);
	free(small.pixels);
}

int main(int argc, char **argv)
{
	check_cpu();
	/* malloc() keeps freed pixels, so new ones cause no page faults. */
	mallopt(M_MMAP_THRESHOLD, 256 << 20);
	mallopt(M_TRIM_THRESHOLD, 256 << 20);
	return measure_main(argc, argv, NULL, render);
}
