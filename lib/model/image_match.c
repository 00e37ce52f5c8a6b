/* image_match.c: finds images by a tag, or by the sum of their bytes. */
#include "config.h"

#include "lib/model/image_match.h"

#include <string.h>

#include "lib/db/db.h"
#include "lib/db/rows.h"
#include "lib/model/image_row.h"

struct match {
	const struct image_filter *filter;
	const char *like;          /* NULL: any name */
	struct uuid before, floor; /* floor <= id < before */
};

static struct db_in id_of(const struct uuid *id)
{
	return db_bytes(id, sizeof(*id));
}

static struct db_in sum_of(const struct image_filter *filter)
{
	return filter->sha256 ? db_bytes(filter->sha256,
					 sizeof(((struct image *)NULL)->sha256))
			      : db_null();
}

/* Whether images with the tag or the sum may still not match. */
static bool has_more_conditions(const struct image_filter *f)
{
	return f->status || f->name || (f->tag && f->sha256);
}

/* Finds the id such that IMAGE_MATCH_MAX images lie between it and `before`;
   nil if there are fewer. */
static bool find_floor(struct match *m, struct work *work)
{
	const struct image_filter *f = m->filter;
	const struct db_in offset = db_int(IMAGE_MATCH_MAX - 1);

	if (f->tag)
		return db_one(work,
			      "SELECT MAX(f.`id`) FROM"
			      " (SELECT `image_id` AS `id`"
			      "   FROM `image_tags` FORCE INDEX (PRIMARY)"
			      "   WHERE `user_id` = ? AND `tag` = ?"
			      "   AND `image_id` < ? ORDER BY `image_id` DESC"
			      "   LIMIT 1 OFFSET ?) f",
			      DB_IN(db_uuid(f->user_id), db_text(f->tag),
				    id_of(&m->before), offset),
			      DB_OUT(db_uuid_to(&m->floor)));
	return db_one(work,
		      "SELECT MAX(f.`id`) FROM (SELECT `id`"
		      "   FROM `images` FORCE INDEX (`sha256`)"
		      "   WHERE `user_id` = ? AND `kind` = 'upload'"
		      "   AND `sha256` = ? AND `id` < ? ORDER BY `id` DESC"
		      "   LIMIT 1 OFFSET ?) f",
		      DB_IN(db_uuid(f->user_id), sum_of(f), id_of(&m->before),
			    offset),
		      DB_OUT(db_uuid_to(&m->floor)));
}

static bool list_by_tag(struct image **images, size_t *count, struct work *work,
			const struct match *m)
{
	const struct image_filter *f = m->filter;
	const struct db_in status = db_name(f->status, &image_statuses);
	const struct db_in like = db_text(m->like), sum = sum_of(f);
	struct image row;

	return db_list(
		work, ROWS(images, count, row),
		"SELECT " IMAGE_COLUMNS
		" FROM `image_tags` t FORCE INDEX (PRIMARY)"
		" STRAIGHT_JOIN `images` i FORCE INDEX (PRIMARY)"
		"  ON i.`id` = t.`image_id`"
		" WHERE t.`user_id` = ? AND t.`tag` = ?"
		" AND t.`image_id` < ? AND t.`image_id` >= ?"
		" AND i.`kind` = 'upload' AND (? IS NULL OR i.`status` = ?)"
		" AND (? IS NULL OR i.`name` LIKE ?)"
		" AND (? IS NULL OR i.`sha256` = ?)"
		" ORDER BY t.`image_id` DESC LIMIT ?",
		DB_IN(db_uuid(f->user_id), db_text(f->tag), id_of(&m->before),
		      id_of(&m->floor), status, status, like, like, sum, sum,
		      db_int(f->limit)),
		IMAGE_OUT(&row));
}

static bool list_by_sum(struct image **images, size_t *count, struct work *work,
			const struct match *m)
{
	const struct image_filter *f = m->filter;
	const struct db_in status = db_name(f->status, &image_statuses);
	const struct db_in like = db_text(m->like);
	struct image row;

	return db_list(work, ROWS(images, count, row),
		       "SELECT " IMAGE_COLUMNS " FROM `images` i"
		       " FORCE INDEX (`sha256`)"
		       " WHERE i.`user_id` = ? AND i.`kind` = 'upload'"
		       " AND i.`sha256` = ? AND i.`id` < ? AND i.`id` >= ?"
		       " AND (? IS NULL OR i.`status` = ?)"
		       " AND (? IS NULL OR i.`name` LIKE ?)"
		       " ORDER BY i.`id` DESC LIMIT ?",
		       DB_IN(db_uuid(f->user_id), sum_of(f), id_of(&m->before),
			     id_of(&m->floor), status, status, like, like,
			     db_int(f->limit)),
		       IMAGE_OUT(&row));
}

bool image_match(struct image **images, size_t *count, struct uuid *next,
		 struct work *work, const struct image_filter *filter)
{
	struct match m = {
		.filter = filter,
		.like = db_containing(work->pool, filter->name),
		.before = filter->before,
	};

	if (uuid_is_nil(m.before))
		memset(&m.before, 0xff, sizeof(m.before));
	if (has_more_conditions(filter) && !find_floor(&m, work))
		return false;
	if (filter->tag ? !list_by_tag(images, count, work, &m)
			: !list_by_sum(images, count, work, &m))
		return false;
	if (*count == (size_t)filter->limit)
		m.floor = (struct uuid){ 0 };
	*next = m.floor;
	return true;
}

bool image_find_same(struct image **image, size_t *count, struct work *work,
		     struct uuid user_id, const uint8_t sha256[32])
{
	struct image row;

	return db_list(work, ROWS(image, count, row),
		       "SELECT " IMAGE_COLUMNS " FROM `images` i"
		       " FORCE INDEX (`sha256`)"
		       " WHERE i.`user_id` = ? AND i.`kind` = 'upload'"
		       " AND i.`sha256` = ? AND i.`status` <> 'failed'"
		       " ORDER BY i.`id` LIMIT 1",
		       DB_IN(db_uuid(user_id), db_bytes(sha256, 32)),
		       IMAGE_OUT(&row));
}
