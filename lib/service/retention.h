#ifndef LIB_SERVICE_RETENTION_H
#define LIB_SERVICE_RETENTION_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/work.h"

/* What one turn has removed. */
struct retention {
	int64_t images;   /* older than their tier's retention_days */
	int64_t variants; /* beyond the setting derived_max_bytes */
	bool more;        /* there is more of it than fits in one turn */
};

/*
 * One turn of keeping what is stored within its bounds. Images go with all that
 * was made of them, unless a job that has not ended or a link that is valid
 * needs them. Of what was made, the least recently used goes first; it is made
 * again when it is wanted.
 */
bool retention_enforce(struct retention *done, struct work *work) MUST_CHECK;

#endif
