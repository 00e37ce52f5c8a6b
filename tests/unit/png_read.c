/* png_read.c: tests that every kind of PNG is read, and that a file that ends
   too early is refused exactly when pixels are missing. */
#include "config.h"

#include "lib/picture/png_read.h"

#include <png.h>

#include "lib/base/pool.h"
#include "lib/base/util.h"
#include "tests/unit/test.h"

enum { WIDTH = 37, HEIGHT = 23, IEND_SIZE = 12, CRC_SIZE = 4, ADLER_SIZE = 4 };

struct kind {
	int colour, depth, interlace;
	size_t channels;
};

/* clang-format off */
static const struct kind kinds[] = {
	{ PNG_COLOR_TYPE_GRAY,        1, PNG_INTERLACE_NONE,  1 },
	{ PNG_COLOR_TYPE_GRAY,        2, PNG_INTERLACE_ADAM7, 1 },
	{ PNG_COLOR_TYPE_GRAY,        8, PNG_INTERLACE_NONE,  1 },
	{ PNG_COLOR_TYPE_GRAY,       16, PNG_INTERLACE_ADAM7, 1 },
	{ PNG_COLOR_TYPE_RGB,         8, PNG_INTERLACE_NONE,  3 },
	{ PNG_COLOR_TYPE_RGB,        16, PNG_INTERLACE_NONE,  3 },
	{ PNG_COLOR_TYPE_RGB,         8, PNG_INTERLACE_ADAM7, 3 },
	{ PNG_COLOR_TYPE_PALETTE,     2, PNG_INTERLACE_NONE,  1 },
	{ PNG_COLOR_TYPE_PALETTE,     8, PNG_INTERLACE_ADAM7, 1 },
	{ PNG_COLOR_TYPE_GRAY_ALPHA,  8, PNG_INTERLACE_ADAM7, 2 },
	{ PNG_COLOR_TYPE_GRAY_ALPHA, 16, PNG_INTERLACE_NONE,  2 },
	{ PNG_COLOR_TYPE_RGB_ALPHA,   8, PNG_INTERLACE_NONE,  4 },
	{ PNG_COLOR_TYPE_RGB_ALPHA,  16, PNG_INTERLACE_ADAM7, 4 },
};
/* clang-format on */

struct file {
	uint8_t bytes[65536];
	size_t len;
};

static void write_bytes(png_struct *png, png_byte *bytes, size_t count)
{
	struct file *file = png_get_io_ptr(png);

	assert_true(count <= sizeof(file->bytes) - file->len);
	memcpy(file->bytes + file->len, bytes, count);
	file->len += count;
}

static void flush_bytes(png_struct *png)
{
	(void)png;
}

/* The last is not written: an index beyond the palette is black. */
static const png_color palette[] = { { 10, 20, 30 },
				     { 200, 100, 50 },
				     { 0, 250, 5 },
				     { 90, 90, 255 },
				     { 0, 0, 0 } };

static uint8_t byte_at(const struct kind *kind, size_t y, size_t at)
{
	const unsigned mixed = (unsigned)(y * 7919 + at * 31 + y * at * 13);

	if (kind->colour == PNG_COLOR_TYPE_PALETTE && kind->depth == 8)
		return mixed % 5;
	return (uint8_t)(mixed ^ mixed >> 8);
}

static void make_png(struct file *file, const struct kind *kind)
{
	png_struct *png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL,
						  NULL, NULL);
	png_info *info = png_create_info_struct(png);
	uint8_t rows[HEIGHT][WIDTH * 8];
	uint8_t *pointers[HEIGHT];

	for (size_t y = 0; y < HEIGHT; y++) {
		pointers[y] = rows[y];
		for (size_t at = 0; at < sizeof(rows[y]); at++)
			rows[y][at] = byte_at(kind, y, at);
	}
	file->len = 0;
	png_set_write_fn(png, file, write_bytes, flush_bytes);
	png_set_IHDR(png, info, WIDTH, HEIGHT, kind->depth, kind->colour,
		     kind->interlace, PNG_COMPRESSION_TYPE_DEFAULT,
		     PNG_FILTER_TYPE_DEFAULT);
	if (kind->colour == PNG_COLOR_TYPE_PALETTE)
		png_set_PLTE(png, info, palette, 4);
	png_write_info(png, info);
	png_write_image(png, pointers);
	png_write_end(png, NULL);
	png_destroy_write_struct(&png, &info);
}

static bool read_file(Image **image, struct work *work, const uint8_t *bytes,
		      size_t len)
{
	const struct probe probe = { .format = FORMAT_PNG,
				     .width = WIDTH,
				     .height = HEIGHT };
	uint8_t *exact = malloc(len);
	bool ok;

	memcpy(exact, bytes, len);
	ok = png_read(image, work, &probe, exact, len);
	free(exact);
	return ok;
}

/* One sample as 16 bits, of a file whose rows come from byte_at(). */
static unsigned sample_at(const struct kind *kind, size_t x, size_t y,
			  size_t channel)
{
	const size_t i = x * kind->channels + channel;
	const size_t depth = (size_t)kind->depth;
	const unsigned byte = byte_at(kind, y, i * depth / 8);

	if (depth == 16)
		return byte << 8 | byte_at(kind, y, i * 2 + 1);
	return byte >> (8 - depth - i * depth % 8) & ((1u << depth) - 1);
}

static void check_pixel(const struct kind *kind, const PixelPacket *pixel,
			size_t x, size_t y)
{
	const unsigned most = (1u << kind->depth) - 1;
	unsigned rgba[4] = { 0, 0, 0, 65535 };

	if (kind->colour == PNG_COLOR_TYPE_PALETTE) {
		const png_color *colour = &palette[sample_at(kind, x, y, 0)];

		rgba[0] = colour->red * 257u;
		rgba[1] = colour->green * 257u;
		rgba[2] = colour->blue * 257u;
	} else {
		for (size_t i = 0; i < kind->channels; i++)
			rgba[i] = sample_at(kind, x, y, i) * (65535 / most);
		if (kind->channels == 2)
			rgba[3] = rgba[1];
		if (kind->channels <= 2)
			rgba[1] = rgba[2] = rgba[0];
	}
	assert_int_equal(pixel->red, rgba[0]);
	assert_int_equal(pixel->green, rgba[1]);
	assert_int_equal(pixel->blue, rgba[2]);
	assert_int_equal(65535 - pixel->opacity, rgba[3]);
}

static void check_pixels(const struct kind *kind, Image *image)
{
	for (size_t y = 0; y < HEIGHT; y++) {
		const PixelPacket *row =
			GetImagePixels(image, 0, (long)y, WIDTH, 1);

		for (size_t x = 0; x < WIDTH; x++)
			check_pixel(kind, row + x, x, y);
	}
}

static void reads_what_has_all_pixels(void **state)
{
	static struct file file;

	(void)state;
	EACH_ROW(i, kinds) {
		size_t least = 0;

		make_png(&file, &kinds[i]);
		for (size_t len = file.len; len >= 33; len--) {
			struct pool *pool = pool_new();
			struct work work = { .pool = pool };
			Image *image = NULL;

			if (read_file(&image, &work, file.bytes, len)) {
				check_pixels(&kinds[i], image);
				DestroyImage(image);
				assert_true(!least || len == least - 1);
				least = len;
			} else {
				assert_int_equal(work.err, ERR_CORRUPT_IMAGE);
			}
			pool_free(pool);
		}
		/* libpng wants a byte more where one stands for many pixels. */
		assert_in_range(least, file.len / 2,
				file.len - IEND_SIZE - CRC_SIZE - ADLER_SIZE +
					1);
	}
}

/* Inserts a chunk behind IHDR, whose CRC is wrong. */
static void insert_chunk(struct file *file, const char *type, const char *data,
			 size_t len)
{
	const uint8_t size[4] = { 0, 0, (uint8_t)(len >> 8), (uint8_t)len };
	uint8_t *at = file->bytes + 33;

	memmove(at + len + 12, at, file->len - 33);
	memcpy(at, size, 4);
	memcpy(at + 4, type, 4);
	memcpy(at + 8, data, len);
	memcpy(at + 8 + len, "CRC!", 4);
	file->len += len + 12;
}

/* clang-format off */
#define BYTES(text) text, sizeof(text) - 1
static const struct {
	const char *type, *data;
	size_t len;
} chunks[] = {
	{ "tEXt", BYTES("no zero") },
	{ "zTXt", BYTES("Comment\0\0not deflated") },
	{ "iTXt", BYTES("Comment\0\2\2") },
	{ "iCCP", BYTES("name\0\0no profile") },
	{ "gAMA", BYTES("x") },
	{ "cHRM", BYTES("x") },
	{ "pHYs", BYTES("x") },
	{ "sBIT", BYTES("\xff\xff\xff\xff\xff") },
	{ "bKGD", BYTES("x") },
	{ "tIME", BYTES("1234567") },
	{ "eXIf", BYTES("x") },
	{ "fdAT", BYTES("x") },
	{ "prVt", BYTES("x") },
	{ "tRNS", BYTES("\0\0\0\0\0\0\0\0\0\0\0") },
};
/* clang-format on */

static void ignores_damaged_ancillary_chunks(void **state)
{
	static struct file file;

	(void)state;
	EACH_ROW(i, chunks) {
		struct pool *pool = pool_new();
		struct work work = { .pool = pool };
		Image *image = NULL;

		make_png(&file, &kinds[4]);
		insert_chunk(&file, chunks[i].type, chunks[i].data,
			     chunks[i].len);
		insert_chunk(&file, chunks[i].type, chunks[i].data,
			     chunks[i].len);
		if (!read_file(&image, &work, file.bytes, file.len))
			fail_msg("%s: %s", chunks[i].type, work.why);
		check_pixels(&kinds[4], image);
		DestroyImage(image);
		pool_free(pool);
	}
}

static void refuses_damaged_pixels(void **state)
{
	static struct file file;
	struct pool *pool = pool_new();
	struct work work = { .pool = pool };
	Image *image = NULL;

	(void)state;
	make_png(&file, &kinds[4]);
	file.bytes[file.len / 2] ^= 0x10;
	assert_false(read_file(&image, &work, file.bytes, file.len));
	assert_int_equal(work.err, ERR_CORRUPT_IMAGE);
	pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_has_all_pixels),
		cmocka_unit_test(ignores_damaged_ancillary_chunks),
		cmocka_unit_test(refuses_damaged_pixels),
	};

	InitializeMagick(NULL);
	return RUN_TESTS(tests);
}
