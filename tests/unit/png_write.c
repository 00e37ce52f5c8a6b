/* png_write.c: tests that PNGs are written without loss, and small. */
#include "config.h"

#include "lib/picture/png_write.h"

#include <stdlib.h>
#include <string.h>

#include <magick/api.h>

#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/picture/encode.h"
#include "tests/lib/png_reference.h"
#include "tests/unit/test.h"

/* W3C PNG 11.2.1. */
enum { GRAY = 0, RGB = 2, PALETTE = 3, GRAY_ALPHA = 4, RGB_ALPHA = 6 };

/* Red, green, blue and alpha, which are not multiplied. */
struct pixel {
	uint8_t rgba[4];
};

static struct pixel few(uint32_t x, uint32_t y, unsigned colours, uint8_t alpha)
{
	const unsigned i = (x / 3 + y / 2 * 7) % colours;

	return (struct pixel){ { (uint8_t)(i * 37), (uint8_t)(i * 11 + 5),
				 (uint8_t)i, i % 2 ? 255 : alpha } };
}

static struct pixel two(uint32_t x, uint32_t y)
{
	return few(x, y, 2, 255);
}

static struct pixel four(uint32_t x, uint32_t y)
{
	return few(x, y, 4, 255);
}

static struct pixel sixteen(uint32_t x, uint32_t y)
{
	return few(x, y, 16, 255);
}

static struct pixel most(uint32_t x, uint32_t y)
{
	return few(x, y, 256, 255);
}

/* 100 opaque colours of one hash in png_palette.c. */
static struct pixel colliding(uint32_t x, uint32_t y)
{
	enum { COUNT = 100 };
	static struct pixel colours[COUNT];
	static unsigned count;
	const uint32_t inverse = 244002641; /* of the factor */

	for (uint32_t i = 0; count < COUNT; i++) {
		const uint32_t value = i * inverse;

		memcpy(colours[count].rgba, &value, sizeof(value));
		count += colours[count].rgba[3] == 255;
	}
	return colours[(x + y * 13) % COUNT];
}

/* Palettes of each depth with alpha; colours that are 0 where alpha is. */
static struct pixel two_alpha(uint32_t x, uint32_t y)
{
	return few(x, y, 2, 0);
}

static struct pixel four_alpha(uint32_t x, uint32_t y)
{
	return few(x, y, 4, 80);
}

static struct pixel sixteen_alpha(uint32_t x, uint32_t y)
{
	return few(x, y, 16, 254);
}

static struct pixel translucent(uint32_t x, uint32_t y)
{
	return few(x, y, 100, 0);
}

static uint8_t noise(uint32_t x, uint32_t y, uint32_t channel)
{
	uint32_t mixed = (x * 4096 + y * 4 + channel) * 2654435761u;

	mixed = (mixed ^ mixed >> 15) * 2246822519u;
	return (uint8_t)(mixed >> 24);
}

static struct pixel grays(uint32_t x, uint32_t y)
{
	const uint8_t gray = noise(x, y, 0);

	return (struct pixel){ { gray, gray, gray, 255 } };
}

static struct pixel grays_alpha(uint32_t x, uint32_t y)
{
	struct pixel pixel = grays(x, y);

	pixel.rgba[3] = noise(x, y, 1);
	return pixel;
}

/* Soft, with noise, as photos. */
static struct pixel photo(uint32_t x, uint32_t y)
{
	return (struct pixel){ { (uint8_t)(x / 2 + noise(x, y, 0) / 32),
				 (uint8_t)(y / 2 + noise(x, y, 1) / 32),
				 (uint8_t)((x + y) / 4 + noise(x, y, 2) / 32),
				 255 } };
}

static struct pixel photo_alpha(uint32_t x, uint32_t y)
{
	struct pixel pixel = photo(x, y);

	pixel.rgba[3] = (uint8_t)(x + y);
	return pixel;
}

/* The same tile of many colours again and again. */
static struct pixel tiles(uint32_t x, uint32_t y)
{
	struct pixel pixel = { .rgba[3] = 255 };

	for (uint32_t i = 0; i < 3; i++)
		pixel.rgba[i] = noise(x % 40, y % 40, i);
	return pixel;
}

/* Flat, with some signs of soft edges. */
static struct pixel screen(uint32_t x, uint32_t y)
{
	struct pixel pixel = { { 250, 250, 252, 255 } };

	if (y % 16 > 11 || x % 9 > 6 || noise(x / 9, y / 16, 0) < 80)
		return pixel;
	for (uint32_t i = 0; i < 3; i++)
		pixel.rgba[i] = noise(x % 9, y % 16 + x / 9 % 26 * 16, i);
	return pixel;
}

/* Which deflate cannot make smaller. */
static struct pixel noisy(uint32_t x, uint32_t y)
{
	return (struct pixel){ { noise(x, y, 0), noise(x, y, 1), noise(x, y, 2),
				 255 } };
}

static struct pixel noisy_alpha(uint32_t x, uint32_t y)
{
	struct pixel pixel = noisy(x, y);

	pixel.rgba[3] = noise(x, y, 3);
	return pixel;
}

static void fill(struct bitmap *bitmap, struct pixel (*at)(uint32_t, uint32_t))
{
	for (uint32_t y = 0; y < bitmap->height; y++) {
		uint8_t *out = bitmap_row(bitmap, y);

		for (uint32_t x = 0; x < bitmap->width; x++, out += 4) {
			const struct pixel pixel = at(x, y);
			const unsigned alpha = pixel.rgba[3];

			for (int i = 0; i < 3; i++)
				out[i] = (uint8_t)((pixel.rgba[i] * alpha +
						    127) /
						   255);
			out[3] = (uint8_t)alpha;
			bitmap->alpha |= alpha < 255;
		}
	}
}

/* What comes out multiplied by alpha again is what went in. */
static void check_pixels(const struct bitmap *bitmap, const uint16_t *found)
{
	for (uint32_t y = 0; y < bitmap->height; y++) {
		const uint8_t *want = bitmap_row(bitmap, y);

		for (uint32_t x = 0; x < bitmap->width;
		     x++, want += 4, found += 4) {
			const unsigned alpha = found[3] / 257;

			assert_int_equal(alpha, want[3]);
			for (int i = 0; i < 3; i++)
				assert_int_equal(
					(found[i] / 257 * alpha + 127) / 255,
					want[i]);
		}
	}
}

/* clang-format off */
static const struct {
	struct pixel (*at)(uint32_t x, uint32_t y);
	uint32_t width, height;
	int type, depth;
} cases[] = {
	{ two,              67,   31, PALETTE,    1 },
	{ two,               1,  900, PALETTE,    1 },
	{ two,             993,    1, PALETTE,    1 },
	{ two_alpha,        66,   31, PALETTE,    1 },
	{ four,             67,   31, PALETTE,    2 },
	{ four,              1,  900, PALETTE,    2 },
	{ four_alpha,       65,   31, PALETTE,    2 },
	{ sixteen,          67,   31, PALETTE,    4 },
	{ sixteen,         993,    1, PALETTE,    4 },
	{ sixteen_alpha,    67,   31, PALETTE,    4 },
	{ most,            167,  131, PALETTE,    8 },
	{ most,          70001,    3, PALETTE,    8 },
	{ translucent,      97,   71, PALETTE,    8 },
	{ colliding,       167,  131, RGB,        8 },
	{ grays,            97,   71, GRAY,       8 },
	{ grays,             1,  900, GRAY,       8 },
	{ grays,         70001,    3, GRAY,       8 },
	{ grays_alpha,      97,   71, GRAY_ALPHA, 8 },
	{ grays_alpha,    3000,    1, GRAY_ALPHA, 8 },
	{ grays_alpha,       1,  900, GRAY_ALPHA, 8 },
	{ photo,            97,   71, RGB,        8 },
	{ photo_alpha,      97,   71, RGB_ALPHA,  8 },
	{ photo_alpha,    3000,    1, RGB_ALPHA,  8 },
	{ photo_alpha,       1,  900, RGB_ALPHA,  8 },
	{ tiles,           250,  180, RGB,        8 },
	{ screen,          400,  300, RGB,        8 },
	{ noisy,           640,  480, RGB,        8 },
	{ noisy,         70001,    3, RGB,        8 },
	{ noisy_alpha,     641,  479, RGB_ALPHA,  8 },
	{ photo,             9,    7, RGB,        8 }, /* the palette is larger */
	{ photo,             1,    1, RGB,        8 },
	{ grays,             1,    1, GRAY,       8 },
	{ noisy_alpha,       1,    1, RGB_ALPHA,  8 },
	{ photo,             5,    1, RGB,        8 },
	{ photo,          3000,    1, RGB,        8 },
	{ photo,             1,  900, RGB,        8 },
};
/* clang-format on */

static void writes_each_kind(void **state)
{
	(void)state;
	EACH_ROW(i, cases) {
		struct work work = { .pool = pool_new() };
		struct bitmap bitmap;
		const uint8_t *bytes;
		size_t len;

		assert_true(bitmap_init(&bitmap, &work, cases[i].width,
					cases[i].height));
		fill(&bitmap, cases[i].at);
		assert_true(png_write(&bytes, &len, &work, &bitmap));
		print_message("# %zu: %zu bytes\n", i, len);
		assert_int_equal(bytes[25], cases[i].type);
		assert_int_equal(bytes[24], cases[i].depth);
		assert_true(png_reference_is_valid(bytes, len));
		check_pixels(&bitmap,
			     png_reference_read(work.pool, bytes, len,
						bitmap.width, bitmap.height));
		pool_free(work.pool);
	}
}

static size_t graphicsmagick_len(struct work *work, const struct conf *conf,
				 const struct bitmap *bitmap)
{
	struct rendition rendition;
	Image *image;

	assert_true(encode_import(&image, work, bitmap));
	assert_true(encode(&rendition, work, conf, image, FORMAT_PNG, 0));
	MagickFree((void *)rendition.bytes);
	DestroyImage(image);
	return rendition.len;
}

static void writes_no_more_than_graphicsmagick(void **state)
{
	static struct pixel (*const pictures[])(uint32_t, uint32_t) = {
		photo, photo_alpha, tiles, screen, grays, most, translucent
	};
	struct conf conf;

	(void)state;
	conf_init(&conf);
	EACH_ROW(i, pictures) {
		struct work work = { .pool = pool_new(), .conf = &conf };
		struct bitmap bitmap;
		const uint8_t *bytes;
		size_t len, reference;

		assert_true(bitmap_init(&bitmap, &work, 400, 300));
		fill(&bitmap, pictures[i]);
		assert_true(png_write(&bytes, &len, &work, &bitmap));
		reference = graphicsmagick_len(&work, &conf, &bitmap);
		print_message("# %zu: %zu bytes, GraphicsMagick's %zu\n", i,
			      len, reference);
		assert_true(len <= reference + reference / 50);
		pool_free(work.pool);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_each_kind),
		cmocka_unit_test(writes_no_more_than_graphicsmagick),
	};

	InitializeMagick(NULL);
	return RUN_TESTS(tests);
}
