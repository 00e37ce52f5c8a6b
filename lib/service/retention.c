/* retention.c: deletes expired images and excess variants. */
#include "config.h"

#include "lib/service/retention.h"

#include "lib/base/conf.h"
#include "lib/model/image.h"
#include "lib/model/user.h"
#include "lib/model/variant.h"
#include "lib/service/purge.h"

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

static bool shrink(struct retention *done, struct work *work)
{
	const int64_t max = work->conf->derived_max_bytes;
	struct variant *variants;
	int64_t bytes;
	size_t count;

	if (!max)
		return true;
	if (!user_sum_variant_bytes(&bytes, work))
		return false;
	if (bytes <= max)
		return true;
	if (!variant_list_oldest(&variants, &count, work, BATCH))
		return false;
	for (size_t i = 0; i < count && bytes > max; i++) {
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
