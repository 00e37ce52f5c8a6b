/* image_search.c: searches images by a part of their name, with the table
   image_ngrams. */
#include "config.h"

#include "lib/model/image_search.h"

#include <string.h>

#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/db/rows.h"
#include "lib/model/ids.h"
#include "lib/model/image_row.h"

/* To find a text's rarest n-gram, examine at most NGRAMS of its n-grams, evenly
   spaced from the first to the last, and SAMPLE images of each. */
enum { SHORT_NGRAM = 3, LONG_NGRAM = 4, NGRAMS = 6, SAMPLE = 400 };

struct search {
	const struct image_filter *filter;
	const char *like;
	const char *ngram;         /* NULL: the text is too short for one */
	struct uuid before, floor; /* next: floor <= id < before; floor nil:
				      all */
	struct image row;
	struct rows found;
};

/* The n-grams of a text */

static const char *skip_characters(const char *at, size_t n)
{
	const char *end = at + strlen(at);

	while (n--)
		text_next(&at, end);
	return at;
}

static size_t choose_ngrams(const char *ngrams[NGRAMS], struct pool *pool,
			    const char *text)
{
	const size_t length = text_length(text);
	const size_t size = length < LONG_NGRAM ? SHORT_NGRAM : LONG_NGRAM;
	size_t count = 0;

	if (length < size)
		return 0;
	for (size_t i = 0, unused = 0; i < NGRAMS; i++) {
		const size_t at = i * (length - size) / (NGRAMS - 1);
		const char *begin = skip_characters(text, at);
		const char *end = skip_characters(begin, size);

		if (at >= unused)
			ngrams[count++] = pool_strndup(pool, begin,
						       (size_t)(end - begin));
		unused = at + 1;
	}
	return count;
}

/* Searching */

static struct db_in id_of(const struct uuid *id)
{
	return db_bytes(id, sizeof(*id));
}

/* Counts the newest images with an n-gram and finds the oldest of them. */
#define SAMPLED                                                                \
	" COUNT(*) AS `count`, MIN(s.`image_id`) AS `oldest` FROM"             \
	" (SELECT `image_id` FROM `image_ngrams`"                              \
	"   WHERE `user_id` = ? AND `ngram` = ? AND `image_id` < ?"            \
	"   ORDER BY `image_id` DESC LIMIT ?) s"

static bool find_rarest(int64_t *rarest, struct work *work,
			const struct db_in *in, size_t in_count)
{
	return db_one(work,
		      "SELECT q.`i` FROM"
		      " (SELECT 0 AS `i`," SAMPLED
		      " UNION ALL SELECT 1 AS `i`," SAMPLED
		      " UNION ALL SELECT 2 AS `i`," SAMPLED
		      " UNION ALL SELECT 3 AS `i`," SAMPLED
		      " UNION ALL SELECT 4 AS `i`," SAMPLED
		      " UNION ALL SELECT 5 AS `i`," SAMPLED ") q"
		      " WHERE q.`i` < ? ORDER BY q.`count`, q.`oldest` LIMIT 1",
		      in, in_count, DB_OUT(db_int_to(rarest)));
}

static bool choose_rarest(struct search *s, struct work *work,
			  const char *const ngrams[NGRAMS], size_t count)
{
	struct db_in in[4 * NGRAMS + 1];
	int64_t rarest = 0;

	for (size_t i = 0; i < NGRAMS; i++) {
		in[4 * i] = db_uuid(s->filter->user_id);
		in[4 * i + 1] = db_text(ngrams[i]);
		in[4 * i + 2] = id_of(&s->before);
		in[4 * i + 3] = db_int(SAMPLE);
	}
	in[4 * NGRAMS] = db_int((int64_t)count);
	if (count > 1 && !find_rarest(&rarest, work, in, ARRAY_LEN(in)))
		return false;
	s->ngram = ngrams[rarest];
	return true;
}

/* As find_floor() without an n-gram, for the images of all users. */
static bool find_floor_of_all(struct search *s, struct work *work, int64_t max)
{
	return db_one(work,
		      "SELECT MAX(f.`id`) FROM (SELECT `id`"
		      " FROM `images` FORCE INDEX (`all_uploads`)"
		      " WHERE `kind` = 'upload' AND `id` < ?"
		      " ORDER BY `id` DESC LIMIT 1 OFFSET ?) f",
		      DB_IN(id_of(&s->before), db_int(max - 1)),
		      DB_OUT(db_uuid_to(&s->floor)));
}

/* Finds the lowest id such that at most `max` images with the n-gram and at
   most `max` images without index entries lie between it and `before`. */
static bool find_floor(struct search *s, struct work *work, int64_t max)
{
	const struct db_in user = db_uuid(s->filter->user_id);
	const struct db_in before = id_of(&s->before);
	const struct db_in offset = db_int(max - 1);

	if (!s->ngram)
		return db_one(work,
			      "SELECT MAX(f.`id`) FROM (SELECT `id`"
			      " FROM `images` FORCE INDEX (`kind`)"
			      " WHERE `user_id` = ? AND `kind` = 'upload'"
			      " AND `id` < ? ORDER BY `id` DESC"
			      " LIMIT 1 OFFSET ?) f",
			      DB_IN(user, before, offset),
			      DB_OUT(db_uuid_to(&s->floor)));
	return db_one(
		work,
		"SELECT MAX(f.`id`) FROM (SELECT n.`id` FROM"
		" (SELECT `image_id` AS `id` FROM `image_ngrams`"
		"   WHERE `user_id` = ? AND `ngram` = ? AND `image_id` < ?"
		"   ORDER BY `image_id` DESC LIMIT 1 OFFSET ?) n"
		" UNION ALL SELECT w.`id` FROM"
		" (SELECT `id` FROM `images` FORCE INDEX (`name_indexed`)"
		"   WHERE `name_indexed` = FALSE AND `user_id` = ?"
		"   AND `id` < ? ORDER BY `id` DESC LIMIT 1 OFFSET ?) w) f",
		DB_IN(user, db_text(s->ngram), before, offset, user, before,
		      offset),
		DB_OUT(db_uuid_to(&s->floor)));
}

/* UNION removes duplicates: an image with a changed name is in both parts. */
static bool compare_indexed(struct search *s, struct work *work)
{
	const struct image_filter *f = s->filter;
	const struct db_in user = db_uuid(f->user_id);
	const struct db_in status = db_name(f->status, &image_statuses);
	const struct db_in like = db_text(s->like);
	const struct db_in before = id_of(&s->before), floor = id_of(&s->floor);
	const struct db_in limit = db_int(f->limit - (int64_t)s->found.count);

	return db_each(
		work,
		"SELECT " IMAGE_COLUMNS " FROM (SELECT m.`id` FROM"
		" (SELECT n.`image_id` AS `id` FROM `image_ngrams` n"
		"   STRAIGHT_JOIN `images` i FORCE INDEX (PRIMARY)"
		"   ON i.`id` = n.`image_id`"
		"   WHERE n.`user_id` = ? AND n.`ngram` = ?"
		"   AND n.`image_id` < ? AND n.`image_id` >= ?"
		"   AND i.`kind` = 'upload' AND (? IS NULL OR i.`status` = ?)"
		"   AND i.`name` LIKE ?"
		"   ORDER BY n.`image_id` DESC LIMIT ?) m"
		" UNION SELECT w.`id` FROM (SELECT i.`id` FROM `images` i"
		"   FORCE INDEX (`name_indexed`)"
		"   WHERE i.`name_indexed` = FALSE AND i.`user_id` = ?"
		"   AND i.`id` < ? AND i.`id` >= ?"
		"   AND i.`kind` = 'upload' AND (? IS NULL OR i.`status` = ?)"
		"   AND i.`name` LIKE ? ORDER BY i.`id` DESC LIMIT ?) w) c"
		" JOIN `images` i FORCE INDEX (PRIMARY) ON i.`id` = c.`id`"
		" ORDER BY i.`id` DESC LIMIT ?",
		DB_IN(user, db_text(s->ngram), before, floor, status, status,
		      like, limit, user, before, floor, status, status, like,
		      limit, limit),
		IMAGE_OUT(&s->row), rows_keep, &s->found);
}

static bool compare_all(struct search *s, struct work *work)
{
	const struct image_filter *f = s->filter;

	return db_each(
		work,
		"SELECT " IMAGE_COLUMNS " FROM `images` i FORCE INDEX (`kind`)"
		" WHERE i.`user_id` = ? AND i.`kind` = 'upload'"
		" AND i.`id` < ? AND i.`id` >= ?"
		" AND (? IS NULL OR i.`status` = ?) AND i.`name` LIKE ?"
		" ORDER BY i.`id` DESC LIMIT ?",
		DB_IN(db_uuid(f->user_id), id_of(&s->before), id_of(&s->floor),
		      db_name(f->status, &image_statuses),
		      db_name(f->status, &image_statuses), db_text(s->like),
		      db_int(f->limit - (int64_t)s->found.count)),
		IMAGE_OUT(&s->row), rows_keep, &s->found);
}

static bool compare_all_users(struct search *s, struct work *work)
{
	const struct image_filter *f = s->filter;
	const struct db_in status = db_name(f->status, &image_statuses);

	return db_each(work,
		       "SELECT " IMAGE_COLUMNS " FROM `images` i"
		       " FORCE INDEX (`all_uploads`) WHERE i.`kind` = 'upload'"
		       " AND i.`id` < ? AND i.`id` >= ?"
		       " AND (? IS NULL OR i.`status` = ?) AND i.`name` LIKE ?"
		       " ORDER BY i.`id` DESC LIMIT ?",
		       DB_IN(id_of(&s->before), id_of(&s->floor), status,
			     status, db_text(s->like),
			     db_int(f->limit - (int64_t)s->found.count)),
		       IMAGE_OUT(&s->row), rows_keep, &s->found);
}

static bool is_full(const struct search *s)
{
	return s->found.count == (size_t)s->filter->limit;
}

/* Whether the page is full or no image is left to compare. */
static bool is_done(const struct search *s)
{
	return is_full(s) || uuid_is_nil(s->floor);
}

static bool search_step(struct search *s, struct work *work, int64_t max)
{
	const bool any = uuid_is_nil(s->filter->user_id);

	if (!(any ? find_floor_of_all : find_floor)(s, work, max) ||
	    !(any        ? compare_all_users
	      : s->ngram ? compare_indexed
			 : compare_all)(s, work))
		return false;
	s->before = s->floor;
	return true;
}

/* Most searches end after the first step: either most names with any n-gram of
   the text contain the whole text, or few names have that n-gram. */
static bool search_steps(struct search *s, struct work *work)
{
	static const int64_t next[] = { IMAGE_SEARCH_SECOND,
					IMAGE_SEARCH_LAST };
	const char *ngrams[NGRAMS] = { 0 };
	const size_t count =
		uuid_is_nil(s->filter->user_id)
			? 0
			: choose_ngrams(ngrams, work->pool, s->filter->name);

	s->ngram = ngrams[count / 2];
	if (!search_step(s, work, IMAGE_SEARCH_FIRST))
		return false;
	if (!is_done(s) && count && !choose_rarest(s, work, ngrams, count))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(next) && !is_done(s); i++)
		if (!search_step(s, work, next[i]))
			return false;
	return true;
}

bool image_search(struct image **images, size_t *count, struct uuid *next,
		  struct work *work, const struct image_filter *filter)
{
	struct search s = {
		.filter = filter,
		.like = db_containing(work->pool, filter->name),
		.before = filter->before,
	};

	s.found = (struct rows)ROWS_OF(s.row);
	if (uuid_is_nil(s.before))
		memset(&s.before, 0xff, sizeof(s.before));
	if (!search_steps(&s, work))
		return false;
	*images = s.found.list;
	*count = s.found.count;
	*next = is_full(&s) ? (struct uuid){ 0 } : s.floor;
	return true;
}

/* Keeping the table */

/* Add no further name to a batch that has this many characters: the transaction
   locks the images, so it must be short. */
enum { CHARACTERS = 1500 };

/* Remove at most so many rows with one statement, for the same reason. */
enum { ROWS_MAX = 2 * CHARACTERS };

struct batch {
	struct db_in ids[IDS_MAX]; /* NULL after the last */
	size_t count;
	int64_t longest; /* characters in a name */
};

struct waiting {
	struct uuid id;
	int64_t length;
};

static void add_waiting(struct batch *batch, const struct waiting *waiting)
{
	batch->ids[batch->count++] = db_uuid(waiting->id);
	if (waiting->length > batch->longest)
		batch->longest = waiting->length;
}

static bool list_waiting(struct batch *batch, struct work *work)
{
	struct waiting row, *list;
	int64_t length = 0;
	size_t count;

	if (!db_list(work, ROWS(&list, &count, row),
		     "SELECT `id`, CHAR_LENGTH(`name`) FROM `images`"
		     " FORCE INDEX (`name_indexed`)"
		     " WHERE `name_indexed` = FALSE"
		     " ORDER BY `user_id`, `id` LIMIT ?",
		     DB_IN(db_int(IDS_MAX)),
		     DB_OUT(db_uuid_to(&row.id), db_int_to(&row.length))))
		return false;
	*batch = (struct batch){ 0 };
	for (size_t i = 0; i < count && length < CHARACTERS; i++) {
		add_waiting(batch, &list[i]);
		length += list[i].length;
	}
	return true;
}

static bool insert_ngrams(struct work *work, const struct batch *batch)
{
	struct db_in in[1 + IDS_MAX] = { db_int(batch->longest) };

	memcpy(in + 1, batch->ids, sizeof(batch->ids));
	return db_do(work, NULL,
		     "INSERT IGNORE INTO `image_ngrams`"
		     " (`image_id`, `ngram`, `user_id`)"
		     " WITH RECURSIVE `positions` (`at`) AS (SELECT 1"
		     "   UNION ALL SELECT `at` + 1 FROM `positions`"
		     "   WHERE `at` < ?)"
		     " SELECT i.`id`, SUBSTRING(i.`name`, p.`at`, s.`size`),"
		     " i.`user_id` FROM `images` i"
		     " JOIN (SELECT 3 AS `size` UNION ALL SELECT 4) s"
		     " JOIN `positions` p"
		     "   ON p.`at` + s.`size` <= CHAR_LENGTH(i.`name`) + 1"
		     " WHERE i.`kind` = 'upload' AND i.`id` IN (" IDS ")",
		     in, ARRAY_LEN(in));
}

/* The update comes first: it locks the rows, so that no name changes before the
   transaction ends. */
static bool index_batch(struct work *work, void *arg)
{
	const struct batch *batch = arg;

	return db_do(work, NULL,
		     "UPDATE `images` SET `name_indexed` = TRUE"
		     " WHERE `id` IN (" IDS ")",
		     batch->ids, IDS_MAX) &&
	       db_do(work, NULL,
		     "DELETE FROM `image_ngrams`"
		     " WHERE `image_id` IN (" IDS ")",
		     batch->ids, IDS_MAX) &&
	       insert_ngrams(work, batch);
}

static bool add_names(size_t *count, struct work *work)
{
	struct batch batch;

	if (!list_waiting(&batch, work) ||
	    (batch.count && !db_transaction(work, index_batch, &batch)))
		return false;
	*count = batch.count;
	return true;
}

static bool list_removed(struct batch *batch, struct work *work)
{
	struct uuid id, *list;

	if (!db_list(work, ROWS(&list, &batch->count, id),
		     "SELECT `id` FROM `removed_images` ORDER BY `id` LIMIT ?",
		     DB_IN(db_int(IDS_MAX)), DB_OUT(db_uuid_to(&id))))
		return false;
	for (size_t i = 0; i < batch->count; i++)
		batch->ids[i] = db_uuid(list[i]);
	return true;
}

/* Not in one transaction: removing again what is removed does no harm. */
static bool remove_names(size_t *count, struct work *work)
{
	struct db_in in[IDS_MAX + 1] = { 0 };
	struct batch batch = { 0 };
	uint64_t removed = 0;

	if (!list_removed(&batch, work))
		return false;
	*count = batch.count;
	if (!batch.count)
		return true;
	memcpy(in, batch.ids, sizeof(batch.ids));
	in[IDS_MAX] = db_int(ROWS_MAX);
	return db_do(work, &removed,
		     "DELETE FROM `image_ngrams` WHERE `image_id` IN (" IDS ")"
		     " ORDER BY `image_id`, `ngram` LIMIT ?",
		     in, ARRAY_LEN(in)) &&
	       (removed == ROWS_MAX ||
		db_do(work, NULL,
		      "DELETE FROM `removed_images` WHERE `id` IN (" IDS ")",
		      batch.ids, IDS_MAX));
}

bool image_search_index(size_t *count, struct work *work)
{
	size_t removed;

	if (!remove_names(&removed, work) || !add_names(count, work))
		return false;
	*count += removed;
	return true;
}
