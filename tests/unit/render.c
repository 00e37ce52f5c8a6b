/* render.c: tests what is rendered. */
#include "config.h"

#include "lib/picture/render.h"

#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/pool.h"
#include "tests/lib/fixture.h"
#include "tests/unit/test.h"

/* clang-format off */
static const struct {
	enum format source;
	const char *recipe;
	uint32_t width, height;
	enum format format;
} variants[] = {
	{ FORMAT_JPEG, "h200",             300, 200, FORMAT_JPEG },
	{ FORMAT_JPEG, "h40",               60,  40, FORMAT_JPEG },
	{ FORMAT_JPEG, "w30",               30,  20, FORMAT_JPEG },
	{ FORMAT_JPEG, "h4000",            600, 400, FORMAT_JPEG },
	{ FORMAT_JPEG, "50x50",             50,  33, FORMAT_JPEG },
	{ FORMAT_JPEG, "50x50-cover",       50,  50, FORMAT_JPEG },
	{ FORMAT_JPEG, "20x90-cover",       20,  90, FORMAT_JPEG },
	{ FORMAT_JPEG, "700x40-exact",     700,  40, FORMAT_JPEG },
	{ FORMAT_JPEG, "h40.png",           60,  40, FORMAT_PNG },
	{ FORMAT_JPEG, "h40.gif",           60,  40, FORMAT_GIF },
	{ FORMAT_JPEG, "h40.webp",          60,  40, FORMAT_WEBP },
	{ FORMAT_JPEG, "h40.tiff",          60,  40, FORMAT_TIFF },
	{ FORMAT_JPEG, "h40.bmp",           60,  40, FORMAT_BMP },
	{ FORMAT_PNG,  "h390",             585, 390, FORMAT_PNG },
	{ FORMAT_PNG,  "h50",               75,  50, FORMAT_PNG },
	{ FORMAT_PNG,  "h50.jpeg",          75,  50, FORMAT_JPEG },
	{ FORMAT_PNG,  "50x50-cover.webp",  50,  50, FORMAT_WEBP },
	{ FORMAT_GIF,  "h50",               75,  50, FORMAT_GIF },
	{ FORMAT_GIF,  "h4000",            600, 400, FORMAT_GIF },
	{ FORMAT_WEBP, "h50",               75,  50, FORMAT_WEBP },
	{ FORMAT_TIFF, "h50",               75,  50, FORMAT_PNG },
	{ FORMAT_BMP,  "h50.jpeg",          75,  50, FORMAT_JPEG },
};
/* clang-format on */

static void renders_every_format(void **state)
{
	struct fixture fixture = fixture_set_up();

	(void)state;
	EACH_ROW(i, variants) {
		const struct fixture_file file = fixture_four_colours(
			&fixture, variants[i].source, 600, 400);
		struct rendition rendition;

		fixture_must_render(&rendition, &fixture, &file,
				    variants[i].recipe);
		assert_int_equal(rendition.format, variants[i].format);
		assert_int_equal(rendition.width, variants[i].width);
		assert_int_equal(rendition.height, variants[i].height);
		fixture_check_corners(&rendition, fixture_four);
	}
	fixture_clear_up(&fixture);
}

/* By the recipes in these texts, which are read to `recipes`. */
static void render_texts(struct rendition *rendition, struct recipe *recipes,
			 struct fixture *fixture,
			 const struct fixture_file *file,
			 const char *const *texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_true(
			recipe_parse(&recipes[i], &fixture->work, texts[i]));
	assert_true(
		fixture_render_all(rendition, fixture, file, recipes, count));
}

static void renders_all_variants_at_once(void **state)
{
	static const char *const texts[] = { "h20", "h300", "h100.png", "w600",
					     "8x40-cover" };
	struct fixture fixture = fixture_set_up();
	struct recipe recipes[ARRAY_LEN(texts)];
	struct rendition renditions[ARRAY_LEN(texts)];
	const struct fixture_file file =
		fixture_four_colours(&fixture, FORMAT_JPEG, 1200, 800);

	(void)state;
	render_texts(renditions, recipes, &fixture, &file, texts,
		     ARRAY_LEN(texts));
	EACH_ROW(i, texts) {
		const struct recipe_plan plan =
			recipe_plan(&recipes[i], 1200, 800);

		assert_int_equal(renditions[i].width, plan.width);
		assert_int_equal(renditions[i].height, plan.height);
		fixture_check_corners(&renditions[i], fixture_four);
	}
	fixture_clear_up(&fixture);
}

/* A small picture stays as it is in all of them but the last three. */
static void renders_each_of_the_same_variants(void **state)
{
	static const char *const texts[] = {
		"h200", "h400", "w500", "h400.png", "h20", "20x20-cover"
	};
	struct fixture fixture = fixture_set_up();
	struct recipe recipes[ARRAY_LEN(texts)];
	struct rendition renditions[ARRAY_LEN(texts)];
	const struct fixture_file file =
		fixture_four_colours(&fixture, FORMAT_JPEG, 60, 40);

	(void)state;
	render_texts(renditions, recipes, &fixture, &file, texts,
		     ARRAY_LEN(texts));
	EACH_ROW(i, texts) {
		const struct rendition *one = &renditions[i];

		fixture_check_corners(one, fixture_four);
		assert_int_equal(one->format,
				 i == 3 ? FORMAT_PNG : FORMAT_JPEG);
		assert_int_equal(one->height, i < 4 ? 40 : 20);
		if (i < 3) {
			assert_int_equal(one->len, renditions[0].len);
			assert_memory_equal(one->bytes, renditions[0].bytes,
					    one->len);
		}
	}
	assert_int_equal(renditions[4].width, 30);
	assert_int_equal(renditions[5].width, 20);
	fixture_clear_up(&fixture);
}

/* How many pixels share a colour in a JPEG, each way: the first component's
   factors in the frame header, ITU T.81 B.2.2. */
static int shared_pixels(const struct rendition *rendition)
{
	const uint8_t *at = rendition->bytes + 2;

	while (at[1] != 0xc0 && at[1] != 0xc2)
		at += 2 + (at[2] << 8 | at[3]);
	return at[11];
}

static void tiny_pictures_keep_every_colour(void **state)
{
	/* clang-format off */
	static const struct {
		const char *recipe;
		int shared;
	} cases[] = {
		{ "15x15-exact.jpeg",   0x11 },
		{ "15x200-exact.jpeg",  0x11 },
		{ "200x1-exact.jpeg",   0x11 },
		{ "16x16-exact.jpeg",   0x22 },
		{ "h200.jpeg",          0x22 },
	};
	/* clang-format on */
	struct fixture fixture = fixture_set_up();
	const struct fixture_file file =
		fixture_four_colours(&fixture, FORMAT_PNG, 300, 200);
	struct rendition rendition;

	(void)state;
	EACH_ROW(i, cases) {
		fixture_must_render(&rendition, &fixture, &file,
				    cases[i].recipe);
		assert_int_equal(shared_pixels(&rendition), cases[i].shared);
	}
	fixture_clear_up(&fixture);
}

/* What stands upright after EXIF's orientation; CIPA DC-008 4.6.5.A. */
static const int upright[][4] = {
	[1] = { FIXTURE_RED, FIXTURE_GREEN, FIXTURE_BLUE, FIXTURE_WHITE },
	[2] = { FIXTURE_GREEN, FIXTURE_RED, FIXTURE_WHITE, FIXTURE_BLUE },
	[3] = { FIXTURE_WHITE, FIXTURE_BLUE, FIXTURE_GREEN, FIXTURE_RED },
	[4] = { FIXTURE_BLUE, FIXTURE_WHITE, FIXTURE_RED, FIXTURE_GREEN },
	[5] = { FIXTURE_RED, FIXTURE_BLUE, FIXTURE_GREEN, FIXTURE_WHITE },
	[6] = { FIXTURE_BLUE, FIXTURE_RED, FIXTURE_WHITE, FIXTURE_GREEN },
	[7] = { FIXTURE_WHITE, FIXTURE_GREEN, FIXTURE_BLUE, FIXTURE_RED },
	[8] = { FIXTURE_GREEN, FIXTURE_WHITE, FIXTURE_RED, FIXTURE_BLUE },
};

static void semaphore_pictures_upright(void **state)
{
	static const enum format formats[] = { FORMAT_JPEG, FORMAT_PNG };
	struct fixture fixture = fixture_set_up();

	(void)state;
	EACH_ROW(i, formats)
		for (unsigned slot = 1; slot < ARRAY_LEN(upright); slot++) {
			struct fixture_file file = fixture_four_colours(
				&fixture, formats[i], 400, 200);
			struct rendition rendition;

			file.probe.orientation = slot;
			fixture_must_render(&rendition, &fixture, &file, "h50");
			assert_int_equal(rendition.width, slot < 5 ? 100 : 25);
			fixture_check_corners(&rendition, upright[slot]);
		}
	fixture_clear_up(&fixture);
}

static void keeps_transparency_or_makes_it_white(void **state)
{
	static const int holed[] = { FIXTURE_RED, FIXTURE_NOTHING, FIXTURE_BLUE,
				     FIXTURE_NOTHING };
	static const int flat[] = { FIXTURE_RED, FIXTURE_WHITE, FIXTURE_BLUE,
				    FIXTURE_WHITE };
	static const char *const kept[] = { "h20.png",  "h20.gif", "h20.webp",
					    "h20.tiff", "h90.gif", "h90.png" };
	struct fixture fixture = fixture_set_up();
	const struct fixture_file file =
		fixture_save(&fixture, fixture_new_image(120, 100, holed),
			     FORMAT_PNG, 120, 100);
	struct rendition rendition;

	(void)state;
	EACH_ROW(i, kept) {
		fixture_must_render(&rendition, &fixture, &file, kept[i]);
		fixture_check_corners(&rendition, holed);
	}
	fixture_must_render(&rendition, &fixture, &file, "h20.jpeg");
	fixture_check_corners(&rendition, flat);
	fixture_clear_up(&fixture);
}

/* A dark seam would come of colours that nobody sees. */
static void has_no_dark_seams(void **state)
{
	static const int holed[] = { FIXTURE_WHITE, FIXTURE_NOTHING,
				     FIXTURE_WHITE, FIXTURE_NOTHING };
	static const int all_white[] = { FIXTURE_WHITE, FIXTURE_WHITE,
					 FIXTURE_WHITE, FIXTURE_WHITE };
	static const char *const texts[] = { "h70.jpeg", "h30.jpeg",
					     "h7.jpeg" };
	struct fixture fixture = fixture_set_up();
	const struct fixture_file file =
		fixture_save(&fixture, fixture_new_image(101, 100, holed),
			     FORMAT_PNG, 101, 100);
	struct rendition rendition;

	(void)state;
	EACH_ROW(i, texts) {
		Image *image;

		fixture_must_render(&rendition, &fixture, &file, texts[i]);
		fixture_check_corners(&rendition, all_white);
		image = fixture_read_back(&rendition);
		for (long x = 0; x < (long)image->columns; x++)
			assert_int_equal(fixture_colour_at(image, x, 1),
					 FIXTURE_WHITE);
		DestroyImage(image);
	}
	fixture_clear_up(&fixture);
}

static void lays_gif_frames_on_their_canvas(void **state)
{
	static const int placed[] = { FIXTURE_NOTHING, FIXTURE_NOTHING,
				      FIXTURE_NOTHING, FIXTURE_RED };
	static const int red[] = { FIXTURE_RED, FIXTURE_RED, FIXTURE_RED,
				   FIXTURE_RED };
	struct fixture fixture = fixture_set_up();
	Image *image = fixture_new_image(50, 40, red);
	struct rendition rendition;
	struct fixture_file file;

	(void)state;
	image->page = (RectangleInfo){ 100, 80, 50, 40 };
	file = fixture_save(&fixture, image, FORMAT_GIF, 100, 80);
	fixture_must_render(&rendition, &fixture, &file, "h40.png");
	assert_int_equal(rendition.width, 50);
	fixture_check_corners(&rendition, placed);
	fixture_clear_up(&fixture);
}

static void put_le32(char *at, uint32_t number)
{
	for (int i = 0; i < 4; i++)
		at[i] = (char)(number >> 8 * i);
}

static void takes_the_first_frame_of_a_webp(void **state)
{
	/* A canvas of 100x80, a frame of 50x40 at 50, 40. */
	char head[] = "RIFF....WEBPVP8X\x0a\0\0\0\x12\0\0\0\x63\0\0\x4f\0\0"
		      "ANIM\x06\0\0\0\0\0\0\0\0\0ANMF....\x19\0\0\x14\0\0"
		      "\x31\0\0\x27\0\0\0\0\0\0";
	static const int placed[] = { FIXTURE_NOTHING, FIXTURE_NOTHING,
				      FIXTURE_NOTHING, FIXTURE_RED };
	static const int red[] = { FIXTURE_RED, FIXTURE_RED, FIXTURE_RED,
				   FIXTURE_RED };
	struct fixture fixture = fixture_set_up();
	const struct fixture_file still = fixture_save(
		&fixture, fixture_new_image(50, 40, red), FORMAT_WEBP, 50, 40);
	struct buf *buf = buf_new(fixture.pool, 1 << 20);
	struct rendition rendition;
	struct fixture_file file;

	(void)state;
	assert_true(buf_add(buf, head, sizeof(head) - 1));
	assert_true(buf_add(buf, still.bytes + 12, still.len - 12));
	put_le32(buf->data + 4, (uint32_t)buf->len - 8);
	put_le32(buf->data + 48, (uint32_t)still.len - 12 + 16);
	file = fixture_new_file(&fixture, buf->data, buf->len, FORMAT_WEBP, 100,
				80);
	fixture_must_render(&rendition, &fixture, &file, "h40.png");
	fixture_check_corners(&rendition, placed);
	fixture_clear_up(&fixture);
}

static void lets_nothing_but_pixels_through(void **state)
{
	static const char secret[] = "SECRET SECRET SECRET";
	static const char *const profiles[] = { "EXIF", "IPTC", "XMP", "ICM" };
	struct fixture fixture = fixture_set_up();

	(void)state;
	for (enum format source = 0; source < FORMAT__COUNT; source++) {
		Image *image = fixture_new_image(60, 40, fixture_four);
		struct rendition rendition;
		struct fixture_file file;

		EACH_ROW(i, profiles)
			SetImageProfile(image, profiles[i],
					(const unsigned char *)secret,
					sizeof(secret));
		SetImageAttribute(image, "comment", secret);
		SetImageAttribute(image, "Title", secret);
		file = fixture_save(&fixture, image, source, 60, 40);
		for (enum format to = 0; to < FORMAT__COUNT; to++) {
			fixture_must_render(&rendition, &fixture, &file,
					    pool_printf(fixture.pool, "h40.%s",
							format_row(to)->name));
			assert_null(memmem(rendition.bytes, rendition.len,
					   "SECRET", 6));
		}
	}
	fixture_clear_up(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(renders_every_format),
		cmocka_unit_test(renders_all_variants_at_once),
		cmocka_unit_test(renders_each_of_the_same_variants),
		cmocka_unit_test(tiny_pictures_keep_every_colour),
		cmocka_unit_test(semaphore_pictures_upright),
		cmocka_unit_test(keeps_transparency_or_makes_it_white),
		cmocka_unit_test(has_no_dark_seams),
		cmocka_unit_test(lays_gif_frames_on_their_canvas),
		cmocka_unit_test(takes_the_first_frame_of_a_webp),
		cmocka_unit_test(lets_nothing_but_pixels_through),
	};

	return RUN_TESTS(tests);
}
