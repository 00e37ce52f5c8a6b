#ifndef LIB_MODEL_IMAGE_MATCH_H
#define LIB_MODEL_IMAGE_MATCH_H

#include "lib/model/image.h"

/* The most images with the tag or the bytes that one call compares with the
   other conditions of the filter. */
enum { IMAGE_MATCH_MAX = 1024 };

/* As image_list(), for a filter with a tag or a sum, or both. `next` as in
   image_search(): it is nil unless the filter also has a status or a name, or
   both, and the call reached its limit before it found filter->limit
   images. */
bool image_match(struct image **images, size_t *count, struct uuid *next,
		 struct work *work,
		 const struct image_filter *filter) MUST_CHECK;

/* Finds the user's oldest upload that has these bytes and has not failed:
   `count` is 1, or 0 if there is none. */
bool image_find_same(struct image **image, size_t *count, struct work *work,
		     struct uuid user_id, const uint8_t sha256[32]) MUST_CHECK;

#endif
