/* thumbhash.c: compares ThumbHashes with those of the reference implementation,
   and tests what placeholders are made of. */
#include "config.h"

#include "lib/picture/thumbhash.h"

#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/picture/placeholder.h"
#include "tests/unit/test.h"

/* The same formulas are in tests/lib/thumbhash.mjs. */

static void gradient(uint8_t *rgba, int x, int y, int w, int h)
{
	rgba[0] = (uint8_t)(x * 255 / w);
	rgba[1] = (uint8_t)(x * y * 255 / (w * h));
	rgba[2] = 128;
}

static void gray(uint8_t *rgba, int x, int y, int w, int h)
{
	(void)w;
	(void)h;
	rgba[0] = rgba[1] = rgba[2] = (uint8_t)(x * 7 + y * 13);
}

static void flat(uint8_t *rgba, int x, int y, int w, int h)
{
	(void)x;
	(void)y;
	(void)w;
	(void)h;
	memcpy(rgba, "\310\50\132", 3);
}

static void noise(uint8_t *rgba, int x, int y, int w, int h)
{
	(void)w;
	(void)h;
	rgba[0] = (uint8_t)(x * x * 31 + y * 57);
	rgba[1] = (uint8_t)(x * 17 + y * y * 91);
	rgba[2] = (uint8_t)(x * y * 23);
}

static void alpha(uint8_t *rgba, int x, int y, int w, int h)
{
	rgba[0] = (uint8_t)(x * 255 / w);
	rgba[1] = 60;
	rgba[2] = (uint8_t)(y * 255 / h);
	rgba[3] = (uint8_t)((x + y) * 255 / (w + h));
}

static void cutout(uint8_t *rgba, int x, int y, int w, int h)
{
	const int dx = 2 * x - w, dy = 2 * y - h;

	rgba[0] = (uint8_t)(x * 29);
	rgba[1] = (uint8_t)(y * 41);
	rgba[2] = 200;
	rgba[3] = dx * dx + dy * dy < w * h ? 255 : 0;
}

static void clear(uint8_t *rgba, int x, int y, int w, int h)
{
	(void)x;
	(void)y;
	(void)w;
	(void)h;
	memset(rgba, 0, 4);
}

static const struct {
	const char *name;
	void (*pixel)(uint8_t *rgba, int x, int y, int w, int h);
} kinds[] = {
	{ "gradient", gradient }, { "gray", gray },   { "flat", flat },
	{ "noise", noise },       { "alpha", alpha }, { "cutout", cutout },
	{ "clear", clear },
};

static void draw(uint8_t *rgba, const char *name, int width, int height)
{
	size_t kind = 0;

	while (kind < ARRAY_LEN(kinds) && strcmp(kinds[kind].name, name) != 0)
		kind++;
	assert_in_range(kind, 0, ARRAY_LEN(kinds) - 1);
	for (int y = 0; y < height; y++)
		for (int x = 0; x < width; x++, rgba += 4) {
			rgba[3] = 255;
			kinds[kind].pixel(rgba, x, y, width, height);
		}
}

static void are_those_of_the_reference(void **state)
{
	struct pool *pool = pool_new();
	const char *path = pool_printf(pool, "%s/tests/lib/thumbhash.txt",
				       getenv("srcdir"));
	FILE *file = fopen(path, "r");
	char name[16], expected[64];
	int width, height, count = 0;

	(void)state;
	assert_non_null(file);
	for (; fscanf(file, "%15s %d %d %63s", name, &width, &height,
		      expected) == 4;
	     count++) {
		uint8_t rgba[4 * THUMBHASH_MAX_SIDE * THUMBHASH_MAX_SIDE];
		uint8_t hash[THUMBHASH_MAX];
		const char *found;
		size_t len;

		draw(rgba, name, width, height);
		len = thumbhash(hash, (uint32_t)width, (uint32_t)height, rgba);
		found = text_base64(pool, hash, len);
		if (strcmp(found, expected) != 0)
			fail_msg("%s %dx%d: expected %s, found %s", name, width,
				 height, expected, found);
	}
	fclose(file);
	pool_free(pool);
	assert_in_range(count, 12, 100);
}

static void fill(struct bitmap *bitmap, const uint8_t *pixel)
{
	for (uint32_t y = 0; y < bitmap->height; y++)
		for (uint32_t x = 0; x < bitmap->width; x++)
			memcpy(bitmap_row(bitmap, y) + x * bitmap->channels,
			       pixel, bitmap->channels);
}

/* Also of sides that are not multiples of what they are reduced to. */
static void one_colour_stays(void **state)
{
	static const uint32_t sides[][2] = {
		{ 1, 1 },     { 32, 32 },  { 33, 31 }, { 300, 200 },
		{ 1, 16000 }, { 5000, 3 }, { 65, 64 },
	};
	static const uint8_t red[] = { 200, 40, 90, 255 };
	static const uint8_t half[] = { 100, 20, 45, 128 };

	(void)state;
	EACH_ROW(i, sides) {
		struct work work = { .pool = pool_new() };
		struct placeholder opaque, translucent;
		struct bitmap bitmap;

		assert_true(
			bitmap_init(&bitmap, &work, sides[i][0], sides[i][1]));
		fill(&bitmap, red);
		placeholder_of_planes(&opaque, work.pool, &bitmap, 1);
		assert_memory_equal(opaque.color, red, 3);
		assert_true(opaque.has_color && opaque.len);
		fill(&bitmap, half);
		placeholder_of_planes(&translucent, work.pool, &bitmap, 1);
		assert_in_range(translucent.color[0], 199, 200);
		assert_in_range(translucent.color[1], 39, 41);
		assert_int_not_equal(opaque.hash[2] >> 7,
				     translucent.hash[2] >> 7);
		fill(&bitmap, (const uint8_t[4]){ 0 });
		placeholder_of_planes(&translucent, work.pool, &bitmap, 1);
		assert_false(translucent.has_color);
		assert_true(translucent.len);
		pool_free(work.pool);
	}
}

/* Brightness and colour differences give the same as their pixels do. */
static void planes_are_pixels(void **state)
{
	static const struct {
		uint8_t planes[3], pixel[4];
	} cases[] = {
		{ { 255, 128, 128 }, { 255, 255, 255, 255 } },
		{ { 0, 128, 128 }, { 0, 0, 0, 255 } },
		{ { 76, 85, 255 }, { 254, 0, 0, 255 } },
		{ { 29, 255, 107 }, { 0, 0, 254, 255 } },
		{ { 120, 100, 160 }, { 165, 107, 70, 255 } },
	};

	(void)state;
	EACH_ROW(i, cases) {
		struct work work = { .pool = pool_new() };
		struct placeholder of_planes, of_pixels;
		struct bitmap planes[3], bitmap;

		for (unsigned p = 0; p < 3; p++) {
			assert_true(bitmap_init_plane(
				&planes[p], &work, p ? 51 : 101, p ? 34 : 67));
			fill(&planes[p], &cases[i].planes[p]);
		}
		assert_true(bitmap_init(&bitmap, &work, 101, 67));
		fill(&bitmap, cases[i].pixel);
		placeholder_of_planes(&of_planes, work.pool, planes, 3);
		placeholder_of_planes(&of_pixels, work.pool, &bitmap, 1);
		assert_memory_equal(of_planes.color, of_pixels.color, 3);
		assert_int_equal(of_planes.len, of_pixels.len);
		assert_memory_equal(of_planes.hash, of_pixels.hash, 3);
		pool_free(work.pool);
	}
}

/* Two thirds of the picture are green, and the mean of all is another
   colour. */
static void the_color_is_that_of_most_pixels(void **state)
{
	static const uint8_t green[] = { 20, 180, 30, 255 };
	static const uint8_t blue[] = { 10, 10, 250, 255 };
	struct work work = { .pool = pool_new() };
	struct placeholder placeholder;
	struct bitmap bitmap;

	(void)state;
	assert_true(bitmap_init(&bitmap, &work, 96, 96));
	for (uint32_t y = 0; y < 96; y++)
		for (uint32_t x = 0; x < 96; x++)
			memcpy(bitmap_row(&bitmap, y) + 4 * x,
			       y < 64 ? green : blue, 4);
	placeholder_of_planes(&placeholder, work.pool, &bitmap, 1);
	assert_memory_equal(placeholder.color, green, 3);
	pool_free(work.pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(are_those_of_the_reference),
		cmocka_unit_test(one_colour_stays),
		cmocka_unit_test(planes_are_pixels),
		cmocka_unit_test(the_color_is_that_of_most_pixels),
	};

	return RUN_TESTS(tests);
}
