/* resample_filter.c: applies the resampling filter to rows of pixels. */
#include "config.h"

#include "lib/picture/resample_filter.h"

#include <string.h>
#ifdef __SSE2__
#include <immintrin.h>
#endif

#include "lib/base/util.h"

static uint8_t clamp(int32_t sum)
{
	sum >>= RESAMPLE_TAPS_BITS;
	return (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
}

static void plain_columns(uint8_t *out, const uint8_t *const *rows,
			  const int16_t *coefficients, uint32_t count,
			  size_t bytes)
{
	for (size_t at = 0; at < bytes; at++) {
		int32_t sum = RESAMPLE_TAPS_HALF;

		for (uint32_t i = 0; i < count; i++)
			sum += coefficients[i] * rows[i][at];
		out[at] = clamp(sum);
	}
}

static void plain_row(uint8_t *out, const uint8_t *in,
		      const struct resample_taps *taps)
{
	for (uint32_t x = 0; x < taps->count; x++) {
		const int16_t *k = resample_taps_coefficients(taps, x);
		const uint8_t *pixel = in + (size_t)taps->first[x] * 4;
		int32_t sums[4] = { RESAMPLE_TAPS_HALF, RESAMPLE_TAPS_HALF,
				    RESAMPLE_TAPS_HALF, RESAMPLE_TAPS_HALF };

		for (uint32_t i = 0; i < taps->used[x]; i++, pixel += 4)
			for (int j = 0; j < 4; j++)
				sums[j] += k[i] * pixel[j];
		for (int j = 0; j < 4; j++)
			*out++ = clamp(sums[j]);
	}
}

static void plain_plane_row(uint8_t *out, const uint8_t *in,
			    const struct resample_taps *taps)
{
	for (uint32_t x = 0; x < taps->count; x++) {
		const int16_t *k = resample_taps_coefficients(taps, x);
		int32_t sum = RESAMPLE_TAPS_HALF;

		for (uint32_t i = 0; i < taps->used[x]; i++)
			sum += k[i] * in[taps->first[x] + i];
		out[x] = clamp(sum);
	}
}

#ifdef __SSE2__
/* Packs two coefficients into each 32 bits. */
static int32_t pair(const int16_t *coefficients)
{
	int32_t both;

	memcpy(&both, coefficients, sizeof(both));
	return both;
}

/* 16 bytes of a column, two rows in each step. */
static void sse2_column(uint8_t *out, const uint8_t *const *rows,
			const int16_t *coefficients, uint32_t count, size_t at)
{
	const __m128i zero = _mm_setzero_si128();
	__m128i a = _mm_set1_epi32(RESAMPLE_TAPS_HALF), b = a, c = a, d = a;

	for (uint32_t i = 0; i < count; i += 2) {
		const __m128i k = _mm_set1_epi32(pair(coefficients + i));
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
	a = _mm_packs_epi32(_mm_srai_epi32(a, RESAMPLE_TAPS_BITS),
			    _mm_srai_epi32(b, RESAMPLE_TAPS_BITS));
	c = _mm_packs_epi32(_mm_srai_epi32(c, RESAMPLE_TAPS_BITS),
			    _mm_srai_epi32(d, RESAMPLE_TAPS_BITS));
	_mm_storeu_si128((void *)(out + at), _mm_packus_epi16(a, c));
}

static void sse2_columns(uint8_t *out, const uint8_t *const *rows,
			 const int16_t *coefficients, uint32_t count,
			 size_t bytes)
{
	for (size_t at = 0; at < bytes; at += 16)
		sse2_column(out, rows, coefficients, count, at);
}

/* One output pixel, two input pixels in each step. */
static int32_t sse2_pixel(const uint8_t *in, const int16_t *coefficients,
			  uint32_t count)
{
	const __m128i zero = _mm_setzero_si128();
	__m128i sum = _mm_set1_epi32(RESAMPLE_TAPS_HALF);

	for (uint32_t i = 0; i < count; i += 2) {
		const __m128i k = _mm_set1_epi32(pair(coefficients + i));
		__m128i pixels = _mm_unpacklo_epi8(
			_mm_loadl_epi64((const void *)(in + (size_t)i * 4)),
			zero);

		pixels = _mm_unpacklo_epi16(pixels, _mm_srli_si128(pixels, 8));
		sum = _mm_add_epi32(sum, _mm_madd_epi16(pixels, k));
	}
	sum = _mm_srai_epi32(sum, RESAMPLE_TAPS_BITS);
	sum = _mm_packs_epi32(sum, sum);
	return _mm_cvtsi128_si32(_mm_packus_epi16(sum, sum));
}

static void sse2_row(uint8_t *out, const uint8_t *in,
		     const struct resample_taps *taps)
{
	for (uint32_t x = 0; x < taps->count; x++, out += 4) {
		const int32_t pixel = sse2_pixel(
			in + (size_t)taps->first[x] * 4,
			resample_taps_coefficients(taps, x), taps->used[x]);

		memcpy(out, &pixel, sizeof(pixel));
	}
}

/* Returns four sums that add up to that of one output sample, eight input
   samples in each step. The coefficients after the used ones are 0. */
static inline __m128i sse2_sums(const uint8_t *in,
				const struct resample_taps *taps, uint32_t x)
{
	const __m128i zero = _mm_setzero_si128();
	const int16_t *k = resample_taps_coefficients(taps, x);
	const uint32_t used = taps->used[x];
	__m128i sums = zero;

	in += taps->first[x];
	for (uint32_t i = 0; i < used; i += 8) {
		const __m128i samples = _mm_unpacklo_epi8(
			_mm_loadl_epi64((const void *)(in + i)), zero);
		const __m128i eight = _mm_loadu_si128((const void *)(k + i));

		sums = _mm_add_epi32(sums, _mm_madd_epi16(samples, eight));
	}
	return sums;
}

/* Adds up each of four vectors. */
static inline __m128i add_up(__m128i a, __m128i b, __m128i c, __m128i d)
{
	const __m128i ab = _mm_add_epi32(_mm_unpacklo_epi32(a, b),
					 _mm_unpackhi_epi32(a, b));
	const __m128i cd = _mm_add_epi32(_mm_unpacklo_epi32(c, d),
					 _mm_unpackhi_epi32(c, d));

	return _mm_add_epi32(_mm_unpacklo_epi64(ab, cd),
			     _mm_unpackhi_epi64(ab, cd));
}

/* Four output samples in each step; the last step repeats the last sample. */
static void sse2_plane_row(uint8_t *out, const uint8_t *in,
			   const struct resample_taps *taps)
{
	const __m128i half = _mm_set1_epi32(RESAMPLE_TAPS_HALF);
	const uint32_t last = taps->count - 1;

	for (uint32_t x = 0; x <= last; x += 4, out += 4) {
		const uint32_t b = x + 1 < last ? x + 1 : last;
		const uint32_t c = x + 2 < last ? x + 2 : last;
		const uint32_t d = x + 3 < last ? x + 3 : last;
		__m128i sums =
			add_up(sse2_sums(in, taps, x), sse2_sums(in, taps, b),
			       sse2_sums(in, taps, c), sse2_sums(in, taps, d));
		int32_t samples;

		sums = _mm_srai_epi32(_mm_add_epi32(sums, half),
				      RESAMPLE_TAPS_BITS);
		sums = _mm_packs_epi32(sums, sums);
		samples = _mm_cvtsi128_si32(_mm_packus_epi16(sums, sums));
		memcpy(out, &samples, sizeof(samples));
	}
}

#define AVX2 __attribute__((target("avx2")))

/* 32 bytes of a column, two rows in each step. */
AVX2 static void avx2_column(uint8_t *out, const uint8_t *const *rows,
			     const int16_t *coefficients, uint32_t count,
			     size_t at)
{
	const __m256i zero = _mm256_setzero_si256();
	__m256i a = _mm256_set1_epi32(RESAMPLE_TAPS_HALF), b = a, c = a, d = a;

	for (uint32_t i = 0; i < count; i += 2) {
		const __m256i k = _mm256_set1_epi32(pair(coefficients + i));
		const __m256i even =
			_mm256_loadu_si256((const void *)(rows[i] + at));
		const __m256i odd =
			_mm256_loadu_si256((const void *)(rows[i + 1] + at));
		const __m256i low = _mm256_unpacklo_epi8(even, odd);
		const __m256i high = _mm256_unpackhi_epi8(even, odd);

		a = _mm256_add_epi32(
			a,
			_mm256_madd_epi16(_mm256_unpacklo_epi8(low, zero), k));
		b = _mm256_add_epi32(
			b,
			_mm256_madd_epi16(_mm256_unpackhi_epi8(low, zero), k));
		c = _mm256_add_epi32(
			c,
			_mm256_madd_epi16(_mm256_unpacklo_epi8(high, zero), k));
		d = _mm256_add_epi32(
			d,
			_mm256_madd_epi16(_mm256_unpackhi_epi8(high, zero), k));
	}
	a = _mm256_packs_epi32(_mm256_srai_epi32(a, RESAMPLE_TAPS_BITS),
			       _mm256_srai_epi32(b, RESAMPLE_TAPS_BITS));
	c = _mm256_packs_epi32(_mm256_srai_epi32(c, RESAMPLE_TAPS_BITS),
			       _mm256_srai_epi32(d, RESAMPLE_TAPS_BITS));
	_mm256_storeu_si256((void *)(out + at), _mm256_packus_epi16(a, c));
}

AVX2 static void avx2_columns(uint8_t *out, const uint8_t *const *rows,
			      const int16_t *coefficients, uint32_t count,
			      size_t bytes)
{
	for (size_t at = 0; at < bytes; at += 32)
		avx2_column(out, rows, coefficients, count, at);
}

/* Returns the sums of one output pixel, four input pixels in each step: two of
   red, two of green, then of blue and alpha. The coefficients after the used
   ones are 0. */
AVX2 static inline __m256i avx2_sums(const uint8_t *in,
				     const struct resample_taps *taps,
				     uint32_t x)
{
	const __m128i by_channel = _mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6,
						 10, 14, 3, 7, 11, 15);
	const int16_t *k = resample_taps_coefficients(taps, x);
	const uint32_t used = taps->used[x];
	__m256i sums = _mm256_set1_epi64x(RESAMPLE_TAPS_HALF);

	in += (size_t)taps->first[x] * 4;
	for (uint32_t i = 0; i < used; i += 4) {
		const __m128i pixels =
			_mm_loadu_si128((const void *)(in + (size_t)i * 4));
		const __m256i channels = _mm256_cvtepu8_epi16(
			_mm_shuffle_epi8(pixels, by_channel));
		const __m256i four = _mm256_broadcastq_epi64(
			_mm_loadl_epi64((const void *)(k + i)));

		sums = _mm256_add_epi32(sums,
					_mm256_madd_epi16(channels, four));
	}
	return sums;
}

/* Four output pixels in each step; the last step repeats the last pixel. */
AVX2 static void avx2_row(uint8_t *out, const uint8_t *in,
			  const struct resample_taps *taps)
{
	const uint32_t last = taps->count - 1;

	for (uint32_t x = 0; x <= last; x += 4, out += 16) {
		const uint32_t b = x + 1 < last ? x + 1 : last;
		const uint32_t c = x + 2 < last ? x + 2 : last;
		const uint32_t d = x + 3 < last ? x + 3 : last;
		const __m256i ab = _mm256_hadd_epi32(avx2_sums(in, taps, x),
						     avx2_sums(in, taps, b));
		const __m256i cd = _mm256_hadd_epi32(avx2_sums(in, taps, c),
						     avx2_sums(in, taps, d));
		__m256i sums = _mm256_packs_epi32(
			_mm256_srai_epi32(ab, RESAMPLE_TAPS_BITS),
			_mm256_srai_epi32(cd, RESAMPLE_TAPS_BITS));

		sums = _mm256_packus_epi16(sums, sums);
		_mm_storeu_si128(
			(void *)out,
			_mm_unpacklo_epi16(_mm256_castsi256_si128(sums),
					   _mm256_extracti128_si256(sums, 1)));
	}
}

/* Returns eight sums that add up to that of one output sample, 16 input samples
   in each step. */
AVX2 static inline __m256i avx2_plane_sums(const uint8_t *in,
					   const struct resample_taps *taps,
					   uint32_t x)
{
	const int16_t *k = resample_taps_coefficients(taps, x);
	const uint32_t used = taps->used[x];
	__m256i sums = _mm256_setzero_si256();

	in += taps->first[x];
	for (uint32_t i = 0; i < used; i += 16) {
		const __m256i samples = _mm256_cvtepu8_epi16(
			_mm_loadu_si128((const void *)(in + i)));
		const __m256i sixteen =
			_mm256_loadu_si256((const void *)(k + i));

		sums = _mm256_add_epi32(sums,
					_mm256_madd_epi16(samples, sixteen));
	}
	return sums;
}

/* Four output samples in each step; the last step repeats the last sample. */
AVX2 static void avx2_plane_row(uint8_t *out, const uint8_t *in,
				const struct resample_taps *taps)
{
	const __m128i half = _mm_set1_epi32(RESAMPLE_TAPS_HALF);
	const uint32_t last = taps->count - 1;

	for (uint32_t x = 0; x <= last; x += 4, out += 4) {
		const uint32_t b = x + 1 < last ? x + 1 : last;
		const uint32_t c = x + 2 < last ? x + 2 : last;
		const uint32_t d = x + 3 < last ? x + 3 : last;
		const __m256i ab =
			_mm256_hadd_epi32(avx2_plane_sums(in, taps, x),
					  avx2_plane_sums(in, taps, b));
		const __m256i cd =
			_mm256_hadd_epi32(avx2_plane_sums(in, taps, c),
					  avx2_plane_sums(in, taps, d));
		const __m256i both = _mm256_hadd_epi32(ab, cd);
		__m128i sums = _mm_add_epi32(_mm256_castsi256_si128(both),
					     _mm256_extracti128_si256(both, 1));
		int32_t samples;

		sums = _mm_srai_epi32(_mm_add_epi32(sums, half),
				      RESAMPLE_TAPS_BITS);
		sums = _mm_packs_epi32(sums, sums);
		samples = _mm_cvtsi128_si32(_mm_packus_epi16(sums, sums));
		memcpy(out, &samples, sizeof(samples));
	}
}
#endif

static const struct resample_filter filters[] = {
	{ "plain", plain_columns, plain_row, plain_plane_row },
#ifdef __SSE2__
	{ "SSE2", sse2_columns, sse2_row, sse2_plane_row },
	{ "AVX2", avx2_columns, avx2_row, avx2_plane_row },
#endif
};

size_t resample_filters(const struct resample_filter **all)
{
	*all = filters;
#ifdef __SSE2__
	if (!__builtin_cpu_supports("avx2"))
		return ARRAY_LEN(filters) - 1;
#endif
	return ARRAY_LEN(filters);
}

const struct resample_filter *resample_filter(void)
{
	const struct resample_filter *all;
	const size_t count = resample_filters(&all);

	return &all[count - 1];
}
