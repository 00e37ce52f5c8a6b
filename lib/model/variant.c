/* variant.c: the table variants. */
#include "config.h"

#include "lib/model/variant.h"

#include <string.h>

#include "lib/db/db.h"
#include "lib/db/rows.h"
#include "lib/model/ids.h"
#include "lib/model/image.h"

/* clang-format off */
static const char *const status_names[] = {
	[VARIANT_PROCESSING] = "processing",
	[VARIANT_READY]      = "ready",
	[VARIANT_FAILED]     = "failed",
};
/* clang-format on */

static const struct names statuses = NAMES_OF(status_names);

const char *variant_status_name(enum variant_status status)
{
	return names_get(&statuses, status);
}

bool variant_is_original(const char *name)
{
	return !strcmp(name, VARIANT_ORIGINAL);
}

#define VARIANT_COLUMNS                                                        \
	"`image_id`, `variant`,"                                               \
	" IF(`status` = 'dropped', 'processing', `status`), `format`,"         \
	" `width`, `height`, `bytes`,"                                         \
	" COALESCE(`sha256`, REPEAT('\\0', 32)), `watermark`"

#define VARIANT_PLACES(v)                                                      \
	db_uuid_to(&(v)->image_id), db_text_to(&(v)->variant),                 \
		db_name_to(&(v)->status, &statuses), db_text_to(&(v)->format), \
		db_int_to(&(v)->width), db_int_to(&(v)->height),               \
		db_int_to(&(v)->bytes),                                        \
		db_fixed_to((v)->sha256, sizeof((v)->sha256)),                 \
		db_int_to(&(v)->watermark)

bool variant_find(struct variant *variant, struct work *work,
		  struct uuid image_id, const char *name)
{
	if (db_one(work,
		   "SELECT " VARIANT_COLUMNS ", `used_at`,"
		   " `status` = 'ready' AND `watermark` <> COALESCE("
		   "   (SELECT t.`watermark` FROM `images` i"
		   "   JOIN `users` u ON u.`id` = i.`user_id`"
		   "   JOIN `tiers` t ON t.`id` = u.`tier_id`"
		   "   WHERE i.`id` = `image_id`), 0)"
		   " FROM `variants` WHERE `image_id` = ? AND `variant` = ?",
		   DB_IN(db_uuid(image_id), db_text(name)),
		   DB_OUT(VARIANT_PLACES(variant),
			  db_time_to(&variant->used_at),
			  db_bool_to(&variant->stale))))
		return true;
	if (work->err == ERR_NOT_FOUND)
		fail(work, ERR_NOT_FOUND, "the image has no variant %s", name);
	return false;
}

bool variant_list(struct variant **variants, size_t *count, struct work *work,
		  struct uuid image_id)
{
	struct variant row = { 0 };

	return db_list(work, ROWS(variants, count, row),
		       "SELECT " VARIANT_COLUMNS
		       " FROM `variants` WHERE `image_id` = ?"
		       " AND `status` <> 'dropped' ORDER BY `variant`",
		       DB_IN(db_uuid(image_id)), DB_OUT(VARIANT_PLACES(&row)));
}

static bool list_some(struct rows *rows, struct variant *row, struct work *work,
		      const struct image *images, size_t image_count)
{
	struct db_in ids[IDS_MAX] = { 0 };

	for (size_t i = 0; i < image_count; i++)
		ids[i] = db_uuid(images[i].id);
	return db_each(work,
		       "SELECT " VARIANT_COLUMNS
		       " FROM `variants` WHERE `image_id` IN (" IDS ")"
		       " AND `status` <> 'dropped'"
		       " ORDER BY `image_id`, `variant`",
		       ids, IDS_MAX, DB_OUT(VARIANT_PLACES(row)), rows_keep,
		       rows);
}

bool variant_list_of(struct variant **variants, size_t *count,
		     struct work *work, const struct image *images,
		     size_t image_count)
{
	struct variant row = { 0 };
	struct rows rows = ROWS_OF(row);

	while (image_count) {
		const size_t some = (image_count - 1) % IDS_MAX + 1;

		image_count -= some;
		if (!list_some(&rows, &row, work, images + image_count, some))
			return false;
	}
	*variants = rows.list;
	*count = rows.count;
	return true;
}

/* The number of columns that each row binds. */
enum { ADDED = 9 };

static void bind_added(struct db_in in[ADDED], const struct variant *v)
{
	const bool made = v->format;
	const struct db_in row[ADDED] = {
		db_uuid(v->image_id),
		db_text(v->variant),
		db_name(v->status, &statuses),
		db_text(v->format),
		made ? db_int(v->width) : db_null(),
		made ? db_int(v->height) : db_null(),
		made ? db_int(v->bytes) : db_null(),
		made ? db_bytes(v->sha256, sizeof(v->sha256)) : db_null(),
		db_int(v->watermark),
	};

	memcpy(in, row, sizeof(row));
}

#define ADD                                                                    \
	"INSERT INTO `variants` (`image_id`, `variant`, `status`, `format`,"   \
	" `width`, `height`, `bytes`, `sha256`, `watermark`, `created_at`,"    \
	" `used_at`)"                                                          \
	" VALUES "
#define ADDED_ROW                                                              \
	"(?, ?, ?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))"

/* Two rows with one statement: an upload waits for each statement, and the
   built-in tiers have one or two sizes. */
bool variant_add(struct work *work, const struct variant *variants,
		 size_t count)
{
	struct db_in in[2 * ADDED];

	for (; count > 1; count -= 2, variants += 2) {
		bind_added(in, &variants[0]);
		bind_added(in + ADDED, &variants[1]);
		if (!db_do(work, NULL, ADD ADDED_ROW ", " ADDED_ROW, in,
			   2 * ADDED))
			return false;
	}
	if (!count)
		return true;
	bind_added(in, variants);
	return db_do(work, NULL, ADD ADDED_ROW, in, ADDED);
}

bool variant_finish(struct work *work, const struct variant *v)
{
	uint64_t found;

	if (!db_do(work, &found,
		   "UPDATE `variants` SET `status` = 'ready', `format` = ?,"
		   " `width` = ?, `height` = ?, `bytes` = ?, `sha256` = ?,"
		   " `watermark` = ?, `used_at` = UTC_TIMESTAMP(6)"
		   " WHERE `image_id` = ? AND `variant` = ?",
		   DB_IN(db_text(v->format), db_int(v->width),
			 db_int(v->height), db_int(v->bytes),
			 db_bytes(v->sha256, sizeof(v->sha256)),
			 db_int(v->watermark), db_uuid(v->image_id),
			 db_text(v->variant))))
		return false;
	return found ||
	       fail(work, ERR_NOT_FOUND, "variant %s is gone", v->variant);
}

bool variant_touch(struct work *work, struct uuid image_id, const char *name)
{
	return db_do(work, NULL,
		     "UPDATE `variants` SET `used_at` = UTC_TIMESTAMP(6)"
		     " WHERE `image_id` = ? AND `variant` = ?",
		     DB_IN(db_uuid(image_id), db_text(name)));
}

bool variant_touch_at(struct work *work, struct uuid image_id, const char *name,
		      int64_t used_at)
{
	return db_do(work, NULL,
		     "UPDATE `variants` SET `used_at` = GREATEST(`used_at`, ?)"
		     " WHERE `image_id` = ? AND `variant` = ?",
		     DB_IN(db_time(used_at), db_uuid(image_id), db_text(name)));
}

bool variant_sum(int64_t *bytes, struct work *work, struct uuid image_id)
{
	return db_one(work,
		      "SELECT CAST(COALESCE(SUM(`bytes`), 0) AS SIGNED)"
		      " FROM `variants` WHERE `image_id` = ?",
		      DB_IN(db_uuid(image_id)), DB_OUT(db_int_to(bytes)));
}

bool variant_list_oldest(struct variant **variants, size_t *count,
			 struct work *work, int64_t limit)
{
	struct variant row = { .status = VARIANT_READY }, *v = &row;

	return db_list(work, ROWS(variants, count, row),
		       "SELECT `image_id`, `variant`, `bytes`, `used_at`"
		       " FROM `variants`"
		       " WHERE `status` = 'ready' ORDER BY `used_at` LIMIT ?",
		       DB_IN(db_int(limit)),
		       DB_OUT(db_uuid_to(&v->image_id), db_text_to(&v->variant),
			      db_int_to(&v->bytes), db_time_to(&v->used_at)));
}

bool variant_list_named(struct variant **variants, size_t *count,
			struct work *work, const char *name, int64_t limit)
{
	struct variant row = { .status = VARIANT_READY }, *v = &row;

	return db_list(work, ROWS(variants, count, row),
		       "SELECT `image_id`, `variant`, `bytes` FROM `variants`"
		       " WHERE `status` = 'ready' AND `variant` = ? LIMIT ?",
		       DB_IN(db_text(name), db_int(limit)),
		       DB_OUT(db_uuid_to(&v->image_id), db_text_to(&v->variant),
			      db_int_to(&v->bytes)));
}

static bool fail_not_ready(struct work *work, const char *name)
{
	return fail(work, ERR_CONFLICT, "variant %s is not ready", name);
}

bool variant_mark(struct work *work, struct uuid image_id, const char *name)
{
	uint64_t found;

	return db_do(work, &found,
		     "UPDATE `variants` SET `status` = 'dropped'"
		     " WHERE `image_id` = ? AND `variant` = ?"
		     " AND `status` = 'ready'",
		     DB_IN(db_uuid(image_id), db_text(name))) &&
	       (found || fail_not_ready(work, name));
}

bool variant_mark_changed(struct work *work, struct uuid image_id,
			  const char *name)
{
	uint64_t found;

	return db_do(work, &found,
		     "UPDATE `variants` SET `status` = 'dropped',"
		     " `sha256` = NULL WHERE `image_id` = ? AND `variant` = ?"
		     " AND `status` IN ('ready', 'dropped')",
		     DB_IN(db_uuid(image_id), db_text(name))) &&
	       (found || fail_not_ready(work, name));
}

bool variant_drop_marked(bool *dropped, struct work *work, struct uuid image_id,
			 const char *name)
{
	uint64_t found;

	if (!db_do(work, &found,
		   "DELETE FROM `variants` WHERE `image_id` = ?"
		   " AND `variant` = ? AND `status` = 'dropped'",
		   DB_IN(db_uuid(image_id), db_text(name))))
		return false;
	*dropped = found;
	return true;
}

bool variant_list_marked(struct variant **variants, size_t *count,
			 struct work *work, int64_t limit)
{
	struct variant row = { .status = VARIANT_PROCESSING }, *v = &row;

	return db_list(
		work, ROWS(variants, count, row),
		"SELECT `image_id`, `variant` FROM `variants`"
		" WHERE `status` = 'dropped' LIMIT ?",
		DB_IN(db_int(limit)),
		DB_OUT(db_uuid_to(&v->image_id), db_text_to(&v->variant)));
}

bool variant_fail_pending(struct work *work, struct uuid image_id)
{
	return db_do(work, NULL,
		     "UPDATE `variants` SET `status` = 'failed'"
		     " WHERE `image_id` = ? AND `status` = 'processing'",
		     DB_IN(db_uuid(image_id)));
}

bool variant_reopen_failed(struct work *work, struct uuid image_id)
{
	return db_do(work, NULL,
		     "UPDATE `variants` SET `status` = 'processing'"
		     " WHERE `image_id` = ? AND `status` = 'failed'",
		     DB_IN(db_uuid(image_id)));
}
