/* png_samples.c: converts a PNG's samples to pixels. */
#include "config.h"

#include "lib/picture/png_samples.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "lib/picture/bitmap.h"
#include "lib/picture/bytes.h"
#include "lib/picture/tone_curves.h"

/* Pixels that are converted at once if two steps are needed. With 1-bit
   samples, this number of pixels ends at a byte. */
enum { CHUNK = 256 };

static void multiply_plain(uint8_t *out, const uint8_t *in, uint32_t count)
{
	for (; count; count--, out += 4, in += 4) {
		const uint8_t alpha = in[3];

		for (int i = 0; i < 3; i++)
			out[i] = bitmap_product(in[i], alpha);
		out[3] = alpha;
	}
}

#ifdef __SSE2__
/* Multiplies two pixels of 16 bits a sample by alpha, like bitmap_product(). */
static __m128i multiply_pair(__m128i pixels)
{
	const __m128i one = _mm_set1_epi16(1), half = _mm_set1_epi16(127);
	const __m128i alpha_lanes = _mm_set1_epi64x(0xff000000000000);
	const __m128i alphas = _mm_or_si128(
		alpha_lanes,
		_mm_shufflehi_epi16(_mm_shufflelo_epi16(pixels, 0xff), 0xff));
	const __m128i x = _mm_add_epi16(_mm_mullo_epi16(pixels, alphas), half);
	const __m128i carry = _mm_add_epi16(_mm_srli_epi16(x, 8), one);

	return _mm_srli_epi16(_mm_add_epi16(x, carry), 8);
}

static void multiply(uint8_t *out, const uint8_t *in, uint32_t count)
{
	const __m128i zero = _mm_setzero_si128();
	const __m128i opaque = _mm_set1_epi32((int)0xff000000);

	for (; count >= 4; count -= 4, out += 16, in += 16) {
		__m128i pixels = _mm_loadu_si128((const void *)in);
		const __m128i alphas = _mm_and_si128(pixels, opaque);

		if (_mm_movemask_epi8(_mm_cmpeq_epi32(alphas, opaque)) !=
		    0xffff)
			pixels = _mm_packus_epi16(
				multiply_pair(_mm_unpacklo_epi8(pixels, zero)),
				multiply_pair(_mm_unpackhi_epi8(pixels, zero)));
		_mm_storeu_si128((void *)out, pixels);
	}
	multiply_plain(out, in, count);
}
#else
static void multiply(uint8_t *out, const uint8_t *in, uint32_t count)
{
	multiply_plain(out, in, count);
}
#endif

static unsigned largest(const struct png_samples *samples)
{
	return (1u << samples->depth) - 1;
}

static void make_grays(struct png_samples *samples)
{
	const unsigned most = largest(samples);

	for (unsigned value = 0; value <= most; value++) {
		const bool is_key =
			samples->has_key && value == (samples->key[0] & most);

		memset(samples->values[value], (int)(value * 255 / most), 3);
		samples->values[value][3] = is_key ? 0 : 255;
	}
}

static bool is_table(const struct png_samples *samples)
{
	return samples->channels == 1 && samples->depth <= 8;
}

void png_samples_init(struct png_samples *samples)
{
	if (!is_table(samples))
		return;
	if (!samples->colours)
		make_grays(samples);
	multiply(samples->multiplied[0], samples->values[0], 256);
}

static bool has_alpha_channel(const struct png_samples *samples)
{
	return samples->channels % 2 == 0;
}

bool png_samples_has_alpha(const struct png_samples *samples)
{
	bool found = has_alpha_channel(samples) || samples->has_key;

	for (int i = 0; i < samples->colours; i++)
		found |= samples->values[i][3] < 255;
	return found;
}

size_t png_samples_row_len(const struct png_samples *samples, uint32_t width)
{
	const size_t bits = samples->channels * samples->depth;

	return bits < 8 ? (width * bits + 7) / 8 : width * (bits / 8);
}

unsigned png_samples_step(const struct png_samples *samples)
{
	return (samples->channels * samples->depth + 7) / 8;
}

void png_samples_unpack(uint8_t *out, const struct png_samples *samples,
			const uint8_t *in, uint32_t count)
{
	const unsigned depth = samples->depth, most = largest(samples);
	unsigned shift = 8;

	for (; count; count--) {
		shift -= depth;
		*out++ = (uint8_t)(*in >> shift & most);
		if (!shift) {
			shift = 8;
			in++;
		}
	}
}

static void look_up(uint8_t *out, const struct png_samples *samples,
		    const uint8_t *in, uint32_t count)
{
	for (; count; count--, out += 4, in++)
		memcpy(out, samples->multiplied[*in], 4);
}

static void unpack_and_look_up(uint8_t *out, const struct png_samples *samples,
			       const uint8_t *in, uint32_t count)
{
	uint8_t values[CHUNK];

	while (count) {
		const uint32_t some = count < CHUNK ? count : CHUNK;

		png_samples_unpack(values, samples, in, some);
		look_up(out, samples, values, some);
		in += some * samples->depth / 8;
		out += 4 * (size_t)some;
		count -= some;
	}
}

static void add_alpha(uint8_t *out, const uint8_t *in, uint32_t count)
{
	for (; count; count--, out += 4, in += 3) {
		memcpy(out, in, 4);
		out[3] = 255;
	}
}

static uint16_t sample(const struct png_samples *samples, const uint8_t *at,
		       unsigned i)
{
	return samples->depth == 16 ? be16(at + 2 * (size_t)i)
				    : (uint16_t)(at[i] * 257);
}

/* For samples of 8 bits, only the lower half of the key counts. */
static bool is_key(const struct png_samples *samples, const uint8_t *at)
{
	if (!samples->has_key)
		return false;
	for (unsigned i = 0; i < samples->channels; i++)
		if (samples->depth == 16
			    ? be16(at + 2 * (size_t)i) != samples->key[i]
			    : at[i] != (samples->key[i] & 255))
			return false;
	return true;
}

static uint16_t alpha_of(const struct png_samples *samples, const uint8_t *at)
{
	if (has_alpha_channel(samples))
		return sample(samples, at, samples->channels - 1);
	return is_key(samples, at) ? 0 : 65535;
}

static void widen(uint16_t *out, const struct png_samples *samples,
		  const uint8_t *in, uint32_t count)
{
	uint8_t values[CHUNK];

	for (uint32_t i = 0; i < count; i++, out += 4) {
		const uint32_t at = i % CHUNK;

		if (!at)
			png_samples_unpack(
				values, samples, in + i * samples->depth / 8,
				count - i < CHUNK ? count - i : CHUNK);
		for (int j = 0; j < 4; j++)
			out[j] = (uint16_t)(samples->values[values[at]][j] *
					    257);
	}
}

void png_samples_to_rgba_16(uint16_t *out, const struct png_samples *samples,
			    const uint8_t *in, uint32_t count)
{
	const bool is_gray = samples->channels <= 2;
	const size_t step = png_samples_step(samples);

	if (is_table(samples)) {
		widen(out, samples, in, count);
		return;
	}
	for (uint32_t i = 0; i < count; i++, in += step) {
		uint16_t *pixel = out + 4 * (size_t)i;

		pixel[0] = sample(samples, in, 0);
		pixel[1] = is_gray ? pixel[0] : sample(samples, in, 1);
		pixel[2] = is_gray ? pixel[0] : sample(samples, in, 2);
		pixel[3] = alpha_of(samples, in);
	}
	if (samples->curves)
		tone_curves_apply(samples->curves, out, count);
}

static void narrow(uint8_t *out, const uint16_t *in, size_t count)
{
	for (size_t i = 0; i < count; i++)
		out[i] = (uint8_t)((in[i] * 255u + 32895) >> 16);
}

static void convert_by_16(uint8_t *out, const struct png_samples *samples,
			  const uint8_t *in, uint32_t count)
{
	const size_t step = png_samples_step(samples);
	uint16_t pixels[CHUNK * 4];

	while (count) {
		const uint32_t some = count < CHUNK ? count : CHUNK;

		png_samples_to_rgba_16(pixels, samples, in, some);
		narrow(out, pixels, 4 * (size_t)some);
		multiply(out, out, some);
		in += some * step;
		out += 4 * (size_t)some;
		count -= some;
	}
}

void png_samples_to_rgba(uint8_t *out, const struct png_samples *samples,
			 const uint8_t *in, uint32_t count)
{
	const bool is_8 = samples->depth == 8 && !samples->has_key;

	if (is_table(samples) && samples->depth == 8)
		look_up(out, samples, in, count);
	else if (is_table(samples))
		unpack_and_look_up(out, samples, in, count);
	else if (is_8 && samples->channels == 3)
		add_alpha(out, in, count);
	else if (is_8 && samples->channels == 4)
		multiply(out, in, count);
	else
		convert_by_16(out, samples, in, count);
}
