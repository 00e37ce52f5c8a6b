/* focus.c: changes the point of an image that cover crops keep. */
#include "config.h"

#include "lib/service/focus.h"

#include "lib/base/pool.h"
#include "lib/db/db.h"
#include "lib/model/public_file.h"
#include "lib/service/purge.h"
#include "lib/service/variant_render.h"

/* Reads 0 to 1 with some decimals, in units of the last one. */
static bool take_share(int64_t *share, const char **at)
{
	int64_t value = **at - '0', unit = IMAGE_FOCUS_MAX;

	if (**at != '0' && **at != '1')
		return false;
	value *= unit;
	if (*++*at == '.')
		for (++*at; **at >= '0' && **at <= '9'; ++*at) {
			unit /= 10;
			if (!unit)
				return false;
			value += (**at - '0') * unit;
		}
	*share = value;
	return value <= IMAGE_FOCUS_MAX && (*at)[-1] != '.';
}

bool focus_read(struct image_focus *focus, struct work *work, const char *text)
{
	struct image_focus read = { .is_set = true };
	const char *at = text;

	if (!take_share(&read.x, &at) || *at++ != ',' ||
	    !take_share(&read.y, &at) || *at)
		return fail_field(work, "focus",
				  "focus: x and y from 0 to 1 with at most %d "
				  "decimals, such as 0.25,0.75, not \"%.40s\"",
				  IMAGE_FOCUS_DECIMALS, text);
	*focus = read;
	return true;
}

struct change {
	struct image *image;
	const struct image_focus *focus;
	const char **variants; /* all; those that are deleted are marked */
	bool *marked;
	size_t count;
};

/* ERR_CONFLICT: the variant has no file. A job that renders it will see the new
   focus. */
static bool mark_variants(struct change *change, struct work *work)
{
	for (size_t i = 0; i < change->count; i++) {
		const char *variant = change->variants[i];

		if (!variant_has_focus(variant))
			continue;
		change->marked[i] =
			purge_mark_changed(work, change->image->id, variant);
		if (!change->marked[i] && work->err != ERR_CONFLICT)
			return false;
	}
	return true;
}

/* Repeatable. */
static bool change_focus(struct work *work, void *arg)
{
	struct change *change = arg;
	struct image image;

	change->count = 0;
	if (!image_lock(&image, work, change->image->id))
		return false;
	if (image_same_focus(&image.focus, change->focus))
		return true;
	if (!image_set_focus(work, image.id, change->focus) ||
	    !public_file_list_variants(&change->variants, &change->count, work,
				       image.id))
		return false;
	change->marked = pool_alloc(
		work->pool, (change->count + 1) * sizeof(*change->marked));
	return mark_variants(change, work);
}

static bool delete_marked(const struct change *change, struct work *work)
{
	for (size_t i = 0; i < change->count; i++)
		if (change->marked[i] &&
		    !purge_changed_variant(work, change->image->id,
					   change->variants[i]))
			return false;
	return true;
}

bool focus_set(struct image *image, struct work *work,
	       const struct image_focus *focus)
{
	struct change change = { .image = image, .focus = focus };

	if (!db_transaction(work, change_focus, &change) ||
	    !delete_marked(&change, work))
		return false;
	image->focus = *focus;
	return true;
}
