/* png_write.c: encodes a bitmap as a PNG. */
#include "config.h"

#include "lib/picture/png_write.h"

#include <setjmp.h>
#include <string.h>

#include <png.h>
#include <zlib.h>

#include "lib/base/pool.h"
#include "lib/picture/png_palette.h"

struct method {
	int level, strategy, filters;
};

/* The higher levels take up to ten times as long for the same size, but for
   palettes, of which there is less. Where nothing is repeated, as in photos,
   not to look for it makes files smaller. */
static const struct method repeated = { 1, Z_FILTERED, PNG_ALL_FILTERS };
static const struct method repeated_sample = { 1, Z_FILTERED,
					       PNG_FILTER_PAETH };
static const struct method not_repeated = { 1, Z_RLE, PNG_FILTER_PAETH };
static const struct method indices = { 6, Z_DEFAULT_STRATEGY, PNG_FILTER_NONE };

enum { SAMPLE = 48 << 10, STRIPES = 8, IDAT_SIZE = 32 << 10 };

struct writing {
	png_struct *png;
	png_info *info;
	struct work *work;
	const struct bitmap *bitmap;
	int type; /* libpng's PNG_COLOR_TYPE_... */
	int depth;
	size_t row_len; /* unpacked */
	struct png_palette palette;
	uint8_t *straight; /* a row whose colours are not multiplied */
	uint8_t *row;
	uint8_t *bytes; /* NULL: they are only counted */
	size_t len, limit;
	jmp_buf stop;
};

NORETURN static void on_error(png_struct *png, const char *text)
{
	struct writing *w = png_get_error_ptr(png);

	(void)text;
	longjmp(w->stop, 1);
}

static void on_warning(png_struct *png, const char *text)
{
	(void)png;
	(void)text;
}

static void on_write(png_struct *png, png_byte *bytes, size_t count)
{
	struct writing *w = png_get_io_ptr(png);

	if (count > w->limit - w->len)
		png_error(png, "more bytes than expected");
	if (w->bytes)
		memcpy(w->bytes + w->len, bytes, count);
	w->len += count;
}

static void on_flush(png_struct *png)
{
	(void)png;
}

static bool is_gray(const struct bitmap *bitmap)
{
	for (uint32_t y = 0; !bitmap->gray && y < bitmap->height; y++) {
		const uint8_t *at = bitmap_row(bitmap, y);

		for (uint32_t x = 0; x < bitmap->width; x++, at += 4)
			if (at[0] != at[1] || at[0] != at[2])
				return false;
	}
	return true;
}

/* W3C PNG 12.6: bits that suffice for so many indices. */
static int bits_of(unsigned colours)
{
	return colours <= 2 ? 1 : colours <= 4 ? 2 : colours <= 16 ? 4 : 8;
}

/* Bytes before compression, of which about half will be left. */
static bool is_worth_palette(const struct writing *w, size_t channels)
{
	const uint64_t pixels = (uint64_t)w->bitmap->width * w->bitmap->height;
	const uint64_t bits = channels * 8 - (size_t)bits_of(w->palette.count);
	const uint64_t entry = w->bitmap->alpha ? 4 : 3;

	return pixels * bits / 8 / 2 > 24 + w->palette.count * entry;
}

static void choose_type(struct writing *w)
{
	const bool gray = is_gray(w->bitmap), alpha = w->bitmap->alpha;
	const size_t channels = (gray ? 1 : 3) + (alpha ? 1 : 0);

	w->type = (gray ? 0 : PNG_COLOR_MASK_COLOR) |
		  (alpha ? PNG_COLOR_MASK_ALPHA : 0);
	w->depth = 8;
	w->row_len = w->bitmap->width * channels;
	if (!png_palette_find(&w->palette, w->bitmap) ||
	    !is_worth_palette(w, channels))
		return;
	w->type = PNG_COLOR_TYPE_PALETTE;
	w->depth = bits_of(w->palette.count);
	w->row_len = w->bitmap->width;
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

static void pack_row(uint8_t *out, const uint8_t *in, uint32_t count, int type)
{
	for (; count; count--, in += 4) {
		*out++ = in[0];
		if (type & PNG_COLOR_MASK_COLOR) {
			*out++ = in[1];
			*out++ = in[2];
		}
		if (type & PNG_COLOR_MASK_ALPHA)
			*out++ = in[3];
	}
}

static const uint8_t *convert_row(const struct writing *w, const uint8_t *row)
{
	const uint32_t width = w->bitmap->width;

	if (w->type == PNG_COLOR_TYPE_PALETTE) {
		png_palette_convert(w->row, &w->palette, row, width);
		return w->row;
	}
	if (w->bitmap->alpha) {
		divide_by_alpha(w->straight, row, width);
		row = w->straight;
	}
	if (w->type == PNG_COLOR_TYPE_RGB_ALPHA)
		return row;
	pack_row(w->row, row, width, w->type);
	return w->row;
}

static void set_palette(const struct writing *w)
{
	png_color colours[256] = { 0 };
	png_byte alphas[256] = { 0 };
	int translucent = 0;

	for (unsigned i = 0; i < w->palette.count; i++) {
		uint8_t rgba[4];

		memcpy(rgba, &w->palette.pixels[i], sizeof(rgba));
		divide_by_alpha(rgba, rgba, 1);
		colours[i] = (png_color){ rgba[0], rgba[1], rgba[2] };
		alphas[i] = rgba[3];
		if (rgba[3] < 255)
			translucent = (int)i + 1;
	}
	png_set_PLTE(w->png, w->info, colours, (int)w->palette.count);
	if (translucent)
		png_set_tRNS(w->png, w->info, alphas, translucent, NULL);
}

static void write_file(struct writing *w, const struct bitmap *part,
		       const struct method *method)
{
	png_struct *png = w->png;
	png_info *info = w->info;

	png_set_write_fn(png, w, on_write, on_flush);
	png_set_compression_level(png, method->level);
	png_set_compression_strategy(png, method->strategy);
	png_set_compression_buffer_size(png, IDAT_SIZE);
	png_set_filter(png, PNG_FILTER_TYPE_BASE, method->filters);
	png_set_IHDR(png, info, part->width, part->height, w->depth, w->type,
		     PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_BASE,
		     PNG_FILTER_TYPE_BASE);
	if (w->type == PNG_COLOR_TYPE_PALETTE)
		set_palette(w);
	png_write_info(png, info);
	png_set_packing(png);
	for (uint32_t y = 0; y < part->height; y++)
		png_write_row(png, convert_row(w, bitmap_row(part, y)));
	png_write_end(png, NULL);
}

/* Some rows of the bitmap as a PNG; false when memory does not suffice. */
static bool compress_rows(struct writing *w, const struct bitmap *part,
			  const struct method *method)
{
	volatile bool ok = false;

	w->len = 0;
	w->info = NULL;
	w->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, w, on_error,
					 on_warning);
	if (w->png && !setjmp(w->stop)) {
		w->info = png_create_info_struct(w->png);
		if (w->info)
			write_file(w, part, method);
		ok = w->info;
	}
	png_destroy_write_struct(&w->png, &w->info);
	return ok;
}

/* Stripes from top to bottom: parts of a picture may be very different. */
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

/* Only where it saves some of the sample: the rest may be different. */
static bool choose_method(struct writing *w, const struct method **method)
{
	struct bitmap sample;
	size_t len;

	*method = &indices;
	if (w->type == PNG_COLOR_TYPE_PALETTE)
		return true;
	if (!take_sample(&sample, w) ||
	    !compress_rows(w, &sample, &repeated_sample))
		return false;
	len = w->len;
	if (!compress_rows(w, &sample, &not_repeated))
		return false;
	*method = w->len < len - len / 32 ? &not_repeated : &repeated;
	return true;
}

/* What deflate makes at most, and each IDAT chunk's overhead. */
static size_t limit_of(const struct writing *w)
{
	const size_t raw = (w->row_len + 1) * w->bitmap->height;

	return raw + raw / 256 + (64 << 10);
}

static bool encode_file(struct writing *w)
{
	struct pool *pool = w->work->pool;
	const struct method *method;

	choose_type(w);
	w->straight = pool_try_alloc(pool, (size_t)w->bitmap->width * 4);
	w->row = pool_try_alloc(pool, w->row_len);
	w->limit = limit_of(w);
	if (!w->straight || !w->row || !choose_method(w, &method))
		return false;
	w->bytes = pool_try_alloc(pool, w->limit);
	return w->bytes && compress_rows(w, w->bitmap, method);
}

bool png_write(const uint8_t **bytes, size_t *len, struct work *work,
	       const struct bitmap *bitmap)
{
	struct writing w = { .work = work, .bitmap = bitmap };

	if (!encode_file(&w))
		return fail(work, ERR_TOO_LARGE,
			    "no memory for a PNG of %ux%u pixels",
			    bitmap->width, bitmap->height);
	*bytes = w.bytes;
	*len = w.len;
	return true;
}
