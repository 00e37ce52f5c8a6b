/* purge.c: deletes images, variants and files. */
#include "config.h"

#include "lib/service/purge.h"

#include <string.h>
#include <time.h>

#include "lib/base/conf.h"
#include "lib/base/text.h"
#include "lib/db/db.h"
#include "lib/model/job.h"
#include "lib/model/public_file.h"
#include "lib/model/user.h"
#include "lib/model/variant.h"
#include "lib/service/publish.h"
#include "lib/service/webhook_queue.h"
#include "lib/store/store.h"

enum { BATCH = 100, WAIT_MS = 20 };

static bool drop_rows(struct work *work, void *arg)
{
	const struct image *image = arg;
	int64_t bytes, variant_bytes;

	return job_cancel_of_image(work, image->id) &&
	       webhook_queue_image(work, "image.deleted", image) &&
	       image_drop(&bytes, &variant_bytes, work, image->id) &&
	       user_credit(work, image->user_id, bytes, variant_bytes) &&
	       store_unpublish(work, image->id);
}

struct deletion {
	const struct image *image;
	bool (*drop)(struct work *work, void *image);
	bool written; /* by an earlier try whose COMMIT got no response */
};

static bool is_gone(struct work *work, struct uuid id)
{
	struct image image;

	return !image_lock(&image, work, id) && work->err == ERR_NOT_FOUND;
}

/* Repeatable: a second try accepts that the first try has deleted the image. */
static bool drop_once(struct work *work, void *arg)
{
	struct deletion *deletion = arg;
	const struct image *image = deletion->image;

	if (deletion->written && is_gone(work, image->id))
		return true;
	deletion->written = deletion->drop(work, (void *)image);
	return deletion->written;
}

static bool drop_files(struct work *work, struct uuid id,
		       const struct variant *variants, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!store_drop(work,
				store_key(work->pool, id, variants[i].variant)))
			return false;
	return store_drop(work, store_key(work->pool, id, VARIANT_ORIGINAL));
}

static bool drop_image(struct work *work, const struct image *image,
		       bool (*drop)(struct work *work, void *image))
{
	struct deletion deletion = { .image = image, .drop = drop };
	struct variant *variants;
	size_t count;

	return variant_list(&variants, &count, work, image->id) &&
	       db_transaction(work, drop_once, &deletion) &&
	       drop_files(work, image->id, variants, count);
}

bool purge_image(struct work *work, const struct image *image)
{
	return drop_image(work, image, drop_rows);
}

bool purge_image_by(struct work *work, const struct actor *actor,
		    const struct audit_entry *entry, const struct image *image)
{
	struct variant *variants;
	size_t count;

	return variant_list(&variants, &count, work, image->id) &&
	       audit_change(work, actor, entry, 1, drop_rows, (void *)image) &&
	       drop_files(work, image->id, variants, count);
}

static bool drop_unless_needed(struct work *work, void *arg)
{
	const struct image *image = arg;
	bool needed;

	if (!image_is_needed(&needed, work, image->id))
		return false;
	if (needed)
		return fail(work, ERR_CONFLICT,
			    "image %s is still in use by a job or a link",
			    UUID_TEXT(image->id));
	return job_forget_ended(work, image->id) && drop_rows(work, arg);
}

bool purge_expired(struct work *work, const struct image *image)
{
	return drop_image(work, image, drop_unless_needed);
}

struct dropping {
	struct uuid image_id;
	const char *variant;
};

static bool drop_file(struct work *work, const struct dropping *dropping)
{
	return store_drop(work, store_key(work->pool, dropping->image_id,
					  dropping->variant));
}

/* Another process may have ended the deletion, and a third one may have made
   the file again since: only while the row is marked and the image locked, the
   file is the one to delete. Deleting the image deletes the row, too. */
static bool drop_marked(struct work *work, void *arg)
{
	const struct dropping *dropping = arg;
	const char *variant = dropping->variant;
	struct image image;
	int64_t before, after;
	bool dropped;

	if (!image_lock(&image, work, dropping->image_id))
		return work->err == ERR_NOT_FOUND && drop_file(work, dropping);
	if (!variant_sum(&before, work, image.id) ||
	    !public_file_keep(work, image.id, variant) ||
	    !variant_drop_marked(&dropped, work, image.id, variant))
		return false;
	return !dropped ||
	       (drop_file(work, dropping) && store_unpublish(work, image.id) &&
		variant_sum(&after, work, image.id) &&
		user_add_variant_bytes(work, image.user_id, after - before));
}

static bool end_drop(struct work *work, struct uuid image_id, const char *name)
{
	struct dropping dropping = { image_id, name };

	return db_transaction(work, drop_marked, &dropping);
}

bool purge_variant(struct work *work, struct uuid image_id, const char *name)
{
	return variant_mark(work, image_id, name) &&
	       end_drop(work, image_id, name);
}

bool purge_mark_changed(struct work *work, struct uuid image_id,
			const char *name)
{
	return public_file_end(work, image_id, name) &&
	       variant_mark_changed(work, image_id, name);
}

/* Returns the second in which the file was made; 0 if there is none. */
static int64_t made_at(struct work *work, const char *key)
{
	int64_t bytes, changed_at;

	return store_find(&bytes, &changed_at, work, key) ? changed_at : 0;
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

bool purge_changed_variant(struct work *work, struct uuid image_id,
			   const char *name)
{
	const int64_t second =
		made_at(work, store_key(work->pool, image_id, name));

	return end_drop(work, image_id, name) &&
	       (!second || wait_until_after(second, work));
}

bool purge_marked(struct work *work)
{
	struct variant *variants;
	size_t count;

	if (!variant_list_marked(&variants, &count, work, BATCH))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!end_drop(work, variants[i].image_id, variants[i].variant))
			return false;
	return true;
}

bool purge_variants(int64_t *count, struct work *work, const char *name)
{
	struct variant *variants;
	size_t found;
	int64_t purged = 0;

	do {
		if (!variant_list_named(&variants, &found, work, name, BATCH))
			return false;
		for (size_t i = 0; i < found; i++)
			if (purge_variant(work, variants[i].image_id, name))
				purged++;
			else if (work->err != ERR_CONFLICT)
				return false;
	} while (found == BATCH);
	*count = purged;
	return true;
}

/* ERR_NOT_FOUND: another process has deleted the image. */
static bool purge_one(struct work *work, const struct image *image)
{
	if (work->tick)
		work->tick(work->tick_arg);
	return purge_image(work, image) || work->err == ERR_NOT_FOUND;
}

static bool purge_batch(size_t *count, struct work *work, struct uuid user_id)
{
	const struct image_filter filter = {
		.user_id = user_id,
		.limit = BATCH,
		.all_kinds = true,
	};
	struct image *images;

	if (!image_list(&images, count, work, &filter))
		return false;
	for (size_t i = 0; i < *count; i++)
		if (!purge_one(work, &images[i]))
			return false;
	return true;
}

bool purge_user(int64_t *count, struct work *work, struct uuid user_id,
		int64_t limit)
{
	int64_t purged = 0;
	size_t found = BATCH;
	bool good = true;

	while (good && found == BATCH && purged < limit) {
		struct pool *outer = work_pool_begin(work);

		good = purge_batch(&found, work, user_id);
		work_pool_end(work, outer);
		purged += (int64_t)found;
	}
	*count = purged;
	return good;
}

struct sweep {
	int64_t before_us;
	int64_t orphans;
};

/* Parses the image's id in a key. Returns false if the name is not a key of the
   store. */
static bool read_key(struct uuid *id, const char *key)
{
	char hex[UUID_HEX_SIZE] = "";
	const char *dot = strchr(key, '.');

	if (!dot || dot - key != UUID_HEX_SIZE - 1)
		return false;
	memcpy(hex, key, UUID_HEX_SIZE - 1);
	return text_unhex(id->bytes, sizeof(id->bytes), hex);
}

bool purge_is_own(const char *key)
{
	struct uuid id;

	return read_key(&id, key);
}

bool purge_is_named(struct work *work, const char *key)
{
	struct uuid id;
	struct image image;
	struct variant variant;

	if (!read_key(&id, key))
		return false;
	if (variant_is_original(key + UUID_HEX_SIZE))
		return image_find(&image, work, id) ||
		       work->err != ERR_NOT_FOUND;
	return variant_find(&variant, work, id, key + UUID_HEX_SIZE) ||
	       work->err != ERR_NOT_FOUND;
}

/* Keeps files whose names are not keys of the store. */
static bool sweep_file(struct work *work, const char *key, int64_t bytes,
		       int64_t changed_at, void *arg)
{
	struct sweep *sweep = arg;

	(void)bytes;
	if (changed_at >= sweep->before_us || !purge_is_own(key) ||
	    purge_is_named(work, key))
		return true;
	sweep->orphans++;
	return store_drop(work, key);
}

bool purge_sweep(struct purge_swept *swept, struct work *work)
{
	long grace = work->conf->sweep_grace;
	struct purge_swept done = { 0 };
	struct sweep sweep = { 0 };
	int64_t now_us;

	if (!store_clock_us(&now_us, work))
		return false;
	sweep.before_us = now_us - grace * 1000000;
	if (!store_sweep_temp(&done.temporary, work, grace) ||
	    !store_each(work, sweep_file, &sweep) ||
	    !publish_sweep(&done.unpublished, work))
		return false;
	done.orphans = sweep.orphans;
	*swept = done;
	return true;
}
