/* recipe.c: tests the names of variants and the sizes that follow. */
#include "config.h"

#include "lib/picture/recipe.h"

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
	{ "h200",             { 0, 200, FIT_INSIDE, false, 0, 0, false } },
	{ "w400",             { 400, 0, FIT_INSIDE, false, 0, 0, false } },
	{ "w1",               { 1, 0, FIT_INSIDE, false, 0, 0, false } },
	{ "h16383",           { 0, 16383, FIT_INSIDE, false, 0, 0, false } },
	{ "100x80",           { 100, 80, FIT_INSIDE, false, 0, 0, false } },
	{ "100x80-cover",     { 100, 80, FIT_COVER, false, 0, 0, false } },
	{ "100x80-exact",     { 100, 80, FIT_EXACT, false, 0, 0, false } },
	{ "h200.webp",        { 0, 200, FIT_INSIDE, true, FORMAT_WEBP, 0, false } },
	{ "w9.jpeg",          { 9, 0, FIT_INSIDE, true, FORMAT_JPEG, 0, false } },
	{ "1x2-exact.png",    { 1, 2, FIT_EXACT, true, FORMAT_PNG, 0, false } },
	{ "16383x16383-cover.tiff", { 16383, 16383, FIT_COVER, true, FORMAT_TIFF, 0, false } },
};

static const char *const wrong_names[] = {
	"", "h", "w", "x", "200", "h0", "h0200", "h16384", "h99999999999999999999", "h4294967496",
	"H200", "h200 ", " h200", "h+200", "h-200", "h2e2", "h200px", "h200w100", "100x", "x100",
	"100x0", "0x100", "0100x100", "100X100", "100x100x100", "100x16384", "100x100-", "100x100-fit",
	"100x100-inside", "100x100-covers", "100x100-cover-exact", "h200-cover", "w200-exact", "h200.",
	"h200.jpg", "h200.JPEG", "h200.svg", "h200.webp.webp", "h200..webp", "h200.webp ", ".webp",
	"original", "original.jpeg", "h200\n", "h\xe2\x82\x82", "../h200", "h200/",
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
	/* exact: both sides as said, even if larger */
	{ 1920, 1200, "100x100-exact", { 100, 100, 0, 0, 1920, 1200 } },
	{ 10, 10, "300x200-exact",     { 300, 200, 0, 0, 10, 10 } },
};
/* clang-format on */

static bool same_recipe(const struct recipe *a, const struct recipe *b)
{
	return a->width == b->width && a->height == b->height &&
	       a->fit == b->fit && a->has_format == b->has_format &&
	       (!a->has_format || a->format == b->format) &&
	       a->quality == b->quality && a->animated == b->animated;
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

		if (i >= count * count * count * count && recipe.width)
			recipe.fit = FIT_COVER;
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_read_and_written),
		cmocka_unit_test(wrong_names_are_refused),
		cmocka_unit_test(sizes_follow),
		cmocka_unit_test(nothing_is_enlarged_or_beyond_the_source),
		cmocka_unit_test(formats_follow),
	};

	return RUN_TESTS(tests);
}
