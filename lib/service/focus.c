/* focus.c: changes the point of an image that cover crops keep. */
#include "config.h"

#include "lib/service/focus.h"

#include <time.h>

#include "lib/base/pool.h"
#include "lib/db/db.h"
#include "lib/model/variant.h"
#include "lib/service/purge.h"
#include "lib/service/variant_render.h"
#include "lib/store/store.h"

enum { WAIT_MS = 20 };

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
	struct variant *variants; /* all; those that are deleted are marked */
	bool *marked;
	size_t count;
};

/* ERR_CONFLICT: the variant is not ready. A job that renders it will see the
   new focus. */
static bool mark_variants(struct change *change, struct work *work)
{
	for (size_t i = 0; i < change->count; i++) {
		const struct variant *variant = &change->variants[i];

		if (!variant_has_focus(variant->variant))
			continue;
		change->marked[i] =
			variant_mark(work, variant->image_id, variant->variant);
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
	    !variant_list(&change->variants, &change->count, work, image.id))
		return false;
	change->marked = pool_alloc(
		work->pool, (change->count + 1) * sizeof(*change->marked));
	return mark_variants(change, work);
}

/* Deletes the marked variants, and sets when the newest file was made. */
static bool delete_marked(int64_t *made_at, const struct change *change,
			  struct work *work)
{
	int64_t bytes, changed_at;

	*made_at = 0;
	for (size_t i = 0; i < change->count; i++) {
		const struct variant *variant = &change->variants[i];

		if (!change->marked[i])
			continue;
		if (store_find(&bytes, &changed_at, work,
			       store_key(work->pool, variant->image_id,
					 variant->variant)) &&
		    changed_at > *made_at)
			*made_at = changed_at;
		if (!purge_changed_variant(work, variant->image_id,
					   variant->variant))
			return false;
	}
	return true;
}

static bool wait_until_after(int64_t second, struct work *work)
{
	const struct timespec pause = { .tv_nsec = WAIT_MS * 1000000L };
	int64_t now_us;

	do
		if (!store_clock_us(&now_us, work))
			return false;
	while (now_us / 1000000 == second && !nanosleep(&pause, NULL));
	return true;
}

bool focus_set(struct image *image, struct work *work,
	       const struct image_focus *focus)
{
	struct change change = { .image = image, .focus = focus };
	int64_t made_at;

	if (!db_transaction(work, change_focus, &change) ||
	    !delete_marked(&made_at, &change, work))
		return false;
	image->focus = *focus;
	return !made_at || wait_until_after(made_at, work);
}
