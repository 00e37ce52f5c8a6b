/* purge.c: removes what nobody may have any more. */
#include "config.h"

#include "lib/service/purge.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/db/db.h"
#include "lib/model/job.h"
#include "lib/model/user.h"
#include "lib/model/variant.h"
#include "lib/store/store.h"

static bool drop_rows(struct work *work, void *arg)
{
	const struct image *image = arg;

	return job_cancel_of_image(work, image->id) &&
	       image_drop(work, image->id) &&
	       user_credit(work, image->user_id, image->bytes);
}

bool purge_image(struct work *work, const struct image *image)
{
	struct variant *variants;
	size_t count;

	if (!variant_list(&variants, &count, work, image->user_id, image->id,
			  image->id) ||
	    !db_transaction(work, drop_rows, (void *)image))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!store_drop(work, store_key(work->pool, image->id,
						variants[i].variant)))
			return false;
	return store_drop(work, store_key(work->pool, image->id, "original"));
}

struct sweep {
	int64_t before_us;
	int64_t orphans;
};

/* The image in a key of the store, or false for any other file's name. */
static bool read_key(struct uuid *id, const char *key)
{
	char hex[UUID_HEX_SIZE] = "";
	const char *dot = strchr(key, '.');

	if (!dot || dot - key != UUID_HEX_SIZE - 1)
		return false;
	memcpy(hex, key, UUID_HEX_SIZE - 1);
	return text_unhex(id->bytes, sizeof(id->bytes), hex);
}

bool purge_is_named(struct work *work, const char *key)
{
	struct uuid id;
	struct image image;
	struct variant variant;

	if (!read_key(&id, key))
		return false;
	if (!strcmp(key + UUID_HEX_SIZE, "original"))
		return image_find(&image, work, id) ||
		       work->err != ERR_NOT_FOUND;
	return variant_find(&variant, work, id, key + UUID_HEX_SIZE) ||
	       work->err != ERR_NOT_FOUND;
}

/* What is not the store's own is left alone. */
static bool sweep_file(struct work *work, const char *key, int64_t bytes,
		       int64_t changed_at, void *arg)
{
	struct sweep *sweep = arg;
	struct uuid id;

	(void)bytes;
	if (changed_at >= sweep->before_us || !read_key(&id, key) ||
	    purge_is_named(work, key))
		return true;
	sweep->orphans++;
	return store_drop(work, key);
}

bool purge_sweep(struct purge_swept *swept, struct work *work)
{
	long grace = work->conf->sweep_grace;
	struct sweep sweep = { .before_us = clock_now_us() - grace * 1000000 };
	struct purge_swept done = { 0 };

	if (!store_sweep_temp(&done.temporary, work, grace) ||
	    !store_each(work, sweep_file, &sweep))
		return false;
	done.orphans = sweep.orphans;
	*swept = done;
	return true;
}
