/* render.c: tests what is rendered. */
#include "config.h"

#include "lib/picture/render.h"

#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/pool.h"
#include "tests/lib/desk.h"
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
	struct desk desk = desk_set_up();

	(void)state;
	EACH_ROW(i, variants) {
		const struct desk_file file =
			desk_four_colours(&desk, variants[i].source, 600, 400);
		struct rendition rendition;

		desk_must_render(&rendition, &desk, &file, variants[i].recipe);
		assert_int_equal(rendition.format, variants[i].format);
		assert_int_equal(rendition.width, variants[i].width);
		assert_int_equal(rendition.height, variants[i].height);
		desk_check_corners(&rendition, desk_four);
	}
	desk_clear_up(&desk);
}

/* By the recipes in these texts, which are read to `recipes`. */
static void render_texts(struct rendition *rendition, struct recipe *recipes,
			 struct desk *desk, const struct desk_file *file,
			 const char *const *texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_true(recipe_parse(&recipes[i], &desk->work, texts[i]));
	assert_true(desk_render_all(rendition, desk, file, recipes, count));
}

static void renders_all_variants_at_once(void **state)
{
	static const char *const texts[] = { "h20", "h300", "h100.png", "w600",
					     "8x40-cover" };
	struct desk desk = desk_set_up();
	struct recipe recipes[ARRAY_LEN(texts)];
	struct rendition renditions[ARRAY_LEN(texts)];
	const struct desk_file file =
		desk_four_colours(&desk, FORMAT_JPEG, 1200, 800);

	(void)state;
	render_texts(renditions, recipes, &desk, &file, texts,
		     ARRAY_LEN(texts));
	EACH_ROW(i, texts) {
		const struct recipe_plan plan =
			recipe_plan(&recipes[i], 1200, 800);

		assert_int_equal(renditions[i].width, plan.width);
		assert_int_equal(renditions[i].height, plan.height);
		desk_check_corners(&renditions[i], desk_four);
	}
	desk_clear_up(&desk);
}

/* A small picture stays as it is in all of them but the last three. */
static void renders_each_of_the_same_variants(void **state)
{
	static const char *const texts[] = {
		"h200", "h400", "w500", "h400.png", "h20", "20x20-cover"
	};
	struct desk desk = desk_set_up();
	struct recipe recipes[ARRAY_LEN(texts)];
	struct rendition renditions[ARRAY_LEN(texts)];
	const struct desk_file file =
		desk_four_colours(&desk, FORMAT_JPEG, 60, 40);

	(void)state;
	render_texts(renditions, recipes, &desk, &file, texts,
		     ARRAY_LEN(texts));
	EACH_ROW(i, texts) {
		const struct rendition *one = &renditions[i];

		desk_check_corners(one, desk_four);
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
	desk_clear_up(&desk);
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
	struct desk desk = desk_set_up();
	const struct desk_file file =
		desk_four_colours(&desk, FORMAT_PNG, 300, 200);
	struct rendition rendition;

	(void)state;
	EACH_ROW(i, cases) {
		desk_must_render(&rendition, &desk, &file, cases[i].recipe);
		assert_int_equal(shared_pixels(&rendition), cases[i].shared);
	}
	desk_clear_up(&desk);
}

/* What stands upright after EXIF's orientation; CIPA DC-008 4.6.5.A. */
static const int upright[][4] = {
	[1] = { DESK_RED, DESK_GREEN, DESK_BLUE, DESK_WHITE },
	[2] = { DESK_GREEN, DESK_RED, DESK_WHITE, DESK_BLUE },
	[3] = { DESK_WHITE, DESK_BLUE, DESK_GREEN, DESK_RED },
	[4] = { DESK_BLUE, DESK_WHITE, DESK_RED, DESK_GREEN },
	[5] = { DESK_RED, DESK_BLUE, DESK_GREEN, DESK_WHITE },
	[6] = { DESK_BLUE, DESK_RED, DESK_WHITE, DESK_GREEN },
	[7] = { DESK_WHITE, DESK_GREEN, DESK_BLUE, DESK_RED },
	[8] = { DESK_GREEN, DESK_WHITE, DESK_RED, DESK_BLUE },
};

static void semaphore_pictures_upright(void **state)
{
	static const enum format formats[] = { FORMAT_JPEG, FORMAT_PNG };
	struct desk desk = desk_set_up();

	(void)state;
	EACH_ROW(i, formats)
		for (unsigned slot = 1; slot < ARRAY_LEN(upright); slot++) {
			struct desk_file file =
				desk_four_colours(&desk, formats[i], 400, 200);
			struct rendition rendition;

			file.probe.orientation = slot;
			desk_must_render(&rendition, &desk, &file, "h50");
			assert_int_equal(rendition.width, slot < 5 ? 100 : 25);
			desk_check_corners(&rendition, upright[slot]);
		}
	desk_clear_up(&desk);
}

static void keeps_transparency_or_makes_it_white(void **state)
{
	static const int holed[] = { DESK_RED, DESK_NOTHING, DESK_BLUE,
				     DESK_NOTHING };
	static const int flat[] = { DESK_RED, DESK_WHITE, DESK_BLUE,
				    DESK_WHITE };
	static const char *const kept[] = { "h20.png",  "h20.gif", "h20.webp",
					    "h20.tiff", "h90.gif", "h90.png" };
	struct desk desk = desk_set_up();
	const struct desk_file file = desk_save(
		&desk, desk_new_image(120, 100, holed), FORMAT_PNG, 120, 100);
	struct rendition rendition;

	(void)state;
	EACH_ROW(i, kept) {
		desk_must_render(&rendition, &desk, &file, kept[i]);
		desk_check_corners(&rendition, holed);
	}
	desk_must_render(&rendition, &desk, &file, "h20.jpeg");
	desk_check_corners(&rendition, flat);
	desk_clear_up(&desk);
}

/* A dark seam would come of colours that nobody sees. */
static void has_no_dark_seams(void **state)
{
	static const int holed[] = { DESK_WHITE, DESK_NOTHING, DESK_WHITE,
				     DESK_NOTHING };
	static const int all_white[] = { DESK_WHITE, DESK_WHITE, DESK_WHITE,
					 DESK_WHITE };
	static const char *const texts[] = { "h70.jpeg", "h30.jpeg",
					     "h7.jpeg" };
	struct desk desk = desk_set_up();
	const struct desk_file file = desk_save(
		&desk, desk_new_image(101, 100, holed), FORMAT_PNG, 101, 100);
	struct rendition rendition;

	(void)state;
	EACH_ROW(i, texts) {
		Image *image;

		desk_must_render(&rendition, &desk, &file, texts[i]);
		desk_check_corners(&rendition, all_white);
		image = desk_read_back(&rendition);
		for (long x = 0; x < (long)image->columns; x++)
			assert_int_equal(desk_colour_at(image, x, 1),
					 DESK_WHITE);
		DestroyImage(image);
	}
	desk_clear_up(&desk);
}

static void lays_gif_frames_on_their_canvas(void **state)
{
	static const int placed[] = { DESK_NOTHING, DESK_NOTHING, DESK_NOTHING,
				      DESK_RED };
	static const int red[] = { DESK_RED, DESK_RED, DESK_RED, DESK_RED };
	struct desk desk = desk_set_up();
	Image *image = desk_new_image(50, 40, red);
	struct rendition rendition;
	struct desk_file file;

	(void)state;
	image->page = (RectangleInfo){ 100, 80, 50, 40 };
	file = desk_save(&desk, image, FORMAT_GIF, 100, 80);
	desk_must_render(&rendition, &desk, &file, "h40.png");
	assert_int_equal(rendition.width, 50);
	desk_check_corners(&rendition, placed);
	desk_clear_up(&desk);
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
	static const int placed[] = { DESK_NOTHING, DESK_NOTHING, DESK_NOTHING,
				      DESK_RED };
	static const int red[] = { DESK_RED, DESK_RED, DESK_RED, DESK_RED };
	struct desk desk = desk_set_up();
	const struct desk_file still = desk_save(
		&desk, desk_new_image(50, 40, red), FORMAT_WEBP, 50, 40);
	struct buf *buf = buf_new(desk.pool, 1 << 20);
	struct rendition rendition;
	struct desk_file file;

	(void)state;
	assert_true(buf_add(buf, head, sizeof(head) - 1));
	assert_true(buf_add(buf, still.bytes + 12, still.len - 12));
	put_le32(buf->data + 4, (uint32_t)buf->len - 8);
	put_le32(buf->data + 48, (uint32_t)still.len - 12 + 16);
	file = desk_new_file(&desk, buf->data, buf->len, FORMAT_WEBP, 100, 80);
	desk_must_render(&rendition, &desk, &file, "h40.png");
	desk_check_corners(&rendition, placed);
	desk_clear_up(&desk);
}

static void lets_nothing_but_pixels_through(void **state)
{
	static const char secret[] = "SECRET SECRET SECRET";
	static const char *const profiles[] = { "EXIF", "IPTC", "XMP", "ICM" };
	struct desk desk = desk_set_up();

	(void)state;
	for (enum format source = 0; source < FORMAT__COUNT; source++) {
		Image *image = desk_new_image(60, 40, desk_four);
		struct rendition rendition;
		struct desk_file file;

		EACH_ROW(i, profiles)
			SetImageProfile(image, profiles[i],
					(const unsigned char *)secret,
					sizeof(secret));
		SetImageAttribute(image, "comment", secret);
		SetImageAttribute(image, "Title", secret);
		file = desk_save(&desk, image, source, 60, 40);
		for (enum format to = 0; to < FORMAT__COUNT; to++) {
			desk_must_render(&rendition, &desk, &file,
					 pool_printf(desk.pool, "h40.%s",
						     format_row(to)->name));
			assert_null(memmem(rendition.bytes, rendition.len,
					   "SECRET", 6));
		}
	}
	desk_clear_up(&desk);
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
