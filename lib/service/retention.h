#ifndef LIB_SERVICE_RETENTION_H
#define LIB_SERVICE_RETENTION_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/work.h"

/* What one call has deleted. */
struct retention {
	int64_t images;   /* older than their tier's retention_days */
	int64_t variants; /* beyond the setting derived_max_bytes */
	bool more;        /* more than one call deletes is left */
};

/*
 * Deletes a limited number of images and variants that exceed their limits.
 * Images are deleted with their variants, unless a job that has not ended or a
 * valid link needs them. Of the variants, the least recently used are deleted
 * first; the next request makes them again.
 */
bool retention_enforce(struct retention *done, struct work *work) MUST_CHECK;

#endif
