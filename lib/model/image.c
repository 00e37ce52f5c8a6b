/* image.c: the table images. */
#include "config.h"

#include "lib/model/image.h"

#include "lib/base/pool.h"
#include "lib/db/db.h"
#include "lib/db/rows.h"
#include "lib/model/image_row.h"
#include "lib/model/variant.h"

/* clang-format off */
static const char *const kind_names[] = {
	[IMAGE_UPLOAD] = "upload",
	[IMAGE_RESIZE] = "resize",
};

static const char *const status_names[] = {
	[IMAGE_PROCESSING] = "processing",
	[IMAGE_READY]      = "ready",
	[IMAGE_FAILED]     = "failed",
};
/* clang-format on */

const struct names image_kinds = NAMES_OF(kind_names);
const struct names image_statuses = NAMES_OF(status_names);

const char *image_status_name(enum image_status status)
{
	return names_get(&image_statuses, status);
}

bool image_status_read(enum image_status *status, struct work *work,
		       const char *text)
{
	unsigned value;

	if (!names_read(&value, work, &image_statuses, "status", text))
		return false;
	*status = (enum image_status)value;
	return true;
}

bool image_find(struct image *image, struct work *work, struct uuid id)
{
	return db_find(work, "image", id,
		       "SELECT " IMAGE_COLUMNS
		       " FROM `images` i WHERE i.`id` = ?",
		       DB_IN(db_uuid(id)), IMAGE_OUT(image));
}

bool image_lock(struct image *image, struct work *work, struct uuid id)
{
	return db_find(work, "image", id,
		       "SELECT " IMAGE_COLUMNS
		       " FROM `images` i WHERE i.`id` = ? FOR UPDATE",
		       DB_IN(db_uuid(id)), IMAGE_OUT(image));
}

/* FORCE INDEX, because the server's index statistics are coarse: a wrong choice
   reads all images of a user, or of all users. */
static bool list_any(struct image **images, size_t *count, struct work *work,
		     const struct image_filter *f)
{
	struct image row;

	return db_list(
		work, ROWS(images, count, row),
		f->all_kinds ? "SELECT " IMAGE_COLUMNS " FROM `images` i"
			       " FORCE INDEX (`user`) WHERE i.`user_id` = ?"
			       " AND (? IS NULL OR i.`id` < ?)"
			       " ORDER BY i.`id` DESC LIMIT ?"
			     : "SELECT " IMAGE_COLUMNS " FROM `images` i"
			       " FORCE INDEX (`kind`)"
			       " WHERE i.`user_id` = ? AND i.`kind` = 'upload'"
			       " AND (? IS NULL OR i.`id` < ?)"
			       " ORDER BY i.`id` DESC LIMIT ?",
		DB_IN(db_uuid(f->user_id), db_uuid(f->before),
		      db_uuid(f->before), db_int(f->limit)),
		IMAGE_OUT(&row));
}

static bool list_by_status(struct image **images, size_t *count,
			   struct work *work, const struct image_filter *f)
{
	struct image row;

	return db_list(
		work, ROWS(images, count, row),
		"SELECT " IMAGE_COLUMNS " FROM `images` i"
		" FORCE INDEX (`kind_status`)"
		" WHERE i.`user_id` = ? AND i.`kind` = 'upload'"
		" AND i.`status` = ? AND (? IS NULL OR i.`id` < ?)"
		" ORDER BY i.`id` DESC LIMIT ?",
		DB_IN(db_uuid(f->user_id), db_name(f->status, &image_statuses),
		      db_uuid(f->before), db_uuid(f->before), db_int(f->limit)),
		IMAGE_OUT(&row));
}

static bool list_of_all(struct image **images, size_t *count, struct work *work,
			const struct image_filter *f)
{
	const struct db_in before = db_uuid(f->before);
	struct image row;

	if (!f->status)
		return db_list(work, ROWS(images, count, row),
			       "SELECT " IMAGE_COLUMNS " FROM `images` i"
			       " FORCE INDEX (`all_uploads`)"
			       " WHERE i.`kind` = 'upload'"
			       " AND (? IS NULL OR i.`id` < ?)"
			       " ORDER BY i.`id` DESC LIMIT ?",
			       DB_IN(before, before, db_int(f->limit)),
			       IMAGE_OUT(&row));
	return db_list(work, ROWS(images, count, row),
		       "SELECT " IMAGE_COLUMNS " FROM `images` i"
		       " FORCE INDEX (`all_status`)"
		       " WHERE i.`kind` = 'upload' AND i.`status` = ?"
		       " AND (? IS NULL OR i.`id` < ?)"
		       " ORDER BY i.`id` DESC LIMIT ?",
		       DB_IN(db_name(f->status, &image_statuses), before,
			     before, db_int(f->limit)),
		       IMAGE_OUT(&row));
}

bool image_list(struct image **images, size_t *count, struct work *work,
		const struct image_filter *f)
{
	return (uuid_is_nil(f->user_id) ? list_of_all
		: f->status             ? list_by_status
					: list_any)(images, count, work, f);
}

static struct db_in focus_in(const struct image_focus *focus, int64_t side)
{
	return focus->is_set ? db_int(side) : db_null();
}

bool image_add(struct work *work, const struct image *image)
{
	const bool here = image->format;
	const bool is_found = image->kind == IMAGE_UPLOAD;

	return db_do(
		work, NULL,
		"INSERT INTO `images` (`id`, `user_id`, `kind`, `name`,"
		" `status`, `format`, `width`, `height`, `bytes`,"
		" `sha256`, `created_at`, `name_indexed`, `public`,"
		" `public_original`, `published_at`, `focus_x`, `focus_y`,"
		" `alt`, `tags`, `taken_at`, `make`, `model`, `copyright`,"
		" `creator`, `latitude`, `longitude`, `placeholder`, `color`)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
		" ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		DB_IN(db_uuid(image->id), db_uuid(image->user_id),
		      db_name(image->kind, &image_kinds), db_text(image->name),
		      db_name(image->status, &image_statuses),
		      db_text(image->format),
		      here ? db_int(image->width) : db_null(),
		      here ? db_int(image->height) : db_null(),
		      here ? db_int(image->bytes) : db_null(),
		      here ? db_bytes(image->sha256, sizeof(image->sha256))
			   : db_null(),
		      db_time(image->created_at), db_bool(!is_found),
		      db_bool(image->public), db_bool(image->public_original),
		      db_time(image->public ? image->created_at : 0),
		      focus_in(&image->focus, image->focus.x),
		      focus_in(&image->focus, image->focus.y),
		      db_text(image->alt), db_text(image->tags),
		      METADATA_IN(&image->metadata),
		      db_text(image->placeholder), db_text(image->color)));
}

bool image_fill(struct work *work, const struct image *image)
{
	uint64_t found;

	if (!db_do(work, &found,
		   "UPDATE `images` SET `format` = ?, `width` = ?,"
		   " `height` = ?, `bytes` = ?, `sha256` = ?,"
		   " `taken_at` = ?, `make` = ?, `model` = ?,"
		   " `copyright` = ?, `creator` = ?, `latitude` = ?,"
		   " `longitude` = ?"
		   " WHERE `id` = ? AND `format` IS NULL",
		   DB_IN(db_text(image->format), db_int(image->width),
			 db_int(image->height), db_int(image->bytes),
			 db_bytes(image->sha256, sizeof(image->sha256)),
			 METADATA_IN(&image->metadata), db_uuid(image->id))))
		return false;
	return found || fail(work, ERR_CONFLICT,
			     "image %s does not exist, or has its file already",
			     UUID_TEXT(image->id));
}

bool image_replace_name(struct work *work, struct uuid id, const char *old_name,
			const char *name)
{
	return db_do(work, NULL,
		     "UPDATE `images` SET `name` = ?, `name_indexed` = FALSE"
		     " WHERE `id` = ? AND `name` = ?",
		     DB_IN(db_text(name), db_uuid(id), db_text(old_name)));
}

bool image_set_name(struct work *work, struct uuid id, const char *name)
{
	return db_change(
		work, "image", id,
		"UPDATE `images` SET `name` = ?, `name_indexed` = FALSE"
		" WHERE `id` = ?",
		DB_IN(db_text(name), db_uuid(id)));
}

bool image_same_focus(const struct image_focus *a, const struct image_focus *b)
{
	return a->is_set == b->is_set &&
	       (!a->is_set || (a->x == b->x && a->y == b->y));
}

bool image_set_focus(struct work *work, struct uuid id,
		     const struct image_focus *focus)
{
	return db_change(work, "image", id,
			 "UPDATE `images` SET `focus_x` = ?, `focus_y` = ?"
			 " WHERE `id` = ?",
			 DB_IN(focus_in(focus, focus->x),
			       focus_in(focus, focus->y), db_uuid(id)));
}

bool image_set_public(struct work *work, struct uuid id, bool public,
		      bool original)
{
	return db_change(work, "image", id,
			 "UPDATE `images` SET `public` = ?,"
			 " `public_original` = ?, `published_at` ="
			 " IF(?, COALESCE(`published_at`, UTC_TIMESTAMP(6)),"
			 "   `published_at`) WHERE `id` = ?",
			 DB_IN(db_bool(public), db_bool(public && original),
			       db_bool(public), db_uuid(id)));
}

bool image_set_alt(struct work *work, struct uuid id, const char *alt)
{
	return db_change(work, "image", id,
			 "UPDATE `images` SET `alt` = ? WHERE `id` = ?",
			 DB_IN(db_text(alt), db_uuid(id)));
}

bool image_set_placeholder(struct work *work, struct uuid id,
			   const char *placeholder, const char *color)
{
	return db_do(work, NULL,
		     "UPDATE `images` SET `placeholder` = ?, `color` = ?"
		     " WHERE `id` = ? AND `placeholder` IS NULL",
		     DB_IN(db_text(placeholder), db_text(color), db_uuid(id)));
}

bool image_settle(struct work *work, struct uuid id, enum image_status status,
		  const char *error_code, const char *error_detail)
{
	return db_change(work, "image", id,
			 "UPDATE `images` SET `status` = ?, `error_code` = ?,"
			 " `error_detail` = ? WHERE `id` = ?",
			 DB_IN(db_name(status, &image_statuses),
			       db_text(error_code), db_text(error_detail),
			       db_uuid(id)));
}

bool image_reopen(struct work *work, struct uuid id)
{
	return db_do(work, NULL,
		     "UPDATE `images` SET `status` = 'processing',"
		     " `error_code` = NULL, `error_detail` = NULL"
		     " WHERE `id` = ? AND `status` = 'failed'",
		     DB_IN(db_uuid(id)));
}

/* A user with an image older than the retention of the user's tier. */
struct expiring {
	struct uuid user_id;
	int64_t days;
};

/* Reads only the oldest image of each user. */
static bool list_expiring(struct expiring **users, size_t *count,
			  struct work *work)
{
	struct expiring row;

	return db_list(work, ROWS(users, count, row),
		       "SELECT u.`id`, t.`retention_days` FROM `tiers` t"
		       " JOIN `users` u ON u.`tier_id` = t.`id`"
		       " WHERE t.`retention_days` IS NOT NULL"
		       " AND (SELECT i.`created_at` FROM `images` i"
		       "   FORCE INDEX (`age`) WHERE i.`user_id` = u.`id`"
		       "   ORDER BY i.`created_at` LIMIT 1) <"
		       "   UTC_TIMESTAMP(6) - INTERVAL t.`retention_days` DAY",
		       DB_NO_IN,
		       DB_OUT(db_uuid_to(&row.user_id), db_int_to(&row.days)));
}

static bool list_expired(struct rows *rows, struct image *row,
			 struct work *work, const struct expiring *of,
			 int64_t limit)
{
	return db_each(
		work,
		"SELECT " IMAGE_COLUMNS " FROM `images` i"
		" FORCE INDEX (`age`)"
		" LEFT JOIN `jobs` j FORCE INDEX (`image`)"
		"   ON j.`image_id` = i.`id`"
		"   AND j.`state` IN ('queued', 'running')"
		" LEFT JOIN `links` l FORCE INDEX (`image`)"
		"   ON l.`image_id` = i.`id` AND l.`revoked_at` IS NULL"
		"   AND l.`expires_at` > UTC_TIMESTAMP(6)"
		" WHERE i.`user_id` = ? AND i.`created_at` <"
		"   UTC_TIMESTAMP(6) - INTERVAL ? DAY"
		" AND j.`id` IS NULL AND l.`id` IS NULL LIMIT ?",
		DB_IN(db_uuid(of->user_id), db_int(of->days), db_int(limit)),
		IMAGE_OUT(row), rows_keep, rows);
}

bool image_list_expired(struct image **images, size_t *count, struct work *work,
			int64_t limit)
{
	struct expiring *users;
	struct image row;
	struct rows rows = ROWS_OF(row);
	size_t user_count;

	if (!list_expiring(&users, &user_count, work))
		return false;
	for (size_t i = 0; i < user_count; i++) {
		const int64_t left = limit - (int64_t)rows.count;

		if (left && !list_expired(&rows, &row, work, &users[i], left))
			return false;
	}
	*images = rows.list;
	*count = rows.count;
	return true;
}

bool image_is_needed(bool *needed, struct work *work, struct uuid id)
{
	struct uuid locked;

	/* An insert of a job or a link locks the image's row too (foreign key),
	   so this lock keeps new ones out. */
	return db_one(work,
		      "SELECT `id` FROM `images` WHERE `id` = ? FOR UPDATE",
		      DB_IN(db_uuid(id)), DB_OUT(db_uuid_to(&locked))) &&
	       db_one(work,
		      "SELECT EXISTS (SELECT 1 FROM `jobs` j"
		      "   WHERE j.`image_id` = ?"
		      "   AND j.`state` IN ('queued', 'running'))"
		      " OR EXISTS (SELECT 1 FROM `links` l"
		      "   WHERE l.`image_id` = ? AND l.`revoked_at` IS NULL"
		      "   AND l.`expires_at` > UTC_TIMESTAMP(6))",
		      DB_IN(db_uuid(id), db_uuid(id)),
		      DB_OUT(db_bool_to(needed)));
}

static bool record_ended(struct work *work, struct uuid id)
{
	return db_do(work, NULL,
		     "INSERT INTO `ended_images` (`id`, `ended_at`)"
		     " VALUES (?, UTC_TIMESTAMP(6))",
		     DB_IN(db_uuid(id)));
}

bool image_drop(int64_t *bytes, int64_t *variant_bytes, struct work *work,
		struct uuid id)
{
	bool was_public;

	return db_find(work, "image", id,
		       "SELECT `bytes`, `published_at` IS NOT NULL"
		       " FROM `images` WHERE `id` = ? FOR UPDATE",
		       DB_IN(db_uuid(id)),
		       DB_OUT(db_int_to(bytes), db_bool_to(&was_public))) &&
	       variant_sum(variant_bytes, work, id) &&
	       db_do(work, NULL,
		     "INSERT INTO `removed_images` (`id`)"
		     " SELECT `id` FROM `images`"
		     " WHERE `id` = ? AND `kind` = 'upload'",
		     DB_IN(db_uuid(id))) &&
	       (!was_public || record_ended(work, id)) &&
	       db_do(work, NULL, "DELETE FROM `images` WHERE `id` = ?",
		     DB_IN(db_uuid(id)));
}
