#ifndef LIB_MODEL_IMAGE_SEARCH_H
#define LIB_MODEL_IMAGE_SEARCH_H

#include "lib/model/image.h"

/*
 * Finds images by a part of their name. The table image_ngrams has every
 * sequence of three and of four characters (n-gram) of each name. A search
 * reads, newest first, the images with one n-gram of its text and compares
 * their names with the whole text. The first step uses any n-gram; if it does
 * not fill the page, further steps use the rarest one for the older images. The
 * search also compares images that the table does not have yet (`name_indexed`
 * is false), so it misses none. The rows of a removed image stay until
 * image_search_index() removes them: no search returns them, because it reads
 * the images that it returns. A search in the images of all users compares
 * their names without the table.
 */

/* The most images that each step of a search compares: so many of those in the
   table, and so many of those not in it yet. */
enum {
	IMAGE_SEARCH_FIRST = 128,
	IMAGE_SEARCH_SECOND = 128,
	IMAGE_SEARCH_LAST = 768
};

/* As image_list(), for a filter with a name. `next` is nil unless the search
   reached its limit before it found filter->limit images. Then it has found all
   matches with ids from `next` up; a search with `before` set to `next` finds
   the others. */
bool image_search(struct image **images, size_t *count, struct uuid *next,
		  struct work *work,
		  const struct image_filter *filter) MUST_CHECK;

/* Removes the names of some removed images (the table removed_images) and adds
   those of some that the table does not have yet: as many as take less than a
   tenth of a second each. `count` is the number of both: 0 if all is done. */
bool image_search_index(size_t *count, struct work *work) MUST_CHECK;

#endif
