#ifndef LIB_SERVICE_RESIZE_H
#define LIB_SERVICE_RESIZE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/work.h"
#include "lib/model/image.h"
#include "lib/model/job.h"
#include "lib/model/tier.h"
#include "lib/model/user.h"
#include "lib/model/variant.h"

struct store_temp;

/*
 * A picture in a size of the caller's choice. What is sent becomes an image of
 * the kind "resize", which is in no list of images but counts as one: for
 * quotas, retention and who may have it. Its job says how it went.
 */
struct resize {
	const struct user *user;
	const struct tier *tier;
	struct store_temp *file; /* written, not ended */
	const char *name;        /* 1 to IMAGE_NAME_MAX bytes */

	int64_t width, height; /* 0: follows from the ratio, with "inside" */
	const char *fit;       /* "inside", "cover" or "exact" */
	const char *format;    /* NULL: as variants have it */
	bool same_format;      /* the source's, instead of `format` */
	const char *formats;   /* those taken; NULL: what the tier takes */
	int64_t quality;       /* 1 to 100; 0: the settings' */
	const char *priority;  /* NULL: the tier's, which is the highest */
	bool later;            /* by a worker in any case */
};

enum { RESIZE_MAX_SIDE = 16383 };

/*
 * Takes it in as upload_take() does and fails so; small ones are done then.
 * ERR_TIER_FORBIDS unless the tier has any_size or lists the size, in whatever
 * format, or if it enlarges the picture to more than max_enlarged_pixels;
 * ERR_INVALID_FIELD names the field.
 */
bool resize_take(struct job *job, struct work *work,
		 const struct resize *resize) MUST_CHECK;

/*
 * What came of it: the variant is "ready", or "processing" while the job runs
 * or the file, removed to save room, is made again. ERR_JOB_FAILED says why;
 * ERR_NOT_FOUND when there never was a result or it has expired;
 * ERR_TIER_FORBIDS when the tier has the size no more.
 */
struct resized {
	struct image image;
	struct variant variant;
};
bool resize_result(struct resized *resized, struct work *work,
		   const struct tier *tier, const struct job *job) MUST_CHECK;

#endif
