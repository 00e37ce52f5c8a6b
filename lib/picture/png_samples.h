#ifndef LIB_PICTURE_PNG_SAMPLES_H
#define LIB_PICTURE_PNG_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tone_curves;

/* The samples of a PNG's rows (W3C PNG 7), whose filter is undone. */
struct png_samples {
	unsigned channels;
	unsigned depth;  /* bits of a sample */
	int colours;     /* of the palette; 0: it has none */
	bool has_key;    /* some colour is transparent: */
	uint16_t key[3]; /* its samples */
	/* Of samples of 16 bits, which are converted; else NULL. */
	const struct tone_curves *curves;
	/* Red, green, blue and alpha of each value of a single channel of up to
	   8 bits. Those of a palette are set before png_samples_init(). */
	uint8_t values[256][4];
	uint8_t multiplied[256][4]; /* by alpha */
};

/* With all else set. */
void png_samples_init(struct png_samples *samples);

bool png_samples_has_alpha(const struct png_samples *samples);

/* Bytes of a row, and of a pixel, at least 1. */
size_t png_samples_row_len(const struct png_samples *samples, uint32_t width);
unsigned png_samples_step(const struct png_samples *samples);

/* Pixels as in bitmap.h: of 16 bits the nearest 8 bits. Behind the pixels 4
   bytes may be read, and overwritten. */
void png_samples_to_rgba(uint8_t *out, const struct png_samples *samples,
			 const uint8_t *in, uint32_t count);

/* Red, green, blue and alpha of 16 bits, which are not multiplied. */
void png_samples_to_rgba_16(uint16_t *out, const struct png_samples *samples,
			    const uint8_t *in, uint32_t count);

/* A byte for each sample of up to 8 bits. */
void png_samples_unpack(uint8_t *out, const struct png_samples *samples,
			const uint8_t *in, uint32_t count);

#endif
