/* png_filter_choose.c: filters the rows of a PNG for writing. */
#include "config.h"

#include "lib/picture/png_filter_choose.h"

#include <stdlib.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "lib/base/util.h"

#define INLINE static inline __attribute__((always_inline))

enum { NONE, SUB, UP, AVERAGE, PAETH, FILTERS };

/* The predictor of W3C PNG 9.4. */
static int paeth(int left, int above, int corner)
{
	const int from_left = abs(above - corner);
	const int from_above = abs(left - corner);
	const int from_corner = abs(left + above - 2 * corner);

	if (from_left <= from_above && from_left <= from_corner)
		return left;
	return from_above <= from_corner ? above : corner;
}

INLINE uint8_t filter_byte(const struct png_filter_input *input, size_t i,
			   unsigned filter)
{
	const int pixel = input->row[i], above = input->above[i];
	const int left = (input->row - input->step)[i];
	const int corner = (input->above - input->step)[i];

	switch (filter) {
	case SUB:
		return (uint8_t)(pixel - left);
	case UP:
		return (uint8_t)(pixel - above);
	case AVERAGE:
		return (uint8_t)(pixel - (left + above) / 2);
	case PAETH:
		return (uint8_t)(pixel - paeth(left, above, corner));
	default:
		return (uint8_t)pixel;
	}
}

#ifdef __SSE2__
enum { VECTOR = 16 };

INLINE __m128i load(const uint8_t *at)
{
	return _mm_loadu_si128((const void *)at);
}

INLINE __m128i choose(__m128i mask, __m128i yes, __m128i no)
{
	return _mm_or_si128(_mm_and_si128(mask, yes),
			    _mm_andnot_si128(mask, no));
}

INLINE __m128i is_at_most(__m128i a, __m128i b)
{
	return _mm_cmpeq_epi8(_mm_min_epu8(a, b), a);
}

INLINE __m128i difference(__m128i a, __m128i b)
{
	return _mm_sub_epi8(_mm_max_epu8(a, b), _mm_min_epu8(a, b));
}

/* The instruction rounds up, but PNG rounds down. */
INLINE __m128i average(__m128i left, __m128i above)
{
	const __m128i odd =
		_mm_and_si128(_mm_xor_si128(left, above), _mm_set1_epi8(1));

	return _mm_sub_epi8(_mm_avg_epu8(left, above), odd);
}

/* Like paeth(). The distance of the corner is the sum of the other two
   distances if the corner is below both values or above both; else it is their
   difference. A carry is not needed, so 8 bits are enough. */
INLINE __m128i predict_paeth(__m128i left, __m128i above, __m128i corner)
{
	const __m128i from_left = difference(above, corner);
	const __m128i from_above = difference(left, corner);
	const __m128i is_outside = _mm_cmpeq_epi8(is_at_most(corner, left),
						  is_at_most(corner, above));
	const __m128i from_corner =
		choose(is_outside, _mm_adds_epu8(from_left, from_above),
		       difference(from_left, from_above));
	const __m128i is_left =
		_mm_and_si128(is_at_most(from_left, from_above),
			      is_at_most(from_left, from_corner));

	return choose(
		is_left, left,
		choose(is_at_most(from_above, from_corner), above, corner));
}

INLINE __m128i filter_vector(const struct png_filter_input *input, size_t i,
			     unsigned filter)
{
	const __m128i pixel = load(input->row + i);
	const __m128i above = load(input->above + i);
	const __m128i left = load(input->row - input->step + i);
	const __m128i corner = load(input->above - input->step + i);

	switch (filter) {
	case SUB:
		return _mm_sub_epi8(pixel, left);
	case UP:
		return _mm_sub_epi8(pixel, above);
	case AVERAGE:
		return _mm_sub_epi8(pixel, average(left, above));
	case PAETH:
		return _mm_sub_epi8(pixel, predict_paeth(left, above, corner));
	default:
		return pixel;
	}
}

/* Handles whole vectors; returns the index of the first byte after them. */
INLINE size_t sum_vectors(uint64_t *sum, const struct png_filter_input *input,
			  unsigned filter)
{
	const __m128i zero = _mm_setzero_si128();
	__m128i sums = zero;
	uint64_t halves[2];
	size_t i = 0;

	for (; i + VECTOR <= input->len; i += VECTOR) {
		const __m128i bytes = filter_vector(input, i, filter);
		const __m128i sizes =
			_mm_min_epu8(bytes, _mm_sub_epi8(zero, bytes));

		sums = _mm_add_epi64(sums, _mm_sad_epu8(sizes, zero));
	}
	_mm_storeu_si128((void *)halves, sums);
	*sum = halves[0] + halves[1];
	return i;
}

INLINE size_t apply_vectors(uint8_t *out, const struct png_filter_input *input,
			    unsigned filter)
{
	size_t i = 0;

	for (; i + VECTOR <= input->len; i += VECTOR)
		_mm_storeu_si128((void *)(out + i),
				 filter_vector(input, i, filter));
	return i;
}
#else
INLINE size_t sum_vectors(uint64_t *sum, const struct png_filter_input *input,
			  unsigned filter)
{
	(void)input, (void)filter;
	*sum = 0;
	return 0;
}

INLINE size_t apply_vectors(uint8_t *out, const struct png_filter_input *input,
			    unsigned filter)
{
	(void)out, (void)input, (void)filter;
	return 0;
}
#endif

INLINE uint64_t sum_row(const struct png_filter_input *input, unsigned filter)
{
	uint64_t sum;
	size_t i = sum_vectors(&sum, input, filter);

	for (; i < input->len; i++) {
		const unsigned byte = filter_byte(input, i, filter);

		sum += byte < 128 ? byte : 256 - byte;
	}
	return sum;
}

INLINE void apply_row(uint8_t *out, const struct png_filter_input *input,
		      unsigned filter)
{
	size_t i = apply_vectors(out, input, filter);

	for (; i < input->len; i++)
		out[i] = filter_byte(input, i, filter);
}

/* With a constant filter, the choice is outside the loop. */
#define FILTER(name, number)                                                   \
	static uint64_t sum_##name(const struct png_filter_input *input)       \
	{                                                                      \
		return sum_row(input, number);                                 \
	}                                                                      \
	static void apply_##name(uint8_t *out,                                 \
				 const struct png_filter_input *input)         \
	{                                                                      \
		apply_row(out, input, number);                                 \
	}
FILTER(none, NONE)
FILTER(sub, SUB)
FILTER(up, UP)
FILTER(average, AVERAGE)
FILTER(paeth, PAETH)

/* clang-format off */
static const struct {
	uint64_t (*sum)(const struct png_filter_input *input);
	void (*apply)(uint8_t *out, const struct png_filter_input *input);
} filters[] = {
	[NONE]    = { sum_none,    apply_none },
	[SUB]     = { sum_sub,     apply_sub },
	[UP]      = { sum_up,      apply_up },
	[AVERAGE] = { sum_average, apply_average },
	[PAETH]   = { sum_paeth,   apply_paeth },
};
/* clang-format on */
_Static_assert(ARRAY_LEN(filters) == FILTERS, "every filter needs a row");

void png_filter_choose(uint8_t *out, const struct png_filter_input *input)
{
	uint64_t least = UINT64_MAX;

	for (unsigned i = 0; i < FILTERS; i++) {
		const uint64_t sum = filters[i].sum(input);

		if (sum < least) {
			least = sum;
			out[0] = (uint8_t)i;
		}
	}
	filters[out[0]].apply(out + 1, input);
}
