/* thumbhash.c: makes ThumbHashes. */
#include "config.h"

#include "lib/picture/thumbhash.h"

#include <math.h>
#include <stdbool.h>

enum {
	MAX_PIXELS = THUMBHASH_MAX_SIDE * THUMBHASH_MAX_SIDE,
	FREQUENCIES = 7,
	LANES = 8, /* for vectors: the last is not used */
	MAX_TERMS = FREQUENCIES * (FREQUENCIES + 1) / 2
};

/* Brightness, yellow against blue, red against green, and alpha. */
enum { L, P, Q, A, CHANNELS };

struct picture {
	uint32_t width, height;
	bool alpha;
	double pixels[CHANNELS][MAX_PIXELS];
	double across[THUMBHASH_MAX_SIDE][LANES]; /* cosines */
	double down[THUMBHASH_MAX_SIDE][LANES];
};

/* The coefficients of a channel's cosine transform. */
struct transform {
	double constant;
	double varying[MAX_TERMS]; /* from 0 to 1 */
	unsigned count;
	double scale;
};

struct writer {
	uint8_t *bytes;
	unsigned start, nibbles;
};

/* As JavaScript rounds. */
static unsigned nearest(double number)
{
	const double below = floor(number);

	return (unsigned)(number - below >= 0.5 ? below + 1 : below);
}

static double most(double a, double b)
{
	return a > b ? a : b;
}

/* The mean of red, green and blue, weighted by alpha. Returns the sum of
   alpha. */
static double average(double mean[3], const uint8_t *rgba, uint32_t count)
{
	double sum = 0;

	mean[0] = mean[1] = mean[2] = 0;
	for (uint32_t i = 0; i < count; i++, rgba += 4) {
		const double alpha = rgba[3] / 255.0;

		for (int c = 0; c < 3; c++)
			mean[c] += alpha / 255 * rgba[c];
		sum += alpha;
	}
	for (int c = 0; c < 3 && sum > 0; c++)
		mean[c] /= sum;
	return sum;
}

/* Transparent pixels show the mean. */
static void convert(struct picture *picture, const uint8_t *rgba)
{
	const uint32_t count = picture->width * picture->height;
	double mean[3];

	picture->alpha = average(mean, rgba, count) < count;
	for (uint32_t i = 0; i < count; i++, rgba += 4) {
		const double alpha = rgba[3] / 255.0;
		double rgb[3];

		for (int c = 0; c < 3; c++)
			rgb[c] = mean[c] * (1 - alpha) + alpha / 255 * rgba[c];
		picture->pixels[L][i] = (rgb[0] + rgb[1] + rgb[2]) / 3;
		picture->pixels[P][i] = (rgb[0] + rgb[1]) / 2 - rgb[2];
		picture->pixels[Q][i] = rgb[0] - rgb[1];
		picture->pixels[A][i] = alpha;
	}
}

static void cosines(double values[THUMBHASH_MAX_SIDE][LANES], uint32_t size)
{
	for (uint32_t i = 0; i < size; i++)
		for (unsigned frequency = 0; frequency < LANES; frequency++)
			values[i][frequency] =
				frequency < FREQUENCIES
					? cos(M_PI / size * frequency *
					      (i + 0.5))
					: 0;
}

/* The terms of one frequency down and all across: the sums are independent, so
   the processor adds to several at once. */
static void sum_terms(double terms[LANES], const struct picture *picture,
		      const double *pixels, unsigned down)
{
	double sums[LANES] = { 0 };

	for (uint32_t y = 0; y < picture->height; y++) {
		const double factor = picture->down[y][down];

		for (uint32_t x = 0; x < picture->width; x++) {
			const double *across = picture->across[x];
			const double pixel = *pixels++;

			for (unsigned i = 0; i < LANES; i++)
				sums[i] += pixel * across[i] * factor;
		}
	}
	for (unsigned i = 0; i < LANES; i++)
		terms[i] = sums[i] / (picture->width * picture->height);
}

/* The low frequencies: `across` and `down` are their numbers. */
static void transform(struct transform *t, const struct picture *picture,
		      unsigned channel, unsigned across, unsigned down)
{
	double terms[LANES];

	*t = (struct transform){ 0 };
	for (unsigned y = 0; y < down; y++) {
		sum_terms(terms, picture, picture->pixels[channel], y);
		if (!y)
			t->constant = terms[0];
		for (unsigned x = !y; x * down < across * (down - y); x++) {
			t->varying[t->count++] = terms[x];
			t->scale = most(t->scale, fabs(terms[x]));
		}
	}
	for (unsigned i = 0; i < t->count && t->scale > 0; i++)
		t->varying[i] = 0.5 + 0.5 / t->scale * t->varying[i];
}

static void put_number(uint8_t *bytes, uint32_t number, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		bytes[i] = (uint8_t)(number >> 8 * i);
}

static void put_varying(struct writer *writer, const struct transform *t)
{
	for (unsigned i = 0; i < t->count; i++) {
		uint8_t *byte =
			&writer->bytes[writer->start + writer->nibbles / 2];

		*byte = (uint8_t)(*byte | nearest(15 * t->varying[i])
						  << 4 * (writer->nibbles % 2));
		writer->nibbles++;
	}
}

static unsigned frequencies(uint32_t side, const struct picture *picture)
{
	const unsigned limit = picture->alpha ? 5 : 7;
	const unsigned number = nearest((double)(limit * side) /
					most(picture->width, picture->height));

	return number ? number : 1;
}

size_t thumbhash(uint8_t hash[THUMBHASH_MAX], uint32_t width, uint32_t height,
		 const uint8_t *rgba)
{
	struct picture picture;
	struct transform t[CHANNELS] = { 0 };
	struct writer writer = { .bytes = hash };
	const bool lies = width > height;
	unsigned across, down;

	picture.width = width;
	picture.height = height;
	convert(&picture, rgba);
	cosines(picture.across, width);
	cosines(picture.down, height);
	across = frequencies(width, &picture);
	down = frequencies(height, &picture);
	transform(&t[L], &picture, L, across < 3 ? 3 : across,
		  down < 3 ? 3 : down);
	transform(&t[P], &picture, P, 3, 3);
	transform(&t[Q], &picture, Q, 3, 3);
	if (picture.alpha)
		transform(&t[A], &picture, A, 5, 5);

	for (int i = 0; i < THUMBHASH_MAX; i++)
		hash[i] = 0;
	put_number(hash,
		   nearest(63 * t[L].constant) |
			   nearest(31.5 + 31.5 * t[P].constant) << 6 |
			   nearest(31.5 + 31.5 * t[Q].constant) << 12 |
			   nearest(31 * t[L].scale) << 18 |
			   (unsigned)picture.alpha << 23,
		   3);
	put_number(hash + 3,
		   (lies ? down : across) | nearest(63 * t[P].scale) << 3 |
			   nearest(63 * t[Q].scale) << 9 | (unsigned)lies << 15,
		   2);
	if (picture.alpha)
		hash[5] = (uint8_t)(nearest(15 * t[A].constant) |
				    nearest(15 * t[A].scale) << 4);
	writer.start = picture.alpha ? 6 : 5;
	for (unsigned i = 0; i < CHANNELS; i++)
		put_varying(&writer, &t[i]);
	return writer.start + (writer.nibbles + 1) / 2;
}
