#ifndef LIB_SERVICE_VARIANT_MAKE_H
#define LIB_SERVICE_VARIANT_MAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/work.h"
#include "lib/model/image.h"
#include "lib/model/variant.h"

/*
 * One variant of an image, made now if it is missing and small, or by a job:
 * "ready" or "processing". The tier's permission is the caller's to check. What
 * is made of a resize has its job's quality.
 * Several requests for it at once make it once: the others wait for the first,
 * and on other hosts the row's key decides. Of an image whose file has not been
 * fetched yet it is "processing"; of one whose file could not be, the image's
 * error. One that is "failed" is "processing" again when the reason may have
 * gone, such as a full disk. ERR_TIER_FORBIDS as access_check_enlargement() and
 * ERR_RATE_LIMITED as budget_check(), by the tier of the image's owner.
 */
bool variant_make(struct variant *variant, struct work *work,
		  const struct image *image, const char *name,
		  int64_t priority) MUST_CHECK;

#endif
