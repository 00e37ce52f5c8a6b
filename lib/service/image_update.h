#ifndef LIB_SERVICE_IMAGE_UPDATE_H
#define LIB_SERVICE_IMAGE_UPDATE_H

#include "lib/base/work.h"
#include "lib/model/image.h"
#include "lib/model/tier.h"

/* The changes of an image by its owner; NULL: no change. */
struct image_update {
	const char *name; /* 1 to IMAGE_NAME_MAX characters */
	const bool *public;
	bool sets_alt, sets_tags; /* then NULL removes them */
	const char *alt;
	const char *tags; /* image_tags.h */
};

/* Changes all fields or none, and fills `image` with the result. ERR_NOT_FOUND;
   fails as publish_set(). */
bool image_update(struct image *image, struct work *work,
		  const struct tier *tier,
		  const struct image_update *update) MUST_CHECK;

#endif
