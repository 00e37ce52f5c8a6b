/* retention.c: deletes expired images and excess variants. */
#include "config.h"

#include "lib/service/retention.h"

#include "lib/base/conf.h"
#include "lib/model/image.h"
#include "lib/model/user.h"
#include "lib/model/variant.h"
#include "lib/service/purge.h"
#include "lib/store/store.h"

/* Limits a turn to a second or two, so that the worker soon runs jobs again. */
enum { BATCH = 200 };

/* Another process has deleted it, or it is needed now. */
static bool is_settled(const struct work *work)
{
	return work->err == ERR_CONFLICT || work->err == ERR_NOT_FOUND;
}

static bool expire(struct retention *done, struct work *work)
{
	struct image *images;
	size_t count;

	if (!image_list_expired(&images, &count, work, BATCH))
		return false;
	for (size_t i = 0; i < count; i++)
		if (purge_expired(work, &images[i]))
			done->images++;
		else if (!is_settled(work))
			return false;
	done->more = count == BATCH;
	return true;
}

/* A variant that is used by its public file alone is not the least recently
   used: it moves back in the order. */
static bool is_used(bool *used, struct work *work,
		    const struct variant *variant)
{
	const int64_t used_at =
		store_public_use(work, store_key(work->pool, variant->image_id,
						 variant->variant));

	*used = used_at > variant->used_at;
	return !*used || variant_touch_at(work, variant->image_id,
					  variant->variant, used_at);
}

static bool shrink(struct retention *done, struct work *work)
{
	const int64_t max = work->conf->derived_max_bytes;
	struct variant *variants;
	int64_t bytes;
	size_t count;
	bool used;

	if (!max)
		return true;
	if (!user_sum_variant_bytes(&bytes, work))
		return false;
	if (bytes <= max)
		return true;
	if (!variant_list_oldest(&variants, &count, work, BATCH))
		return false;
	for (size_t i = 0; i < count && bytes > max; i++) {
		if (!is_used(&used, work, &variants[i]))
			return false;
		if (used)
			continue;
		if (purge_variant(work, variants[i].image_id,
				  variants[i].variant))
			done->variants++;
		else if (!is_settled(work))
			return false;
		bytes -= variants[i].bytes;
	}
	done->more |= bytes > max;
	return true;
}

bool retention_enforce(struct retention *done, struct work *work)
{
	struct retention turn = { 0 };

	if (!purge_marked(work) || !expire(&turn, work) || !shrink(&turn, work))
		return false;
	*done = turn;
	return true;
}
