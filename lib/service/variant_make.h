#ifndef LIB_SERVICE_VARIANT_MAKE_H
#define LIB_SERVICE_VARIANT_MAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/work.h"
#include "lib/model/image.h"
#include "lib/model/variant.h"

/*
 * Finds one variant of an image, or makes it: now if it is small, else by a
 * job. The result is "ready" or "processing". The caller checks the tier's
 * permission. Variants of a resize have its job's quality. Concurrent requests
 * make it once: on one host the others wait for the first, and on several hosts
 * the row's key decides. For an image whose file has not been fetched yet the
 * result is "processing"; if the fetch has failed, fails with the image's
 * error. A failed variant becomes "processing" again if the cause may have
 * gone, such as a full disk. ERR_TIER_FORBIDS as access_check_enlargement() and
 * ERR_RATE_LIMITED as budget_check(), by the tier of the image's owner.
 */
bool variant_make(struct variant *variant, struct work *work,
		  const struct image *image, const char *name,
		  int64_t priority) MUST_CHECK;

#endif
