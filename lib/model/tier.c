/* tier.c: the tables tiers and tier_sizes. */
#include "config.h"

#include "lib/model/tier.h"

#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/db/db.h"
#include "lib/model/job.h"
#include "lib/model/tier_row.h"
#include "lib/model/user_row.h"

bool tier_find(struct tier *tier, struct work *work, struct uuid id)
{
	return db_find(work, "tier", id,
		       "SELECT " TIER_COLUMNS
		       " FROM `tiers` t WHERE t.`id` = ?",
		       DB_IN(db_uuid(id)), DB_OUT(TIER_PLACES(tier)));
}

bool tier_of_user(struct user *user, struct tier *tier, struct work *work,
		  struct uuid user_id)
{
	struct user unused;

	if (!user)
		user = &unused;
	return db_find(work, "user", user_id,
		       "SELECT " USER_COLUMNS ", " TIER_COLUMNS
		       " FROM `users` u JOIN `tiers` t ON t.`id` = u.`tier_id`"
		       " WHERE u.`id` = ?",
		       DB_IN(db_uuid(user_id)),
		       DB_OUT(USER_PLACES(user), TIER_PLACES(tier)));
}

bool tier_by_name(struct tier *tier, struct work *work, const char *name)
{
	if (db_one(work,
		   "SELECT " TIER_COLUMNS " FROM `tiers` t WHERE t.`name` = ?",
		   DB_IN(db_text(name)), DB_OUT(TIER_PLACES(tier))))
		return true;
	if (work->err == ERR_NOT_FOUND)
		fail(work, ERR_NOT_FOUND, "no tier is called \"%s\"", name);
	return false;
}

bool tier_list(struct tier **tiers, size_t *count, struct work *work)
{
	struct tier row;

	return db_list(work, ROWS(tiers, count, row),
		       "SELECT " TIER_COLUMNS " FROM `tiers` t ORDER BY t.`id`",
		       DB_NO_IN, DB_OUT(TIER_PLACES(&row)));
}

const char *tier_name_of(const struct tier *tiers, size_t count, struct uuid id)
{
	for (size_t i = 0; i < count; i++)
		if (uuid_equal(tiers[i].id, id))
			return tiers[i].name;
	return NULL;
}

static struct db_in limit(int64_t number)
{
	return number == TIER_NO_LIMIT ? db_null() : db_int(number);
}

static bool write_sizes(const struct tier *tier, struct work *work)
{
	const char *variant;

	if (!db_do(work, NULL, "DELETE FROM `tier_sizes` WHERE `tier_id` = ?",
		   DB_IN(db_uuid(tier->id))))
		return false;
	for (size_t i = 0; (variant = text_word(work->pool, tier->sizes, i));
	     i++)
		if (!db_do(work, NULL,
			   "INSERT INTO `tier_sizes`"
			   " (`tier_id`, `position`, `variant`)"
			   " VALUES (?, ?, ?)",
			   DB_IN(db_uuid(tier->id), db_int((int64_t)i + 1),
				 db_text(variant))))
			return false;
	return true;
}

static bool write_fields(const struct tier *tier, struct work *work)
{
	return db_change(
		work, "tier", tier->id,
		"UPDATE `tiers` SET `name` = ?, `any_size` = ?,"
		" `max_side` = ?, `original` = ?, `links` = ?,"
		" `public` = ?,"
		" `link_min` = ?, `link_max` = ?, `max_bytes` = ?,"
		" `max_pixels` = ?, `max_enlarged_pixels` = ?,"
		" `quota_bytes` = ?,"
		" `uploads_per_day` = ?, `requests_per_minute` = ?,"
		" `priority` = ?, `retention_days` = ?, `fetch` = ?,"
		" `max_fetches` = ?, `max_pending_seconds` = ?,"
		" `animated` = ?, `formats` = ?, `exif` = ?"
		" WHERE `id` = ?",
		DB_IN(db_text(tier->name), db_bool(tier->any_size),
		      db_int(tier->max_side), db_bool(tier->original),
		      db_bool(tier->links), db_bool(tier->public),
		      db_int(tier->link_min), db_int(tier->link_max),
		      limit(tier->max_bytes), limit(tier->max_pixels),
		      limit(tier->max_enlarged_pixels),
		      limit(tier->quota_bytes), limit(tier->uploads_per_day),
		      limit(tier->requests_per_minute), db_int(tier->priority),
		      limit(tier->retention_days), db_bool(tier->fetch),
		      limit(tier->max_fetches),
		      limit(tier->max_pending_seconds), db_bool(tier->animated),
		      db_text(tier->formats), db_bool(tier->exif),
		      db_uuid(tier->id)));
}

/* Names the field's conflict instead of the database's constraint. */
static bool name_is_free(const struct tier *tier, struct work *work, bool done)
{
	if (!done && work->err == ERR_CONFLICT)
		fail(work, ERR_CONFLICT, "a tier is called \"%s\" already",
		     tier->name);
	return done;
}

bool tier_update(const struct tier *tier, struct work *work)
{
	return name_is_free(tier, work, write_fields(tier, work)) &&
	       write_sizes(tier, work);
}

bool tier_add(struct tier *tier, struct work *work)
{
	tier->id = uuid_new();
	return name_is_free(
		       tier, work,
		       db_do(work, NULL,
			     "INSERT INTO `tiers` (`id`, `name`)"
			     " VALUES (?, ?)",
			     DB_IN(db_uuid(tier->id), db_text(tier->name)))) &&
	       tier_update(tier, work);
}

bool tier_lock(struct tier *tier, struct work *work, struct uuid id)
{
	const char *name;

	return db_find(work, "tier", id,
		       "SELECT `name` FROM `tiers` WHERE `id` = ? FOR UPDATE",
		       DB_IN(db_uuid(id)), DB_OUT(db_text_to(&name))) &&
	       tier_find(tier, work, id);
}

bool tier_drop(struct work *work, const struct tier *tier)
{
	bool used;

	if (!db_one(work,
		    "SELECT EXISTS (SELECT 1 FROM `users` WHERE `tier_id` = ?)",
		    DB_IN(db_uuid(tier->id)), DB_OUT(db_bool_to(&used))))
		return false;
	if (used)
		return fail(work, ERR_CONFLICT,
			    "the tier %s has users; move them to another first",
			    tier->name);
	return db_do(work, NULL, "DELETE FROM `tiers` WHERE `id` = ?",
		     DB_IN(db_uuid(tier->id)));
}

void tier_init(struct tier *tier, const char *name)
{
	*tier = (struct tier){
		.name = name,
		.sizes = "",
		.max_side = 8192,
		.link_min = 300,
		.link_max = 30000,
		.max_bytes = TIER_NO_LIMIT,
		.max_pixels = TIER_NO_LIMIT,
		.max_enlarged_pixels = TIER_NO_LIMIT,
		.quota_bytes = TIER_NO_LIMIT,
		.uploads_per_day = TIER_NO_LIMIT,
		.requests_per_minute = TIER_NO_LIMIT,
		.priority = JOB_NORMAL,
		.retention_days = TIER_NO_LIMIT,
		.max_fetches = TIER_NO_LIMIT,
		.max_pending_seconds = TIER_NO_LIMIT,
		.formats = "jpeg png gif webp tiff bmp",
	};
}
