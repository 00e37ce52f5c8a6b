/* png_filter.c: reverses the filters of a PNG's rows. */
#include "config.h"

#include "lib/picture/png_filter.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { NONE, SUB, UP, AVERAGE, PAETH };

static void undo_sub(uint8_t *row, size_t len, unsigned step)
{
	for (size_t i = step; i < len; i++)
		row[i] = (uint8_t)(row[i] + row[i - step]);
}

static void undo_average(uint8_t *row, const uint8_t *above, size_t len,
			 unsigned step)
{
	for (size_t i = 0; i < len; i++) {
		const unsigned left = i < step ? 0 : row[i - step];

		row[i] = (uint8_t)(row[i] + (left + above[i]) / 2);
	}
}

/* The predictor of W3C PNG 9.4 without branches: the position of `limit` among
   the three values gives their distances from left + above - corner. */
static uint8_t paeth(int left, int above, int corner)
{
	const int limit = 3 * corner - left - above;
	const int low = left < above ? left : above;
	const int high = left < above ? above : left;
	const int nearest = high <= limit ? low : corner;

	return (uint8_t)(limit <= low ? high : nearest);
}

static void undo_paeth(uint8_t *row, const uint8_t *above, size_t len,
		       unsigned step)
{
	for (size_t i = 0; i < len; i++) {
		const bool is_first = i < step;

		row[i] = (uint8_t)(row[i] +
				   paeth(is_first ? 0 : row[i - step], above[i],
					 is_first ? 0 : above[i - step]));
	}
}

#ifdef __SSE2__
static void undo_up(uint8_t *row, const uint8_t *above, size_t len)
{
	for (size_t i = 0; i < len; i += 16) {
		const __m128i a = _mm_loadu_si128((const void *)(row + i));
		const __m128i b = _mm_loadu_si128((const void *)(above + i));

		_mm_storeu_si128((void *)(row + i), _mm_add_epi8(a, b));
	}
}

/* Loads one pixel of up to 4 bytes. */
static __m128i load(const uint8_t *at)
{
	int32_t pixel;

	memcpy(&pixel, at, sizeof(pixel));
	return _mm_cvtsi32_si128(pixel);
}

/* With 3 bytes a pixel, the fourth byte is wrong until the next pixel is
   stored. */
static void store(uint8_t *at, __m128i pixel)
{
	const int32_t bytes = _mm_cvtsi128_si32(pixel);

	memcpy(at, &bytes, sizeof(bytes));
}

static inline void undo_sub_fast(uint8_t *row, size_t len, size_t step)
{
	__m128i left = _mm_setzero_si128(), next = load(row);

	for (size_t i = 0; i < len; i += step) {
		const __m128i pixel = next;

		next = load(row + i + step);
		left = _mm_add_epi8(pixel, left);
		store(row + i, left);
	}
}

static inline void undo_average_fast(uint8_t *row, const uint8_t *above,
				     size_t len, size_t step)
{
	const __m128i one = _mm_set1_epi8(1);
	__m128i left = _mm_setzero_si128(), next = load(row);

	for (size_t i = 0; i < len; i += step) {
		const __m128i pixel = next, up = load(above + i);
		/* The instruction rounds up, but PNG rounds down. */
		const __m128i odd = _mm_and_si128(_mm_xor_si128(left, up), one);

		next = load(row + i + step);
		left = _mm_sub_epi8(_mm_avg_epu8(left, up), odd);
		left = _mm_add_epi8(pixel, left);
		store(row + i, left);
	}
}

/* The values of a pixel that do not depend on the pixel on its left. */
struct ready {
	__m128i pixel, above, corner;
	__m128i part; /* part of the limit in paeth() */
};

/*
 * Adds the prediction of paeth() to the pixel. If both conditions hold, low is
 * high. Each step depends on the previous one, so there are as few as possible:
 * the pixel is added before the choice, and saturating subtraction keeps the
 * compiler from reordering.
 */
static __m128i add_paeth(const struct ready *ready, __m128i left)
{
	const __m128i limit = _mm_subs_epi16(ready->part, left);
	const __m128i low = _mm_min_epi16(left, ready->above);
	const __m128i high = _mm_max_epi16(left, ready->above);
	const __m128i not_low = _mm_cmpgt_epi16(high, limit);
	const __m128i not_high = _mm_cmpgt_epi16(limit, low);
	const __m128i either = _mm_or_si128(
		_mm_andnot_si128(not_low, _mm_add_epi8(low, ready->pixel)),
		_mm_andnot_si128(not_high, _mm_add_epi8(high, ready->pixel)));
	const __m128i neither =
		_mm_and_si128(not_high, _mm_and_si128(not_low, ready->corner));

	return _mm_or_si128(either, neither);
}

static inline void undo_paeth_fast(uint8_t *row, const uint8_t *above,
				   size_t len, size_t step)
{
	const __m128i zero = _mm_setzero_si128();
	__m128i left = zero, corner = zero, next = load(row);

	for (size_t i = 0; i < len; i += step) {
		const __m128i pixel = _mm_unpacklo_epi8(next, zero);
		const __m128i up = _mm_unpacklo_epi8(load(above + i), zero);
		const struct ready ready = {
			pixel, up, _mm_add_epi8(corner, pixel),
			_mm_subs_epi16(
				_mm_add_epi16(_mm_add_epi16(corner, corner),
					      corner),
				up)
		};

		next = load(row + i + step);
		left = add_paeth(&ready, left);
		store(row + i, _mm_packus_epi16(left, left));
		corner = up;
	}
}

/* With a constant size, the steps are a third faster. */
#define UNDO(name, step)                                                       \
	static void undo_##name(uint8_t *row, const uint8_t *above,            \
				size_t len, unsigned filter)                   \
	{                                                                      \
		switch (filter) {                                              \
		case SUB:                                                      \
			undo_sub_fast(row, len, step);                         \
			break;                                                 \
		case AVERAGE:                                                  \
			undo_average_fast(row, above, len, step);              \
			break;                                                 \
		case PAETH:                                                    \
			undo_paeth_fast(row, above, len, step);                \
			break;                                                 \
		}                                                              \
	}
UNDO(of_3, 3)
UNDO(of_4, 4)
#else
static void undo_up(uint8_t *row, const uint8_t *above, size_t len)
{
	for (size_t i = 0; i < len; i++)
		row[i] = (uint8_t)(row[i] + above[i]);
}
#endif

static void undo_of_any(uint8_t *row, const uint8_t *above, size_t len,
			unsigned filter, unsigned step)
{
	switch (filter) {
	case SUB:
		undo_sub(row, len, step);
		break;
	case AVERAGE:
		undo_average(row, above, len, step);
		break;
	case PAETH:
		undo_paeth(row, above, len, step);
		break;
	}
}

bool png_filter_undo(uint8_t *row, const uint8_t *above, size_t len,
		     unsigned filter, unsigned step)
{
	if (filter > PAETH)
		return false;
	if (filter == UP)
		undo_up(row, above, len);
#ifdef __SSE2__
	else if (step == 3)
		undo_of_3(row, above, len, filter);
	else if (step == 4)
		undo_of_4(row, above, len, filter);
#endif
	else
		undo_of_any(row, above, len, filter, step);
	return true;
}
