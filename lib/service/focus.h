#ifndef LIB_SERVICE_FOCUS_H
#define LIB_SERVICE_FOCUS_H

#include <stdbool.h>

#include "lib/base/work.h"
#include "lib/model/image.h"

/* Parses "0.25,0.75" of a form: x and y from 0 to 1 with at most
   IMAGE_FOCUS_DECIMALS decimals. ERR_INVALID_FIELD, field "focus". */
bool focus_read(struct image_focus *focus, struct work *work,
		const char *text) MUST_CHECK;

/*
 * Sets the focus of an image, and deletes the variants that follow it: their
 * next use renders them again. When this returns true, nothing serves an old
 * file: no request or job that is rendering can store one (variant_keep()).
 * Fails as purge_changed_variant(). ERR_NOT_FOUND.
 */
bool focus_set(struct image *image, struct work *work,
	       const struct image_focus *focus) MUST_CHECK;

#endif
