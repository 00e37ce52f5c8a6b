/* jpeg_dct.c: inverse DCT of JPEG coefficients to a reduced size. */
#include "config.h"

#include "lib/picture/jpeg_dct.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/*
 * The transform of N samples uses only the lowest N coefficients. Both
 * directions leave out a factor of 2 * sqrt(2), which the end applies. One
 * direction multiplies a coefficient by at most 7.5, so 16 bits are enough
 * between both.
 */
enum {
	FRACTION = 12, /* bits of the constants */
	MORE = 1,      /* extra bits of precision between columns and rows */
	ONE = 1 << FRACTION,
	/* sqrt(2) * cos(n * pi / 16) */
	C1 = 5681,
	C2 = 5352,
	C3 = 4816,
	C5 = 3218,
	C6 = 2217,
	C7 = 1130
};

static void transform_2(int32_t out[2], const int32_t in[2])
{
	out[0] = (in[0] + in[1]) * ONE;
	out[1] = (in[0] - in[1]) * ONE;
}

/* The inputs are coefficients 0, 1, 2 and 3 of four, or 0, 2, 4 and 6 of
   eight. */
static void transform_4(int32_t out[4], int32_t a, int32_t b, int32_t c,
			int32_t d)
{
	const int32_t even[] = { (a + c) * ONE, (a - c) * ONE };
	const int32_t odd[] = { b * C2 + d * C6, b * C6 - d * C2 };

	out[0] = even[0] + odd[0];
	out[1] = even[1] + odd[1];
	out[2] = even[1] - odd[1];
	out[3] = even[0] - odd[0];
}

static void transform_8(int32_t out[8], const int32_t in[8])
{
	const int32_t a = in[1], b = in[3], c = in[5], d = in[7];
	const int32_t odd[] = {
		a * C1 + b * C3 + c * C5 + d * C7,
		a * C3 - b * C7 - c * C1 - d * C5,
		a * C5 - b * C1 + c * C7 + d * C3,
		a * C7 - b * C5 + c * C3 - d * C1,
	};
	int32_t even[4];

	transform_4(even, in[0], in[2], in[4], in[6]);
	for (int i = 0; i < 4; i++) {
		out[i] = even[i] + odd[i];
		out[7 - i] = even[i] - odd[i];
	}
}

static void transform(int32_t out[8], const int32_t in[8], unsigned count)
{
	switch (count) {
	case 1:
		out[0] = in[0] * ONE;
		break;
	case 2:
		transform_2(out, in);
		break;
	case 4:
		transform_4(out, in[0], in[1], in[2], in[3]);
		break;
	default:
		transform_8(out, in);
	}
}

static int32_t rounded(int32_t value, unsigned bits)
{
	return (value + (1 << (bits - 1))) >> bits;
}

static void transform_column(int32_t *out, const int16_t *block, unsigned x,
			     unsigned rows)
{
	int32_t in[8] = { 0 }, column[8];

	for (unsigned v = 0; v < rows; v++)
		in[v] = block[v * 8 + x];
	transform(column, in, rows);
	for (unsigned y = 0; y < rows; y++)
		out[y * 8 + x] = rounded(column[y], FRACTION - MORE);
}

static void transform_row(uint8_t *out, const int32_t *in, unsigned columns)
{
	int32_t row[8];

	transform(row, in, columns);
	for (unsigned x = 0; x < columns; x++)
		out[x] = jpeg_clamp(rounded(row[x], FRACTION + MORE + 3) + 128);
}

static void plain_block(uint8_t *out, size_t stride, const int16_t *block,
			unsigned columns, unsigned rows)
{
	int32_t work[8 * 8] = { 0 };

	for (unsigned x = 0; x < columns; x++)
		transform_column(work, block, x, rows);
	for (unsigned y = 0; y < rows; y++)
		transform_row(out + y * stride, work + (size_t)y * 8, columns);
}

/* Has no multiplications, so it needs no rounding between both directions. */
static void block_2x2(uint8_t *out, size_t stride, const int16_t *block)
{
	const int32_t left[] = { block[0] + block[8], block[0] - block[8] };
	const int32_t right[] = { block[1] + block[9], block[1] - block[9] };

	for (size_t y = 0; y < 2; y++) {
		out[y * stride] =
			jpeg_clamp(rounded(left[y] + right[y], 3) + 128);
		out[y * stride + 1] =
			jpeg_clamp(rounded(left[y] - right[y], 3) + 128);
	}
}

#ifdef __SSE2__
static __m128i weigh(__m128i pairs, int first, int second)
{
	return _mm_madd_epi16(pairs,
			      _mm_set1_epi32((int)((uint32_t)second << 16 |
						   (uint16_t)first)));
}

static __m128i round_4(__m128i values, int bits)
{
	return _mm_srai_epi32(
		_mm_add_epi32(values, _mm_set1_epi32(1 << (bits - 1))), bits);
}

/* Like transform_4(), for four columns. The pairs are coefficients 0 and 2, 1
   and 3. */
static void columns_4(__m128i out[4], __m128i even, __m128i odd)
{
	const __m128i e0 = weigh(even, ONE, ONE), e1 = weigh(even, ONE, -ONE);
	const __m128i o0 = weigh(odd, C2, C6), o1 = weigh(odd, C6, -C2);

	out[0] = _mm_add_epi32(e0, o0);
	out[1] = _mm_add_epi32(e1, o1);
	out[2] = _mm_sub_epi32(e1, o1);
	out[3] = _mm_sub_epi32(e0, o0);
}

/* Transforms four rows of four 16-bit values, two in each vector, by column,
   and transposes them. */
static void pass_4(__m128i rows[2], int bits)
{
	const __m128i even = _mm_unpacklo_epi16(rows[0], rows[1]);
	const __m128i odd = _mm_unpackhi_epi16(rows[0], rows[1]);
	__m128i sums[4], low, high, first, second;

	columns_4(sums, even, odd);
	low = _mm_packs_epi32(round_4(sums[0], bits), round_4(sums[1], bits));
	high = _mm_packs_epi32(round_4(sums[2], bits), round_4(sums[3], bits));
	first = _mm_unpacklo_epi16(low, high);
	second = _mm_unpackhi_epi16(low, high);
	rows[0] = _mm_unpacklo_epi16(first, second);
	rows[1] = _mm_unpackhi_epi16(first, second);
}

static __m128i load_rows_4(const int16_t *block)
{
	return _mm_unpacklo_epi64(_mm_loadl_epi64((const void *)block),
				  _mm_loadl_epi64((const void *)(block + 8)));
}

static void block_4x4(uint8_t *out, size_t stride, const int16_t *block)
{
	const __m128i middle = _mm_set1_epi16(128);
	__m128i rows[] = { load_rows_4(block), load_rows_4(block + 16) };
	uint8_t samples[16];

	pass_4(rows, FRACTION - MORE);
	pass_4(rows, FRACTION + MORE + 3);
	_mm_storeu_si128((void *)samples,
			 _mm_packus_epi16(_mm_add_epi16(rows[0], middle),
					  _mm_add_epi16(rows[1], middle)));
	for (size_t y = 0; y < 4; y++)
		memcpy(out + y * stride, samples + y * 4, 4);
}

/* Like transform_8(), for four columns. The pairs are coefficients 0 and 4, 2
   and 6, 1 and 3, 5 and 7. */
static void columns_8(__m128i out[8], const __m128i pairs[4], int bits)
{
	const __m128i b = pairs[2], d = pairs[3];
	const __m128i odd[] = {
		_mm_add_epi32(weigh(b, C1, C3), weigh(d, C5, C7)),
		_mm_add_epi32(weigh(b, C3, -C7), weigh(d, -C1, -C5)),
		_mm_add_epi32(weigh(b, C5, -C1), weigh(d, C7, C3)),
		_mm_add_epi32(weigh(b, C7, -C5), weigh(d, C3, -C1)),
	};
	__m128i even[4];

	columns_4(even, pairs[0], pairs[1]);
	for (int i = 0; i < 4; i++) {
		out[i] = round_4(_mm_add_epi32(even[i], odd[i]), bits);
		out[7 - i] = round_4(_mm_sub_epi32(even[i], odd[i]), bits);
	}
}

static void exchange_8(__m128i r[8])
{
	__m128i a[8], b[8];

	for (int i = 0; i < 4; i++) {
		a[2 * i] = _mm_unpacklo_epi16(r[i], r[i + 4]);
		a[2 * i + 1] = _mm_unpackhi_epi16(r[i], r[i + 4]);
	}
	for (int i = 0; i < 4; i++) {
		b[2 * i] = _mm_unpacklo_epi16(a[i], a[i + 4]);
		b[2 * i + 1] = _mm_unpackhi_epi16(a[i], a[i + 4]);
	}
	for (int i = 0; i < 4; i++) {
		r[2 * i] = _mm_unpacklo_epi16(b[i], b[i + 4]);
		r[2 * i + 1] = _mm_unpackhi_epi16(b[i], b[i + 4]);
	}
}

static void pass_8(__m128i rows[8], int bits)
{
	const __m128i low_pairs[] = { _mm_unpacklo_epi16(rows[0], rows[4]),
				      _mm_unpacklo_epi16(rows[2], rows[6]),
				      _mm_unpacklo_epi16(rows[1], rows[3]),
				      _mm_unpacklo_epi16(rows[5], rows[7]) };
	const __m128i high_pairs[] = { _mm_unpackhi_epi16(rows[0], rows[4]),
				       _mm_unpackhi_epi16(rows[2], rows[6]),
				       _mm_unpackhi_epi16(rows[1], rows[3]),
				       _mm_unpackhi_epi16(rows[5], rows[7]) };
	__m128i low[8], high[8];

	columns_8(low, low_pairs, bits);
	columns_8(high, high_pairs, bits);
	for (int i = 0; i < 8; i++)
		rows[i] = _mm_packs_epi32(low[i], high[i]);
	exchange_8(rows);
}

static void block_8x8(uint8_t *out, size_t stride, const int16_t *block)
{
	const __m128i middle = _mm_set1_epi16(128);
	__m128i rows[8];

	for (size_t v = 0; v < 8; v++)
		rows[v] = _mm_loadu_si128((const void *)(block + v * 8));
	pass_8(rows, FRACTION - MORE);
	pass_8(rows, FRACTION + MORE + 3);
	for (size_t y = 0; y < 8; y++) {
		const __m128i row = _mm_add_epi16(rows[y], middle);

		_mm_storel_epi64((void *)(out + y * stride),
				 _mm_packus_epi16(row, row));
	}
}
#else
static void block_4x4(uint8_t *out, size_t stride, const int16_t *block)
{
	plain_block(out, stride, block, 4, 4);
}

static void block_8x8(uint8_t *out, size_t stride, const int16_t *block)
{
	plain_block(out, stride, block, 8, 8);
}
#endif

static void fill(uint8_t *out, size_t stride, int16_t coefficient,
		 unsigned columns, unsigned rows)
{
	const uint8_t sample = jpeg_clamp(rounded(coefficient, 3) + 128);

	for (unsigned y = 0; y < rows; y++)
		for (unsigned x = 0; x < columns; x++)
			out[y * stride + x] = sample;
}

void jpeg_inverse_dct(uint8_t *out, size_t stride, const int16_t block[64],
		      unsigned columns, unsigned rows, unsigned used)
{
	if (used == 1)
		fill(out, stride, block[0], columns, rows);
	else if (columns == 2 && rows == 2)
		block_2x2(out, stride, block);
	else if (columns == 4 && rows == 4)
		block_4x4(out, stride, block);
	else if (columns == 8 && rows == 8)
		block_8x8(out, stride, block);
	else
		plain_block(out, stride, block, columns, rows);
}
