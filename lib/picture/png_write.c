/* png_write.c: encodes a bitmap as a PNG. */
#include "config.h"

#include "lib/picture/png_write.h"

#include <string.h>

#include "lib/base/pool.h"
#include "lib/picture/png_chunk.h"
#include "lib/picture/png_chunk_write.h"
#include "lib/picture/png_deflate.h"
#include "lib/picture/png_filter_choose.h"
#include "lib/picture/png_palette.h"

/* W3C PNG 11.2.1: the bits of a colour type. */
enum { PALETTE = 1, COLOUR = 2, ALPHA = 4 };

struct method {
	enum png_deflate_kind kind;
	bool filters;
	enum png_deflate_kind sample_kind;
};

/* The methods to choose from: the one that makes the least of a sample. The
   sample of the unfiltered method is compressed as a filtered one: this is
   faster, and still shows whether to filter. */
static const struct method methods[] = {
	{ PNG_DEFLATE_NEAR, true, PNG_DEFLATE_NEAR },
	{ PNG_DEFLATE_FILTERED, true, PNG_DEFLATE_FILTERED },
	{ PNG_DEFLATE_COLOURS, false, PNG_DEFLATE_FILTERED },
};
static const struct method indices = { .kind = PNG_DEFLATE_INDICES };

enum {
	SAMPLE = 48 << 10,
	STRIPES = 8,
	BAND = 64 << 10, /* bytes that are compressed at once */
	OTHER_CHUNKS = 2048,
	FRONT = BITMAP_CHANNELS /* zeros in front of each row */
};

struct writing {
	struct work *work;
	const struct bitmap *bitmap;
	uint8_t type, depth;
	unsigned channels;
	size_t row_len;
	struct png_palette palette;
	uint8_t *row, *above; /* after FRONT zeros */
	uint8_t *band;        /* filtered rows */
	size_t band_len;
	struct png_deflate *deflate;
	struct png_file file;
	size_t limit; /* for compressed rows */
};

/* W3C PNG 12.6: returns the bits that are enough for so many indices. */
static int bits_of(unsigned colours)
{
	return colours <= 2 ? 1 : colours <= 4 ? 2 : colours <= 16 ? 4 : 8;
}

/* Compares sizes before compression, which leaves about half. */
static bool is_worth_palette(const struct writing *w, size_t channels)
{
	const uint64_t pixels = (uint64_t)w->bitmap->width * w->bitmap->height;
	const uint64_t bits = channels * 8 - (size_t)bits_of(w->palette.count);
	const uint64_t entry = w->bitmap->alpha ? 4 : 3;

	return pixels * bits / 8 / 2 > 24 + w->palette.count * entry;
}

static void choose_type(struct writing *w)
{
	const bool gray = bitmap_is_gray(w->bitmap), alpha = w->bitmap->alpha;
	const uint32_t width = w->bitmap->width;

	w->channels = (gray ? 1 : 3) + (alpha ? 1 : 0);
	w->type = (gray ? 0 : COLOUR) | (alpha ? ALPHA : 0);
	w->depth = 8;
	w->row_len = (size_t)width * w->channels;
	if (!png_palette_find(&w->palette, w->bitmap) ||
	    !is_worth_palette(w, w->channels))
		return;
	w->type = PALETTE | COLOUR;
	w->depth = (uint8_t)bits_of(w->palette.count);
	w->row_len = ((size_t)width * w->depth + 7) / 8;
}

static uint8_t divide(unsigned colour, unsigned alpha)
{
	const unsigned value = (colour * 255 + alpha / 2) / alpha;

	return (uint8_t)(value < 255 ? value : 255);
}

static void divide_by_alpha(uint8_t *out, const uint8_t *in, uint32_t count)
{
	for (; count; count--, out += 4, in += 4) {
		memcpy(out, in, 4);
		for (int i = 0; in[3] && in[3] < 255 && i < 3; i++)
			out[i] = divide(in[i], in[3]);
	}
}

static void copy_gray(uint8_t *out, const uint8_t *in, uint32_t count)
{
	for (; count; count--, in += 4)
		*out++ = in[0];
}

static void copy_gray_alpha(uint8_t *out, const uint8_t *in, uint32_t count)
{
	for (; count; count--, in += 4) {
		*out++ = in[0];
		*out++ = in[3];
	}
}

/* The next pixel overwrites each fourth byte. */
static void copy_colour(uint8_t *out, const uint8_t *in, uint32_t count)
{
	for (; count; count--, out += 3, in += 4)
		memcpy(out, in, 4);
}

/* W3C PNG 7.2: the first index is in the high bits. In place. */
static void pack_indices(uint8_t *row, uint32_t count, unsigned depth)
{
	const uint32_t per_byte = 8 / depth;
	uint8_t *out = row;

	for (uint32_t x = 0; depth < 8 && x < count; x += per_byte) {
		unsigned byte = 0;

		for (uint32_t i = 0; i < per_byte; i++)
			byte = byte << depth |
			       (x + i < count ? row[x + i] : 0u);
		*out++ = (uint8_t)byte;
	}
}

/* Converts a row to the format of the file, before filtering. */
static void convert_row(struct writing *w, const uint8_t *in)
{
	const uint32_t width = w->bitmap->width;
	uint8_t *out = w->row;

	if (w->type & PALETTE) {
		png_palette_convert(out, &w->palette, in, width);
		pack_indices(out, width, w->depth);
		return;
	}
	if (w->type & ALPHA) {
		divide_by_alpha(out, in, width);
		in = out;
	}
	if (w->channels == 1)
		copy_gray(out, in, width);
	else if (w->channels == 2)
		copy_gray_alpha(out, in, width);
	else if (w->channels == 3)
		copy_colour(out, in, width);
}

static void filter_row(struct writing *w, bool filters)
{
	const struct png_filter_input input = { w->row, w->above, w->row_len,
						w->channels };
	uint8_t *out = w->band + w->band_len, *row = w->row;

	if (filters) {
		png_filter_choose(out, &input);
	} else {
		out[0] = 0;
		memcpy(out + 1, row, w->row_len);
	}
	w->band_len += 1 + w->row_len;
	w->row = w->above;
	w->above = row;
}

/* Writes rows of the bitmap as the data of an IDAT chunk. */
static bool compress_rows(uint32_t *len, struct writing *w,
			  const struct bitmap *part, bool filters,
			  enum png_deflate_kind kind)
{
	memset(w->above, 0, w->row_len);
	w->band_len = 0;
	if (!png_deflate_begin(w->deflate, kind, png_chunk_data(&w->file),
			       (uint32_t)w->limit))
		return false;
	for (uint32_t y = 0; y < part->height; y++) {
		const bool is_last = y + 1 == part->height;

		convert_row(w, bitmap_row(part, y));
		filter_row(w, filters);
		if (w->band_len < BAND && !is_last)
			continue;
		if (!png_deflate_add(w->deflate, w->band, (uint32_t)w->band_len,
				     is_last))
			return false;
		w->band_len = 0;
	}
	*len = png_deflate_len(w->deflate);
	return true;
}

/* Takes stripes from top to bottom, because parts of a picture may be very
   different. */
static bool take_sample(struct bitmap *sample, struct writing *w)
{
	const struct bitmap *from = w->bitmap;
	const uint32_t rows = (uint32_t)(1 + SAMPLE / STRIPES / w->row_len);

	*sample = *from;
	if (rows * STRIPES >= from->height)
		return true;
	if (!bitmap_init(sample, w->work, from->width, rows * STRIPES))
		return false;
	for (uint32_t i = 0; i < STRIPES; i++)
		memcpy(bitmap_row(sample, i * rows),
		       bitmap_row(from, (uint32_t)((uint64_t)from->height * i /
						   STRIPES)),
		       rows * from->stride);
	return true;
}

static bool choose_method(struct writing *w, const struct method **method)
{
	struct bitmap sample;
	uint32_t len, least = UINT32_MAX;

	*method = &indices;
	if (w->type & PALETTE)
		return true;
	if (!take_sample(&sample, w))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		if (!compress_rows(&len, w, &sample, methods[i].filters,
				   methods[i].sample_kind))
			return false;
		if (len < least) {
			least = len;
			*method = &methods[i];
		}
	}
	return true;
}

static void write_header(struct writing *w)
{
	uint8_t *out = png_chunk_data(&w->file);

	put_be32(out, w->bitmap->width);
	put_be32(out + 4, w->bitmap->height);
	out[8] = w->depth;
	out[9] = w->type;
	memset(out + 10, 0,
	       3); /* compression deflate, adaptive filters, not interlaced */
	png_chunk_write(&w->file, "IHDR", 13);
}

/* tRNS may omit alpha values of 255 at the end. */
static void write_palette(struct writing *w)
{
	uint8_t *out = png_chunk_data(&w->file), alphas[256];
	const unsigned count = w->palette.count;
	unsigned translucent = 0;

	for (unsigned i = 0; i < count; i++) {
		uint8_t rgba[4];

		memcpy(rgba, &w->palette.pixels[i], sizeof(rgba));
		divide_by_alpha(rgba, rgba, 1);
		memcpy(out + 3 * i, rgba, 3);
		alphas[i] = rgba[3];
		if (rgba[3] < 255)
			translucent = i + 1;
	}
	png_chunk_write(&w->file, "PLTE", 3 * count);
	memcpy(png_chunk_data(&w->file), alphas, translucent);
	if (translucent)
		png_chunk_write(&w->file, "tRNS", translucent);
}

static bool write_file(struct writing *w)
{
	const struct method *method;
	uint32_t len;

	png_file_begin(&w->file);
	write_header(w);
	if (w->type & PALETTE)
		write_palette(w);
	if (!choose_method(w, &method) ||
	    !compress_rows(&len, w, w->bitmap, method->filters, method->kind))
		return false;
	png_chunk_write(&w->file, "IDAT", len);
	png_chunk_write(&w->file, "IEND", 0);
	return true;
}

/* Sets the most bytes of deflate's output; one chunk must hold them. */
static bool set_limit(struct writing *w)
{
	const uint64_t raw = (uint64_t)(w->row_len + 1) * w->bitmap->height;

	w->limit = raw + raw / 64 + (64 << 10);
	return w->limit <= INT32_MAX;
}

static uint8_t *new_row(struct pool *pool, const struct bitmap *bitmap)
{
	uint8_t *row = pool_try_alloc(pool, FRONT + (size_t)bitmap->width *
							    BITMAP_CHANNELS);

	if (!row)
		return NULL;
	memset(row, 0, FRONT);
	return row + FRONT;
}

static bool allocate(struct writing *w)
{
	struct pool *pool = w->work->pool;

	w->row = new_row(pool, w->bitmap);
	w->above = new_row(pool, w->bitmap);
	w->band = pool_try_alloc(pool, BAND + w->row_len + 1);
	w->deflate = png_deflate_new(pool);
	w->file.bytes = pool_try_alloc(pool, OTHER_CHUNKS + w->limit);
	return w->row && w->above && w->band && w->deflate && w->file.bytes;
}

bool png_write(const uint8_t **bytes, size_t *len, struct work *work,
	       const struct bitmap *bitmap)
{
	struct writing w = { .work = work, .bitmap = bitmap };

	choose_type(&w);
	if (!set_limit(&w) || !allocate(&w) || !write_file(&w))
		return fail(work, ERR_TOO_LARGE,
			    "no memory for a PNG of %ux%u pixels",
			    bitmap->width, bitmap->height);
	*bytes = w.file.bytes;
	*len = w.file.len;
	return true;
}
