#ifndef LIB_PICTURE_PNG_SAMPLES_H
#define LIB_PICTURE_PNG_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tone_curves;

/* The samples of a PNG's rows (W3C PNG 7), after the filter was reversed. */
struct png_samples {
	unsigned channels;
	unsigned depth;  /* bits per sample */
	int colours;     /* palette size; 0: no palette */
	bool has_key;    /* one colour is transparent */
	uint16_t key[3]; /* samples of that colour */
	/* For samples of 16 bits, if they need conversion; else NULL. */
	const struct tone_curves *curves;
	/* Red, green, blue and alpha of each value of a single channel of up to
	   8 bits. For a palette, set them before png_samples_init(). */
	uint8_t values[256][4];
	uint8_t multiplied[256][4]; /* premultiplied by alpha */
};

/* Call it after all other fields are set. */
void png_samples_init(struct png_samples *samples);

bool png_samples_has_alpha(const struct png_samples *samples);

/* Bytes of a row, and of a pixel (at least 1). */
size_t png_samples_row_len(const struct png_samples *samples, uint32_t width);
unsigned png_samples_step(const struct png_samples *samples);

/* Converts to pixels of bitmap.h, 16 bits to the nearest 8 bits. May read and
   overwrite 4 bytes after the pixels. */
void png_samples_to_rgba(uint8_t *out, const struct png_samples *samples,
			 const uint8_t *in, uint32_t count);

/* Converts to red, green, blue and alpha of 16 bits, not premultiplied. */
void png_samples_to_rgba_16(uint16_t *out, const struct png_samples *samples,
			    const uint8_t *in, uint32_t count);

/* Writes one byte for each sample of up to 8 bits. */
void png_samples_unpack(uint8_t *out, const struct png_samples *samples,
			const uint8_t *in, uint32_t count);

#endif
