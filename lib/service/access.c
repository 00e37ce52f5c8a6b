/* access.c: which images, jobs and variants a user may access. */
#include "config.h"

#include "lib/service/access.h"

#include "lib/base/text.h"
#include "lib/model/user.h"
#include "lib/model/variant.h"
#include "lib/picture/recipe.h"

bool access_id(struct uuid *id, struct work *work, const char *what,
	       const char *text)
{
	return uuid_parse(id, text) ||
	       fail(work, ERR_NOT_FOUND, "no %s %.64s", what, text);
}

bool access_image(struct image *image, struct work *work, struct uuid user_id,
		  const char *id_text)
{
	struct image found;
	struct uuid id;

	if (!access_id(&id, work, "image", id_text) ||
	    !image_find(&found, work, id))
		return false;
	if (!uuid_equal(found.user_id, user_id))
		return fail(work, ERR_NOT_FOUND, "no image %s", UUID_TEXT(id));
	*image = found;
	return true;
}

bool access_job(struct job *job, struct work *work, struct uuid user_id,
		const char *id_text)
{
	struct job found;
	struct uuid id;

	if (!access_id(&id, work, "job", id_text) ||
	    !job_find(&found, work, id))
		return false;
	if (!uuid_equal(found.user_id, user_id) || found.kind == JOB_WEBHOOK)
		return fail(work, ERR_NOT_FOUND, "no job %s", UUID_TEXT(id));
	*job = found;
	return true;
}

bool access_user(struct uuid *id, struct work *work, const char *text)
{
	struct user user = { 0 };

	if (text &&
	    !(uuid_parse(&user.id, text) ? user_find(&user, work, user.id)
					 : user_by_name(&user, work, text)))
		return work->err != ERR_NOT_FOUND
			       ? false
			       : fail_field(work, "user",
					    "user: the id or the name of a "
					    "user, not \"%.64s\"",
					    text);
	*id = user.id;
	return true;
}

static bool lists(const struct tier *tier, const char *variant,
		  const struct recipe *recipe)
{
	return text_has_word(tier->sizes, variant) ||
	       (tier->any_size && recipe->width <= tier->max_side &&
		recipe->height <= tier->max_side);
}

bool access_has_variant(const struct tier *tier, const char *variant)
{
	struct work aside = { 0 };
	struct recipe recipe;

	return recipe_parse(&recipe, &aside, variant) &&
	       lists(tier, variant, &recipe);
}

bool access_check_variant(struct work *work, const struct tier *tier,
			  const char *variant)
{
	struct recipe recipe;

	if (variant_is_original(variant))
		return tier->original ||
		       fail(work, ERR_TIER_FORBIDS,
			    "the tier %s does not allow access to originals",
			    tier->name);
	if (!recipe_parse(&recipe, work, variant))
		return false;
	if (lists(tier, variant, &recipe))
		return true;
	if (tier->any_size)
		return fail(work, ERR_TIER_FORBIDS,
			    "the tier %s allows sides of at most %lld pixels, "
			    "not %s",
			    tier->name, (long long)tier->max_side, variant);
	return fail(work, ERR_TIER_FORBIDS,
		    "the tier %s does not allow %s; it allows: %s", tier->name,
		    variant, tier->sizes);
}

bool access_check_size(struct work *work, const struct tier *tier,
		       const char *variant)
{
	struct recipe recipe;
	char text[RECIPE_TEXT_SIZE];

	if (!recipe_parse(&recipe, work, variant))
		return false;
	if (text_has_word(tier->sizes, variant))
		return true;
	recipe.has_format = false;
	return access_check_variant(work, tier, recipe_text(&recipe, text));
}

bool access_check_enlargement(struct work *work, const struct tier *tier,
			      const char *variant, uint32_t width,
			      uint32_t height)
{
	char text[RECIPE_TEXT_SIZE];
	struct recipe_plan plan;
	struct recipe recipe;
	int64_t pixels;

	if (!recipe_parse(&recipe, work, variant))
		return false;
	plan = recipe_plan(&recipe, width, height);
	pixels = (int64_t)plan.width * plan.height;
	recipe.has_format = false;
	if (tier->max_enlarged_pixels == TIER_NO_LIMIT ||
	    pixels <= tier->max_enlarged_pixels ||
	    pixels <= (int64_t)width * height ||
	    text_has_word(tier->sizes, variant) ||
	    text_has_word(tier->sizes, recipe_text(&recipe, text)))
		return true;
	return fail(work, ERR_TIER_FORBIDS,
		    "the tier %s allows enlarged variants of at most %lld "
		    "pixels, not %ux%u",
		    tier->name, (long long)tier->max_enlarged_pixels,
		    plan.width, plan.height);
}
