#ifndef LIB_MODEL_IMAGE_SEARCH_H
#define LIB_MODEL_IMAGE_SEARCH_H

#include "lib/model/image.h"

/*
 * Finds images by a part of their name. The table image_ngrams has each three
 * and each four characters (n-grams) of a name that follow one another. A
 * search reads, newest first, the images with an n-gram of its text, and
 * compares their names with the whole text: a few with any n-gram, and if these
 * do not fill the page, older ones with the rarest. Images that the table does
 * not have yet (`name_indexed` is false) are compared as well, so none is
 * missed.
 */

/* How many images each step of a search compares at most, of those in the table
   and of those that it does not have yet. */
enum {
	IMAGE_SEARCH_FIRST = 128,
	IMAGE_SEARCH_SECOND = 128,
	IMAGE_SEARCH_LAST = 768
};

/* As image_list(), for a filter with a name. `next` is nil unless the search
   reached its limit before it found filter->limit images: then all that match
   and are not older than `next` were found, and a search with `before` set to
   it finds the others. */
bool image_search(struct image **images, size_t *count, struct uuid *next,
		  struct work *work,
		  const struct image_filter *filter) MUST_CHECK;

/* Adds to the table the names of some images that it does not have yet, a
   number that takes less than a tenth of a second; 0: there are none. */
bool image_search_index(size_t *count, struct work *work) MUST_CHECK;

#endif
