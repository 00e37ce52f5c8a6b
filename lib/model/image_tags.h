#ifndef LIB_MODEL_IMAGE_TAGS_H
#define LIB_MODEL_IMAGE_TAGS_H

#include <stddef.h>

#include "lib/base/uuid.h"
#include "lib/base/work.h"

struct image;

/*
 * The tags of an image are a text in images.tags: in the client's order and
 * spelling, separated by newlines; NULL for none. The table image_tags has a
 * row for each, by which image_match() finds the image. Its collation ignores
 * case and accents.
 */
enum { IMAGE_TAGS_MAX = 32, IMAGE_TAG_MAX = 64 /* bytes */ };

/* Appends a tag of `len` bytes without the spaces around it, unless the tags
   have it already in any case of a to z. ERR_INVALID_FIELD (tags) if nothing is
   left, if it is too long, has a comma or a control character, or is not UTF-8,
   and if the tags are too many. */
bool image_tags_append(const char **tags, struct work *work, const char *tag,
		       size_t len) MUST_CHECK;

/* Returns the next tag at `*tags` and moves on; NULL after the last. */
const char *image_tags_next(const char **tags, struct pool *pool);

/* Both are parts of a transaction. image_tags_insert() inserts the rows of an
   image that image_add() has inserted; image_tags_set() replaces tags and
   rows. */
bool image_tags_insert(struct work *work, const struct image *image) MUST_CHECK;
bool image_tags_set(struct work *work, struct uuid id,
		    const char *tags) MUST_CHECK;

#endif
