/* png_reference.c: PNGs as libpng reads and writes them. */
#include "config.h"

#include "tests/lib/png_reference.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>
#include <zlib.h>

#include "lib/base/buf.h"
#include "lib/base/util.h"

struct reading {
	png_struct *png;
	png_info *info;
	const uint8_t *bytes;
	size_t len, offset, next;
	uint32_t width, height;
	unsigned channels, passes;
	size_t row_len, depth;
	uint8_t *rows;
	bool has_rows;
	jmp_buf stop;
};

uint32_t png_reference_random(uint64_t *seed, uint32_t limit)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33) % limit;
}

/* libpng goes on behind the last row to the end of the compressed data. */
NORETURN static void on_error(png_struct *png, const char *text)
{
	struct reading *r = png_get_error_ptr(png);

	(void)text;
	r->has_rows = r->passes > 1
			      ? png_get_current_pass_number(png) >= r->passes
			      : r->passes && png_get_current_row_number(png) >=
						     r->height;
	longjmp(r->stop, 1);
}

static void on_warning(png_struct *png, const char *text)
{
	(void)png;
	(void)text;
}

/* A chunk that is cut gets the length that is there. */
static void fit_header(struct reading *r, png_byte *header)
{
	const size_t size = png_get_uint_32(header), left = r->len - r->offset;

	if (size > left)
		png_save_uint_32(header, (png_uint_32)left);
	r->next = r->offset + size + 4;
}

static void on_read(png_struct *png, png_byte *out, size_t count)
{
	struct reading *r = png_get_io_ptr(png);
	const bool is_header = r->offset == r->next && count == 8;

	if (count > r->len - r->offset)
		png_error(png, "the file ends");
	memcpy(out, r->bytes + r->offset, count);
	r->offset += count;
	if (is_header)
		fit_header(r, out);
}

static void start(struct reading *r)
{
	png_struct *png = r->png = png_create_read_struct(
		PNG_LIBPNG_VER_STRING, r, on_error, on_warning);

	r->info = png_create_info_struct(png);
	r->next = 8;
	png_set_read_fn(png, r, on_read);
	png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
	png_set_chunk_malloc_max(png, 0);
	png_set_crc_action(png, PNG_CRC_QUIET_USE, PNG_CRC_WARN_DISCARD);
	png_set_benign_errors(png, 1);
	png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
	png_set_option(png, PNG_MAXIMUM_INFLATE_WINDOW, PNG_OPTION_ON);
	png_set_check_for_invalid_index(png, 0);
}

static bool read_rows(struct reading *r, struct pool *pool)
{
	png_struct *png = r->png;

	png_read_info(png, r->info);
	if (png_get_image_width(png, r->info) != r->width ||
	    png_get_image_height(png, r->info) != r->height)
		return false;
	png_set_expand(png);
	r->passes = (unsigned)png_set_interlace_handling(png);
	png_read_update_info(png, r->info);
	r->channels = png_get_channels(png, r->info);
	r->depth = png_get_bit_depth(png, r->info);
	r->row_len = png_get_rowbytes(png, r->info);
	r->rows = pool_alloc(pool, r->row_len * r->height);
	for (unsigned pass = 0; pass < r->passes; pass++)
		for (uint32_t y = 0; y < r->height; y++)
			png_read_row(png, r->rows + r->row_len * y, NULL);
	return true;
}

static uint16_t sample(const struct reading *r, size_t x, size_t y, size_t i)
{
	const uint8_t *row = r->rows + r->row_len * y;
	const size_t at = x * r->channels + i;

	return r->depth == 16 ? (uint16_t)(row[2 * at] << 8 | row[2 * at + 1])
			      : (uint16_t)(row[at] * 257);
}

static const uint16_t *convert(const struct reading *r, struct pool *pool)
{
	uint16_t *pixels = pool_alloc(pool, (size_t)r->width * r->height * 8);
	uint16_t *out = pixels;

	for (uint32_t y = 0; y < r->height; y++)
		for (uint32_t x = 0; x < r->width; x++, out += 4) {
			const bool gray = r->channels <= 2;

			for (size_t i = 0; i < 3; i++)
				out[i] = sample(r, x, y, gray ? 0 : i);
			out[3] = r->channels % 2
					 ? 65535
					 : sample(r, x, y, r->channels - 1);
		}
	return pixels;
}

const uint16_t *png_reference_read(struct pool *pool, const uint8_t *bytes,
				   size_t len, uint32_t width, uint32_t height)
{
	struct reading r = {
		.bytes = bytes, .len = len, .width = width, .height = height
	};
	volatile bool ok;

	start(&r);
	ok = setjmp(r.stop) ? r.has_rows : read_rows(&r, pool);
	png_destroy_read_struct(&r.png, &r.info, NULL);
	return ok ? convert(&r, pool) : NULL;
}

NORETURN static void on_flaw(png_struct *png, const char *text)
{
	struct reading *r = png_get_error_ptr(png);

	fprintf(stderr, "# libpng: %s\n", text);
	longjmp(r->stop, 1);
}

static void read_strictly(png_struct *png, png_byte *out, size_t count)
{
	struct reading *r = png_get_io_ptr(png);

	if (count > r->len - r->offset)
		png_error(png, "the file ends");
	memcpy(out, r->bytes + r->offset, count);
	r->offset += count;
}

static void read_all(struct reading *r)
{
	png_struct *png = r->png;
	uint32_t height;

	png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
	png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
	png_set_benign_errors(png, 0);
	png_set_read_fn(png, r, read_strictly);
	png_read_info(png, r->info);
	r->rows = malloc(png_get_rowbytes(png, r->info));
	height = png_get_image_height(png, r->info);
	for (uint32_t y = 0; y < height; y++)
		png_read_row(png, r->rows, NULL);
	png_read_end(png, NULL);
}

bool png_reference_is_valid(const uint8_t *bytes, size_t len)
{
	struct reading r = { .bytes = bytes, .len = len };
	volatile bool ok = false;

	r.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &r, on_flaw,
				       on_flaw);
	r.info = png_create_info_struct(r.png);
	if (!setjmp(r.stop)) {
		read_all(&r);
		ok = r.offset == len;
	}
	png_destroy_read_struct(&r.png, &r.info, NULL);
	free(r.rows);
	return ok;
}

static void on_write(png_struct *png, png_byte *bytes, size_t count)
{
	if (!buf_add(png_get_io_ptr(png), bytes, count))
		png_error(png, "too many bytes");
}

static void on_flush(png_struct *png)
{
	(void)png;
}

/* clang-format off */
static const struct kind {
	int type, depth;
} kinds[] = {
	{ PNG_COLOR_TYPE_GRAY, 1 },       { PNG_COLOR_TYPE_GRAY, 2 },
	{ PNG_COLOR_TYPE_GRAY, 4 },       { PNG_COLOR_TYPE_GRAY, 8 },
	{ PNG_COLOR_TYPE_GRAY, 16 },      { PNG_COLOR_TYPE_RGB, 8 },
	{ PNG_COLOR_TYPE_RGB, 16 },       { PNG_COLOR_TYPE_PALETTE, 1 },
	{ PNG_COLOR_TYPE_PALETTE, 2 },    { PNG_COLOR_TYPE_PALETTE, 4 },
	{ PNG_COLOR_TYPE_PALETTE, 8 },    { PNG_COLOR_TYPE_GRAY_ALPHA, 8 },
	{ PNG_COLOR_TYPE_GRAY_ALPHA, 16 }, { PNG_COLOR_TYPE_RGB_ALPHA, 8 },
	{ PNG_COLOR_TYPE_RGB_ALPHA, 16 },
};
static const int filters[] = {
	PNG_FILTER_NONE, PNG_FILTER_SUB, PNG_FILTER_UP, PNG_FILTER_AVG,
	PNG_FILTER_PAETH, PNG_ALL_FILTERS, PNG_ALL_FILTERS,
};
/* clang-format on */

static void set_palette(png_struct *png, png_info *info, uint64_t *seed,
			int depth)
{
	const uint32_t most = 1u << depth;
	const uint32_t count = 1 + png_reference_random(seed, most);
	const uint32_t alphas = png_reference_random(seed, count + 1);
	png_color palette[256];
	png_byte alpha[256];

	for (uint32_t i = 0; i < 256; i++) {
		palette[i].red = (png_byte)png_reference_random(seed, 256);
		palette[i].green = (png_byte)png_reference_random(seed, 256);
		palette[i].blue = (png_byte)png_reference_random(seed, 256);
		alpha[i] = (png_byte)png_reference_random(seed, 256);
	}
	png_set_PLTE(png, info, palette, (int)count);
	if (alphas && png_reference_random(seed, 2))
		png_set_tRNS(png, info, alpha, (int)alphas, NULL);
}

/* Soft, so that each filter has something to do, and often all of it noise. */
static void fill_row(uint8_t *row, size_t len, uint64_t *seed, uint32_t y)
{
	const uint32_t noise = png_reference_random(seed, 3) ? 4 : 256;

	for (size_t i = 0; i < len; i++)
		row[i] = (uint8_t)(i + y * 3 +
				   png_reference_random(seed, noise));
}

/* Some pixel that the picture has, most likely. */
static void set_key(png_struct *png, png_info *info, const struct kind *kind,
		    uint64_t *seed)
{
	png_color_16 key = { 0 };

	key.gray = (uint16_t)png_reference_random(seed, 1u << kind->depth);
	key.red = (uint16_t)png_reference_random(seed, 1u << kind->depth);
	key.green = key.red;
	key.blue = key.red;
	if (!(kind->type & PNG_COLOR_MASK_ALPHA) &&
	    !png_reference_random(seed, 3))
		png_set_tRNS(png, info, NULL, 0, &key);
}

static void write_rows(png_struct *png, png_info *info, uint64_t *seed,
		       const struct png_file *file, struct pool *pool)
{
	const size_t len = png_get_rowbytes(png, info);
	uint8_t **rows = pool_alloc(pool, file->height * sizeof(*rows));
	const bool is_flat = !png_reference_random(seed, 4);

	for (uint32_t y = 0; y < file->height; y++) {
		rows[y] = pool_alloc(pool, len + 1);
		fill_row(rows[y], len, seed, y);
		/* For keys of RGB. */
		if (is_flat)
			memset(rows[y], (int)y, len);
	}
	png_write_image(png, rows);
}

struct png_file png_reference_write(struct pool *pool, uint64_t *seed,
				    uint32_t max_width, uint32_t max_height)
{
	const struct kind *kind =
		&kinds[png_reference_random(seed, ARRAY_LEN(kinds))];
	png_struct *png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL,
						  NULL, on_warning);
	png_info *info = png_create_info_struct(png);
	struct buf *out = buf_new(pool, 64 << 20);
	struct png_file file = {
		.width = 1 + png_reference_random(seed, max_width),
		.height = 1 + png_reference_random(seed, max_height),
	};

	png_set_write_fn(png, out, on_write, on_flush);
	png_set_check_for_invalid_index(png, 0);
	png_set_IHDR(png, info, file.width, file.height, kind->depth,
		     kind->type, png_reference_random(seed, 2) ? 1 : 0, 0, 0);
	png_set_compression_level(png, (int)png_reference_random(seed, 10));
	png_set_compression_strategy(png,
				     (int)png_reference_random(seed, Z_FIXED));
	png_set_compression_buffer_size(png,
					6 + png_reference_random(seed, 1000));
	png_set_filter(png, 0,
		       filters[png_reference_random(seed, ARRAY_LEN(filters))]);
	if (kind->type == PNG_COLOR_TYPE_PALETTE)
		set_palette(png, info, seed, kind->depth);
	else
		set_key(png, info, kind, seed);
	png_write_info(png, info);
	write_rows(png, info, seed, &file, pool);
	png_write_end(png, NULL);
	png_destroy_write_struct(&png, &info);
	file.bytes = (const uint8_t *)out->data;
	file.len = out->len;
	return file;
}
