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
	char text[RECIPE_TEXT_SIZE], name[64];
	struct work work = { 0 };
	struct recipe recipe;
	uint32_t width, height;

	/* two sides of 16 bits, then the name */
	if (size < 4 || size - 4 >= sizeof(name))
		return 0;
	width = 1u + data[0] + 256u * data[1];
	height = 1u + data[2] + 256u * data[3];
	memcpy(name, data + 4, size - 4);
	name[size - 4] = '\0';

	if (!recipe_parse(&recipe, &work, name)) {
		expect(work.err == ERR_INVALID_FIELD && *work.why);
		return 0;
	}
	expect(!strcmp(recipe_text(&recipe, text), name));
	check_plan(&recipe, width, height);
	return 0;
}
