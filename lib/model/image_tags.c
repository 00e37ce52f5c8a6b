/* image_tags.c: the tags of images, and the table image_tags. */
#include "config.h"

#include "lib/model/image_tags.h"

#include <string.h>
#include <strings.h>

#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/db/db.h"
#include "lib/model/image.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool check_tag(struct work *work, const char *tag, size_t len)
{
	return (len && len <= IMAGE_TAG_MAX && text_is_utf8(tag, len) &&
		text_is_clean(tag, len, "") && !memchr(tag, ',', len)) ||
	       fail_field(work, "tags",
			  "tags: each has 1 to %d bytes without commas and "
			  "control characters, not \"%.*s\"",
			  IMAGE_TAG_MAX, (int)(len < 70 ? len : 70), tag);
}

const char *image_tags_next(const char **tags, struct pool *pool)
{
	const char *from = *tags;
	size_t len;

	if (!from || !*from)
		return NULL;
	len = strcspn(from, "\n");
	*tags = from + len + (from[len] == '\n');
	return pool_strndup(pool, from, len);
}

/* Counts the tags, and reports whether `tag` is one of them. */
static size_t count_tags(bool *found, struct pool *pool, const char *tags,
			 const char *tag)
{
	const char *each;
	size_t count = 0;

	*found = false;
	while ((each = image_tags_next(&tags, pool))) {
		*found |= !strcasecmp(each, tag);
		count++;
	}
	return count;
}

bool image_tags_append(const char **tags, struct work *work, const char *tag,
		       size_t len)
{
	const char *one;
	size_t count;
	bool found;

	for (; len && is_blank(*tag); len--)
		tag++;
	while (len && is_blank(tag[len - 1]))
		len--;
	if (!check_tag(work, tag, len))
		return false;
	one = pool_strndup(work->pool, tag, len);
	count = count_tags(&found, work->pool, *tags, one);
	if (found)
		return true;
	if (count == IMAGE_TAGS_MAX)
		return fail_field(work, "tags", "tags: at most %d, not more",
				  IMAGE_TAGS_MAX);
	*tags = count ? pool_printf(work->pool, "%s\n%s", *tags, one) : one;
	return true;
}

static bool insert_rows(struct work *work, struct uuid id, const char *tags)
{
	const char *rest = tags;
	int64_t count = 0;

	while (image_tags_next(&rest, work->pool))
		count++;
	return !count ||
	       db_do(work, NULL,
		     "INSERT IGNORE INTO `image_tags`"
		     " (`user_id`, `tag`, `image_id`)"
		     " WITH RECURSIVE `positions` (`at`) AS (SELECT 1"
		     "   UNION ALL SELECT `at` + 1 FROM `positions`"
		     "   WHERE `at` < ?)"
		     " SELECT i.`user_id`, SUBSTRING_INDEX(SUBSTRING_INDEX("
		     "   i.`tags`, '\\n', p.`at`), '\\n', -1), i.`id`"
		     " FROM `images` i JOIN `positions` p WHERE i.`id` = ?",
		     DB_IN(db_int(count), db_uuid(id)));
}

bool image_tags_insert(struct work *work, const struct image *image)
{
	return insert_rows(work, image->id, image->tags);
}

/* The update comes first: it locks the image. */
bool image_tags_set(struct work *work, struct uuid id, const char *tags)
{
	return db_change(work, "image", id,
			 "UPDATE `images` SET `tags` = ? WHERE `id` = ?",
			 DB_IN(db_text(tags), db_uuid(id))) &&
	       db_do(work, NULL,
		     "DELETE FROM `image_tags` WHERE `image_id` = ?",
		     DB_IN(db_uuid(id))) &&
	       insert_rows(work, id, tags);
}
