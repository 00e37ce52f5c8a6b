/* publish.c: public images and their addresses. */
#include "config.h"

#include "lib/service/publish.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/log.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/db/db.h"
#include "lib/model/job.h"
#include "lib/model/public_file.h"
#include "lib/service/public_url.h"
#include "lib/service/variant_make.h"
#include "lib/service/webhook_queue.h"
#include "lib/store/store.h"

bool publish_is_allowed(struct work *work, const struct tier *tier)
{
	return tier->public ||
	       fail(work, ERR_TIER_FORBIDS,
		    "the tier %s does not allow public images", tier->name);
}

/* The user's row is locked before the image's, as in all transactions. */
static bool make_private(struct work *work, struct uuid id)
{
	struct image image;

	return image_find(&image, work, id) &&
	       (!image.public ||
		webhook_queue_image(work, "image.private", &image)) &&
	       image_set_public(work, id, false, false) &&
	       store_unpublish(work, id);
}

bool publish_set(struct work *work, const struct tier *tier, struct uuid id,
		 bool public)
{
	if (!public)
		return make_private(work, id);
	return publish_is_allowed(work, tier) &&
	       image_set_public(work, id, true, tier->original);
}

struct publish_all {
	struct publish_one **ones; /* by id */
	size_t count;
	const struct tier *tier;
	struct uuid user_id;
	bool public;
};

static bool set_one(struct work *work, struct publish_one *one,
		    const struct publish_all *all)
{
	struct image image;

	one->is_found = false;
	if (!image_find(&image, work, one->id))
		return work->err == ERR_NOT_FOUND;
	if (!uuid_equal(image.user_id, all->user_id))
		return true;
	one->is_found = publish_set(work, all->tier, one->id, all->public);
	return one->is_found || work->err == ERR_NOT_FOUND;
}

static bool set_all(struct work *work, void *arg)
{
	const struct publish_all *all = arg;

	for (size_t i = 0; i < all->count; i++)
		if (!set_one(work, all->ones[i], all))
			return false;
	return true;
}

static int compare_ids(const void *a, const void *b)
{
	const struct publish_one *const *first = a, *const *second = b;

	return memcmp(&(*first)->id, &(*second)->id, sizeof((*first)->id));
}

/* Locks the rows in the order of the ids, so that two requests cannot wait for
   each other. */
bool publish_set_all(struct publish_one *ones, size_t count, struct work *work,
		     const struct tier *tier, struct uuid user_id, bool public)
{
	struct publish_all all = {
		.ones = pool_alloc(work->pool, (count + 1) * sizeof(ones)),
		.count = count,
		.tier = tier,
		.user_id = user_id,
		.public = public,
	};

	for (size_t i = 0; i < count; i++)
		all.ones[i] = &ones[i];
	qsort(all.ones, count, sizeof(ones), compare_ids);
	return (!public || publish_is_allowed(work, tier)) &&
	       db_transaction(work, set_all, &all);
}

/* The same answer for all addresses that are not public, so that none shows
   what exists. */
bool publish_fail_unknown(struct work *work)
{
	return fail(work, ERR_NOT_FOUND, "no public picture has this address");
}

static bool check(struct work *work, const struct public_file *file)
{
	if (!file->is_public && file->was_public)
		return fail(work, ERR_GONE,
			    "the picture was public and no longer is");
	return (file->is_public && file->is_known) ||
	       publish_fail_unknown(work);
}

static bool fail_not_ready(struct work *work)
{
	return fail(work, ERR_UNAVAILABLE,
		    "the picture is being rendered again; retry later");
}

/* Renders a variant again that was removed to save space. */
static bool make_again(struct work *work, const struct public_file *file)
{
	struct image image;
	struct variant variant;

	if (!image_find(&image, work, file->image_id) ||
	    !variant_make(&variant, work, &image, file->variant, JOB_HIGH))
		return false;
	return variant.status == VARIANT_READY || fail_not_ready(work);
}

/* Whether the variant has an old watermark. */
static bool find_stale(bool *stale, struct work *work,
		       const struct public_file *file)
{
	struct variant variant = { .stale = false };

	*stale = false;
	if (variant_is_original(file->variant))
		return true;
	if (!variant_find(&variant, work, file->image_id, file->variant))
		return work->err == ERR_NOT_FOUND;
	*stale = variant.stale;
	return true;
}

struct publication {
	struct public_file *file;
	const struct public_url *url;
};

/* The image may become private in the meantime: the lock decides. */
static bool publish(struct work *work, void *arg)
{
	const struct publication *publication = arg;
	const struct public_url *url = publication->url;
	struct public_file *file = publication->file;
	struct pool *pool = work->pool;
	bool stale;

	if (!public_file_lock(file, work) || !check(work, file) ||
	    !find_stale(&stale, work, file))
		return false;
	if (!file->is_ready || stale)
		return fail_not_ready(work);
	if (store_publish(work, file->image_id,
			  store_key(pool, file->image_id, file->variant),
			  pool_printf(pool, "%s.%s.%s", file->variant, url->sum,
				      format_row(url->format)->extension)))
		return true;
	if (work->err == ERR_NOT_FOUND)
		return false;
	/* The disk is full, or the file system has no hard links: the
	   application serves the file alone. */
	log_failure(work, "publish_failed");
	return true;
}

bool publish_open(const char **image_name, struct work *work,
		  const struct public_url *url)
{
	struct public_file file = { .image_id = url->image_id,
				    .variant = url->variant,
				    .format = format_row(url->format)->name };
	struct publication publication = { &file, url };
	bool stale;

	if (!text_unhex(file.sum, sizeof(file.sum), url->sum))
		return publish_fail_unknown(work);
	if (!public_file_find(&file, work) || !check(work, &file) ||
	    !find_stale(&stale, work, &file) ||
	    ((!file.is_ready || stale) && !make_again(work, &file)) ||
	    (stale && (!public_file_find(&file, work) || !check(work, &file))))
		return false;
	if (format_row(url->format)->in_browsers &&
	    !db_transaction(work, publish, &publication))
		return false;
	*image_name = file.name;
	return true;
}

enum { BATCH = 100 };

/* An eviction at the time of the change may have kept an address after
   public_file_end_all(). */
static bool withdraw_image(struct work *work, void *arg)
{
	const struct uuid *id = arg;
	struct image image;

	if (!image_lock(&image, work, *id))
		return work->err == ERR_NOT_FOUND;
	return store_unpublish(work, *id) && public_file_end_image(work, *id);
}

static bool withdraw_batch(struct uuid *last, size_t *count, struct work *work,
			   struct uuid tier_id, struct uuid user_id)
{
	struct uuid *ids;

	if (!public_file_list_images(&ids, count, work, tier_id, user_id, *last,
				     BATCH))
		return false;
	for (size_t i = 0; i < *count; i++) {
		if (!db_transaction(work, withdraw_image, &ids[i]))
			return false;
		*last = ids[i];
	}
	return true;
}

bool publish_withdraw(struct work *work, struct uuid tier_id,
		      struct uuid user_id)
{
	struct uuid last = { 0 };
	size_t count = BATCH;
	bool ok = true;

	while (ok && count == BATCH) {
		struct pool *outer = work_pool_begin(work);

		ok = withdraw_batch(&last, &count, work, tier_id, user_id);
		work_pool_end(work, outer);
	}
	return ok;
}

/* The sweep */

/* The name is {variant}.{sum}.{extension}, and a variant's name may have dots.
 */
static const char *variant_of(struct pool *pool, const char *name)
{
	const char *end = name + strlen(name);

	for (int dots = 0; end > name && dots < 2; dots += *end == '.')
		end--;
	return pool_strndup(pool, name, (size_t)(end - name));
}

struct public_check {
	struct uuid image_id;
	const char *name;
	bool removes;
	bool wrong;
};

static bool check_file(struct work *work, struct public_check *check,
		       bool public)
{
	/* No file has a key without a variant. */
	const char *variant = public ? variant_of(work->pool, check->name) : "";
	bool matches;

	if (!store_match_public(&matches, work, check->image_id,
				store_key(work->pool, check->image_id, variant),
				check->name))
		return false;
	check->wrong = !matches;
	return true;
}

/* The lock keeps the image as it is until its files are removed. */
static bool check_locked(struct work *work, void *arg)
{
	struct public_check *check = arg;
	struct image image = { 0 };

	if (!image_lock(&image, work, check->image_id) &&
	    work->err != ERR_NOT_FOUND)
		return false;
	return check_file(work, check, image.public) &&
	       (!check->wrong || !check->removes ||
		store_unpublish(work, check->image_id));
}

struct each_wrong {
	struct uuid last; /* the image of the file before */
	bool public;      /* that image */
	bool removes;
	publish_visit *visit;
	void *arg;
};

static bool look_at_image(struct each_wrong *each, struct work *work,
			  struct uuid id)
{
	struct image image = { 0 };

	if (uuid_equal(id, each->last))
		return true;
	if (!image_find(&image, work, id) && work->err != ERR_NOT_FOUND)
		return false;
	each->last = id;
	each->public = image.public;
	return true;
}

/* Most files are right: only the others are looked at with a lock. */
static bool look_at_file(struct work *work, struct uuid image, const char *name,
			 void *arg)
{
	struct each_wrong *each = arg;
	struct public_check check = { image, name, each->removes, false };

	if (!look_at_image(each, work, image) ||
	    !check_file(work, &check, each->public))
		return false;
	if (!check.wrong)
		return true;
	if (!db_transaction(work, check_locked, &check))
		return false;
	if (check.wrong)
		each->visit(image, name, each->arg);
	return true;
}

bool publish_each_wrong(struct work *work, publish_visit *visit, void *arg)
{
	struct each_wrong each = { .visit = visit, .arg = arg };

	return store_each_public(work, look_at_file, &each);
}

static void count_file(struct uuid image, const char *name, void *arg)
{
	int64_t *count = arg;

	(void)image;
	(void)name;
	++*count;
}

/* The first wrong file of an image removes all: each image counts once. */
bool publish_sweep(int64_t *count, struct work *work)
{
	int64_t found = 0;
	struct each_wrong each = { .removes = true,
				   .visit = count_file,
				   .arg = &found };

	if (!store_each_public(work, look_at_file, &each))
		return false;
	*count = found;
	return true;
}
