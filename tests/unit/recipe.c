/* recipe.c: tests the names of variants and the sizes that follow. */
#include "config.h"

#include "lib/picture/recipe.h"

#include <math.h>
#include <string.h>

#include "lib/base/pool.h"
#include "tests/unit/test.h"

struct name {
	const char *text;
	struct recipe recipe;
};

struct size {
	uint32_t width, height; /* of the source */
	const char *text;
	struct recipe_plan plan;
};

/* clang-format off */
static const struct name names[] = {
	{ "h200",             { .height = 200 } },
	{ "w400",             { .width = 400 } },
	{ "w1",               { .width = 1 } },
	{ "h16383",           { .height = 16383 } },
	{ "100x80",           { .width = 100, .height = 80 } },
	{ "100x80-cover",     { .width = 100, .height = 80, .fit = FIT_COVER } },
	{ "100x80-exact",     { .width = 100, .height = 80, .fit = FIT_EXACT } },
	{ "100x80-cover-north", { .width = 100, .height = 80, .fit = FIT_COVER, .gravity = GRAVITY_NORTH } },
	{ "100x80-cover-north-east", { .width = 100, .height = 80, .fit = FIT_COVER, .gravity = GRAVITY_NORTH_EAST } },
	{ "100x80-cover-smart", { .width = 100, .height = 80, .fit = FIT_COVER, .gravity = GRAVITY_SMART } },
	{ "h200.webp",        { .height = 200, .has_format = true, .format = FORMAT_WEBP } },
	{ "w9.jpeg",          { .width = 9, .has_format = true, .format = FORMAT_JPEG } },
	{ "1x2-exact.png",    { .width = 1, .height = 2, .fit = FIT_EXACT, .has_format = true, .format = FORMAT_PNG } },
	{ "16383x16383-cover.tiff", { .width = 16383, .height = 16383, .fit = FIT_COVER, .has_format = true, .format = FORMAT_TIFF } },
	{ "h200-gray",        { .height = 200, .gray = true } },
	{ "h200-blur1",       { .height = 200, .blur = 1 } },
	{ "h200-blur100",     { .height = 200, .blur = 100 } },
	{ "h200-sharp",       { .height = 200, .sharp = true } },
	{ "h200-q1",          { .height = 200, .has_quality = true, .quality = 1 } },
	{ "h200-q100.webp",   { .height = 200, .has_quality = true, .quality = 100, .has_format = true, .format = FORMAT_WEBP } },
	{ "h200@2x",          { .height = 400, .density = 2 } },
	{ "h200@3x",          { .height = 600, .density = 3 } },
	{ "9x8-exact-blur7@3x", { .width = 27, .height = 24, .fit = FIT_EXACT, .blur = 21, .density = 3 } },
	{ "h5461@3x",         { .height = 16383, .density = 3 } },
	{ "8191x8191-cover-south-west-gray-blur100-sharp-q100@2x.jpeg",
	  { .width = 16382, .height = 16382, .fit = FIT_COVER, .gravity = GRAVITY_SOUTH_WEST, .gray = true, .blur = 200, .sharp = true,
	    .has_quality = true, .quality = 100, .density = 2, .has_format = true, .format = FORMAT_JPEG } },
};

static const char *const wrong_names[] = {
	"", "h", "w", "x", "200", "h0", "h0200", "h16384", "h99999999999999999999", "h4294967496",
	"H200", "h200 ", " h200", "h+200", "h-200", "h2e2", "h200px", "h200w100", "100x", "x100",
	"100x0", "0x100", "0100x100", "100X100", "100x100x100", "100x16384", "100x100-", "100x100-fit",
	"100x100-inside", "100x100-covers", "100x100-cover-exact", "h200-cover", "w200-exact", "h200.",
	"h200.jpg", "h200.JPEG", "h200.svg", "h200.webp.webp", "h200..webp", "h200.webp ", ".webp",
	"original", "original.jpeg", "h200\n", "h\xe2\x82\x82", "../h200", "h200/",
	/* gravity */
	"h200-north", "100x100-north", "100x100-exact-north", "100x100-cover-centre", "100x100-cover-focus",
	"100x100-cover-", "100x100-cover-northeast", "100x100-cover-east-north", "100x100-cover-north-south",
	"100x100-cover-North", "100x100-cover-north-", "100x100-cover-smart-north", "100x100-smart",
	"100x100-north-cover", "100x100-exact-smart",
	/* effects */
	"h200-grey", "h200-gray1", "h200-gray-gray", "h200-blur", "h200-blur0", "h200-blur08", "h200-blur101",
	"h200-blur-8", "h200-blur8.5", "h200-blur8-blur8", "h200-sharp1", "h200-sharp-sharp", "h200-blur4294967297",
	"h200-blur8-gray", "h200-sharp-gray", "h200-sharp-blur8", "100x100-gray-cover", "-gray", "h200--gray",
	/* quality and density */
	"h200-q", "h200-q0", "h200-q08", "h200-q101", "h200-q80-q80", "h200-q80-gray", "h200-q80-sharp", "h200q80",
	"h200-Q80", "h200-q80.png", "h200-q80.gif", "h200-q80.tiff", "h200-q80.bmp", "h200.webp-q80",
	"h200@", "h200@2", "h200@x", "h200@1x", "h200@0x", "h200@4x", "h200@02x", "h200@2X", "h200@2x@2x", "@2x",
	"h200@2x-gray", "h200@2x-q80", "h200.webp@2x", "h8192@2x", "h5462@3x", "w16383@2x", "100x8192@2x",
	"h200@2x@3x", "h200@1.5x", "h200@3xx",
};

/* Each part of a name with its possible texts, in order. */
static const char *const parts[][13] = {
	{ "h20", "w20", "20x30" },
	{ "", "-cover", "-exact" },
	{ "", "-north", "-north-east", "-east", "-south-east", "-south", "-south-west", "-west",
	  "-north-west", "-smart" },
	{ "", "-gray" },
	{ "", "-blur1", "-blur10" },
	{ "", "-sharp" },
	{ "", "-q7", "-q70" },
	{ "", "@2x", "@3x" },
	{ "", ".jpeg", ".webp", ".png" },
};

static const struct size sizes[] = {
	/* inside: the nearest whole size, never enlarged, at least 1 */
	{ 1920, 1200, "h200",          { 320, 200, 0, 0, 1920, 1200 } },
	{ 1920, 1200, "h400",          { 640, 400, 0, 0, 1920, 1200 } },
	{ 1920, 1200, "w400",          { 400, 250, 0, 0, 1920, 1200 } },
	{ 1920, 1200, "100x100",       { 100, 63, 0, 0, 1920, 1200 } },
	{ 1200, 1920, "100x100",       { 63, 100, 0, 0, 1200, 1920 } },
	{ 300, 300, "100x100",         { 100, 100, 0, 0, 300, 300 } },
	{ 3, 2, "h1",                  { 2, 1, 0, 0, 3, 2 } },
	{ 100, 50, "h200",             { 100, 50, 0, 0, 100, 50 } },
	{ 100, 50, "w100",             { 100, 50, 0, 0, 100, 50 } },
	{ 100, 50, "300x20",           { 40, 20, 0, 0, 100, 50 } },
	{ 1, 65500, "w64",             { 1, 16383, 0, 0, 1, 65500 } },
	{ 1, 65500, "h64",             { 1, 64, 0, 0, 1, 65500 } },
	{ 65500, 1, "100x100",         { 100, 1, 0, 0, 65500, 1 } },
	{ 65535, 65535, "16383x16383", { 16383, 16383, 0, 0, 65535, 65535 } },
	{ 1, 1, "h200",                { 1, 1, 0, 0, 1, 1 } },
	/* cover: the box is filled by the middle */
	{ 1920, 1200, "100x100-cover", { 100, 100, 360, 0, 1200, 1200 } },
	{ 1200, 1920, "100x100-cover", { 100, 100, 0, 360, 1200, 1200 } },
	{ 1920, 1200, "160x100-cover", { 160, 100, 0, 0, 1920, 1200 } },
	{ 400, 300, "400x100-cover",   { 400, 100, 0, 100, 400, 100 } },
	{ 101, 100, "50x50-cover",     { 50, 50, 0, 0, 100, 100 } },
	/* a smaller source keeps the box's ratio, not its size */
	{ 150, 50, "100x100-cover",    { 50, 50, 50, 0, 50, 50 } },
	{ 50, 150, "100x100-cover",    { 50, 50, 0, 50, 50, 50 } },
	{ 50, 40, "200x100-cover",     { 50, 25, 0, 7, 50, 25 } },
	{ 1, 1, "100x100-cover",       { 1, 1, 0, 0, 1, 1 } },
	{ 1, 65500, "9000x1-cover",    { 1, 1, 0, 32749, 1, 1 } },
	/* cover with a gravity: the named sides stay */
	{ 1920, 1200, "100x100-cover-west",  { 100, 100, 0, 0, 1200, 1200 } },
	{ 1920, 1200, "100x100-cover-east",  { 100, 100, 720, 0, 1200, 1200 } },
	{ 1920, 1200, "100x100-cover-north", { 100, 100, 360, 0, 1200, 1200 } },
	{ 1920, 1200, "100x100-cover-north-west", { 100, 100, 0, 0, 1200, 1200 } },
	{ 1920, 1200, "100x100-cover-south-east", { 100, 100, 720, 0, 1200, 1200 } },
	{ 1200, 1920, "100x100-cover-north", { 100, 100, 0, 0, 1200, 1200 } },
	{ 1200, 1920, "100x100-cover-south", { 100, 100, 0, 720, 1200, 1200 } },
	{ 1200, 1920, "100x100-cover-south-west", { 100, 100, 0, 720, 1200, 1200 } },
	{ 1200, 1920, "100x100-cover-north-east", { 100, 100, 0, 0, 1200, 1200 } },
	{ 1200, 1920, "100x100-cover-west",  { 100, 100, 0, 360, 1200, 1200 } },
	{ 50, 40, "200x100-cover-south",     { 50, 25, 0, 15, 50, 25 } },
	{ 50, 40, "100x50-cover-south@2x",   { 50, 25, 0, 15, 50, 25 } },
	{ 1920, 1200, "h200@2x",             { 640, 400, 0, 0, 1920, 1200 } },
	/* exact: both sides as said, even if larger */
	{ 1920, 1200, "100x100-exact", { 100, 100, 0, 0, 1920, 1200 } },
	{ 10, 10, "300x200-exact",     { 300, 200, 0, 0, 10, 10 } },
};
/* clang-format on */

static bool same_recipe(const struct recipe *a, const struct recipe *b)
{
	return a->width == b->width && a->height == b->height &&
	       a->fit == b->fit && a->gravity == b->gravity &&
	       a->gray == b->gray && a->blur == b->blur &&
	       a->sharp == b->sharp && a->density == b->density &&
	       a->has_format == b->has_format &&
	       (!a->has_format || a->format == b->format) &&
	       a->has_quality == b->has_quality && a->quality == b->quality &&
	       a->animated == b->animated;
}

static void names_are_read_and_written(void **state)
{
	(void)state;
	EACH_ROW(i, names) {
		char text[RECIPE_TEXT_SIZE];
		struct work work = { 0 };
		struct recipe recipe;

		if (!recipe_parse(&recipe, &work, names[i].text) ||
		    !same_recipe(&recipe, &names[i].recipe))
			fail_msg("%s: %s", names[i].text, work.why);
		assert_string_equal(recipe_text(&recipe, text), names[i].text);
	}
}

static void wrong_names_are_refused(void **state)
{
	(void)state;
	EACH_ROW(i, wrong_names) {
		struct recipe recipe = { .width = 12345 };
		struct work work = { 0 };

		if (recipe_parse(&recipe, &work, wrong_names[i]))
			fail_msg("\"%s\" was taken", wrong_names[i]);
		assert_int_equal(work.err, ERR_INVALID_FIELD);
		assert_string_equal(work.field, "variant");
		assert_non_null(strstr(work.why, "h200"));
		assert_int_equal(recipe.width, 12345);
	}
}

/* Which text of each part a name has. */
struct choice {
	size_t text[ARRAY_LEN(parts)];
};

/* Sets the next choice, as a number of digits; returns false after the last. */
static bool next_choice(struct choice *choice)
{
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		if (parts[i][++choice->text[i]])
			return true;
		choice->text[i] = 0;
	}
	return false;
}

static bool is_allowed(const struct choice *choice)
{
	const char *fit = parts[1][choice->text[1]];
	const char *format = parts[8][choice->text[8]];

	return (!*fit || !strcmp(parts[0][choice->text[0]], "20x30")) &&
	       (!choice->text[2] || !strcmp(fit, "-cover")) &&
	       (!choice->text[6] || strcmp(format, ".png"));
}

/* Joins the parts, of which two may be exchanged. */
static void join(char text[128], const struct choice *choice, size_t swapped)
{
	*text = '\0';
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		const size_t at = i == swapped       ? i + 1
				  : i == swapped + 1 ? i - 1
						     : i;

		strcat(text, parts[at][choice->text[at]]);
	}
}

static void check_spelling(const struct choice *choice, size_t swapped)
{
	char text[128], printed[RECIPE_TEXT_SIZE];
	struct work work = { 0 };
	struct recipe recipe;
	const bool in_order = swapped >= ARRAY_LEN(parts) ||
			      !choice->text[swapped] ||
			      !choice->text[swapped + 1];

	join(text, choice, swapped);
	if (recipe_parse(&recipe, &work, text) !=
	    (in_order && is_allowed(choice)))
		fail_msg("\"%s\": found %s", text,
			 work.err ? "an error" : "a recipe");
	if (!work.err)
		assert_string_equal(recipe_text(&recipe, printed), text);
}

static void parts_have_one_order(void **state)
{
	struct choice choice = { 0 };

	(void)state;
	do {
		check_spelling(&choice, ARRAY_LEN(parts));
		for (size_t i = 1; i + 1 < ARRAY_LEN(parts); i++)
			check_spelling(&choice, i);
	} while (next_choice(&choice));
}

/* Its text is longer than that of any other. */
static void texts_have_room(void **state)
{
	const struct recipe recipe = {
		.width = 2 * 8191,
		.height = 2 * 8191,
		.fit = FIT_COVER,
		.gravity = GRAVITY_SOUTH_WEST,
		.gray = true,
		.blur = 2 * RECIPE_MAX_BLUR,
		.sharp = true,
		.has_quality = true,
		.quality = 100,
		.density = 2,
		.has_format = true,
		.format = FORMAT_JPEG,
	};
	char text[RECIPE_TEXT_SIZE];

	(void)state;
	assert_int_equal(strlen(recipe_text(&recipe, text)), 58);
}

static void sizes_follow(void **state)
{
	(void)state;
	EACH_ROW(i, sizes) {
		const struct size *size = &sizes[i];
		struct work work = { 0 };
		struct recipe_plan plan;
		struct recipe recipe;

		assert_true(recipe_parse(&recipe, &work, size->text));
		plan = recipe_plan(&recipe, size->width, size->height);
		if (memcmp(&plan, &size->plan, sizeof(plan)))
			fail_msg("%s of %ux%u: found %ux%u of %ux%u+%u+%u",
				 size->text, size->width, size->height,
				 plan.width, plan.height, plan.crop_width,
				 plan.crop_height, plan.crop_x, plan.crop_y);
	}
}

static void crops_lie_around_the_focus(void **state)
{
	static const struct {
		struct focus focus;
		uint32_t x, y;
	} wide[] = { { { 0, 0 }, 0, 0 },       { { 0.25, 0.5 }, 0, 0 },
		     { { 0.5, 0.9 }, 100, 0 }, { { 0.6, 0 }, 140, 0 },
		     { { 1, 1 }, 200, 0 },     { { NAN, NAN }, 0, 0 } };

	(void)state;
	EACH_ROW(i, wide) {
		const struct recipe recipe = { .width = 10,
					       .height = 10,
					       .fit = FIT_COVER,
					       .gravity = GRAVITY_FOCUS,
					       .focus = wide[i].focus };
		const struct recipe_plan plan = recipe_plan(&recipe, 400, 200);

		assert_int_equal(plan.crop_width, 200);
		assert_int_equal(plan.crop_x, wide[i].x);
		assert_int_equal(plan.crop_y, wide[i].y);
	}
}

static bool holds(const struct recipe_plan *plan, uint32_t width,
		  uint32_t height)
{
	return plan->width >= 1 && plan->height >= 1 && plan->crop_width >= 1 &&
	       plan->crop_height >= 1 && plan->width <= plan->crop_width &&
	       plan->height <= plan->crop_height &&
	       plan->crop_x + plan->crop_width <= width &&
	       plan->crop_y + plan->crop_height <= height;
}

static void nothing_is_enlarged_or_beyond_the_source(void **state)
{
	static const uint32_t sides[] = { 1,   2,   3,     7,     99,      100,
					  101, 640, 16383, 65535, 1u << 31 };
	const size_t count = ARRAY_LEN(sides);

	(void)state;
	for (size_t i = 0; i < count * count * count * count * 2; i++) {
		uint32_t width = sides[i % count];
		uint32_t height = sides[i / count % count];
		uint32_t box_width = sides[i / count / count % count];
		uint32_t box_height = sides[i / count / count / count % count];
		struct recipe recipe = {
			.width = box_width & 0x3fff,
			.height = (box_height & 0x3fff) | 1,
		};
		struct recipe_plan plan;

		if (i >= count * count * count * count && recipe.width) {
			recipe.fit = FIT_COVER;
			recipe.gravity = (enum gravity)(i % GRAVITY__COUNT);
			recipe.focus = (struct focus){ 0.9, 0.1 };
		}
		plan = recipe_plan(&recipe, width, height);
		if (!holds(&plan, width, height))
			fail_msg("%ux%u in %ux%u, fit %d: %ux%u", width, height,
				 recipe.width, recipe.height, recipe.fit,
				 plan.width, plan.height);
	}
}

static void formats_follow(void **state)
{
	static const struct {
		enum format source;
		bool alpha;
		enum format expected;
	} cases[] = {
		{ FORMAT_JPEG, false, FORMAT_JPEG },
		{ FORMAT_PNG, true, FORMAT_PNG },
		{ FORMAT_PNG, false, FORMAT_PNG },
		{ FORMAT_GIF, false, FORMAT_GIF },
		{ FORMAT_WEBP, true, FORMAT_WEBP },
		{ FORMAT_TIFF, true, FORMAT_PNG },
		{ FORMAT_TIFF, false, FORMAT_JPEG },
		{ FORMAT_BMP, true, FORMAT_PNG },
		{ FORMAT_BMP, false, FORMAT_JPEG },
	};
	struct recipe recipe = { .height = 200 };

	(void)state;
	EACH_ROW(i, cases) {
		struct probe probe = { .format = cases[i].source,
				       .alpha = cases[i].alpha };

		recipe.has_format = false;
		assert_int_equal(recipe_format(&recipe, &probe),
				 cases[i].expected);
		recipe.has_format = true;
		recipe.format = FORMAT_WEBP;
		assert_int_equal(recipe_format(&recipe, &probe), FORMAT_WEBP);
	}
}

/* As the parts of a recipe's text. */
static void parts_have_names(void **state)
{
	/* clang-format off */
	static const struct {
		const char *text, *fit, *gravity;
	} rows[] = {
		{ "h200",                  "inside", "centre" },
		{ "9x8-exact",             "exact",  "centre" },
		{ "9x8-cover",             "cover",  "centre" },
		{ "9x8-cover-north",       "cover",  "north" },
		{ "9x8-cover-south-west",  "cover",  "south-west" },
		{ "9x8-cover-smart",       "cover",  "smart" },
	};
	/* clang-format on */
	struct work work = { .pool = pool_new() };
	struct recipe recipe;

	(void)state;
	EACH_ROW(i, rows) {
		assert_true(recipe_read(&recipe, &work, rows[i].text));
		assert_string_equal(recipe_fit_name(recipe.fit), rows[i].fit);
		assert_string_equal(recipe_gravity_name(recipe.gravity),
				    rows[i].gravity);
	}
	assert_false(recipe_read(&recipe, &work, "h0"));
	assert_string_equal(work.field, "recipe");
	pool_free(work.pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_read_and_written),
		cmocka_unit_test(wrong_names_are_refused),
		cmocka_unit_test(parts_have_one_order),
		cmocka_unit_test(parts_have_names),
		cmocka_unit_test(texts_have_room),
		cmocka_unit_test(sizes_follow),
		cmocka_unit_test(crops_lie_around_the_focus),
		cmocka_unit_test(nothing_is_enlarged_or_beyond_the_source),
		cmocka_unit_test(formats_follow),
	};

	return RUN_TESTS(tests);
}
