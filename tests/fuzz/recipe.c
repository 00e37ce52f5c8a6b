/* recipe.c: fuzzes the names of variants: what is read prints as it was. */
#include "config.h"

#include <string.h>

#include "lib/picture/recipe.h"
#include "tests/lib/fuzz.h"

static void check_plan(const struct recipe *recipe, uint32_t width,
		       uint32_t height)
{
	struct recipe_plan plan = recipe_plan(recipe, width, height);

	expect(plan.width >= 1 && plan.width <= RECIPE_MAX_SIDE);
	expect(plan.height >= 1 && plan.height <= RECIPE_MAX_SIDE);
	expect(plan.crop_width >= 1 && plan.crop_height >= 1);
	expect(plan.crop_x + plan.crop_width <= width);
	expect(plan.crop_y + plan.crop_height <= height);
	if (recipe->fit != FIT_EXACT)
		expect(plan.width <= plan.crop_width &&
		       plan.height <= plan.crop_height);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[RECIPE_TEXT_SIZE], name[80];
	struct work work = { 0 };
	struct recipe recipe;
	uint32_t width, height;

	/* two sides of 16 bits, a focus, then the name */
	if (size < 6 || size - 6 >= sizeof(name))
		return 0;
	width = 1u + data[0] + 256u * data[1];
	height = 1u + data[2] + 256u * data[3];
	memcpy(name, data + 6, size - 6);
	name[size - 6] = '\0';

	if (!recipe_parse(&recipe, &work, name)) {
		expect(work.err == ERR_INVALID_FIELD && *work.why);
		return 0;
	}
	expect(!strcmp(recipe_text(&recipe, text), name));
	expect(strlen(name) < RECIPE_TEXT_SIZE - 1);
	check_plan(&recipe, width, height);
	recipe.gravity = GRAVITY_FOCUS;
	recipe.focus = (struct focus){ data[4] / 255.0, data[5] / 255.0 };
	check_plan(&recipe, width, height);
	return 0;
}
