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
 * A resize request. The uploaded file becomes an image of the kind "resize",
 * which appears in no list of images but counts as an image for quotas,
 * retention and access. The job has the result or the error.
 */
struct resize {
	const struct user *user;
	const struct tier *tier;
	struct store_temp *file; /* before store_temp_end() */
	const char *name;        /* 1 to IMAGE_NAME_MAX bytes */

	/* The next six are ignored if it is set. */
	const char *recipe;    /* or NULL */
	int64_t width, height; /* 0: from the ratio, with "inside" */
	const char *fit;       /* "inside", "cover" or "exact" */
	const char *format;    /* NULL: as for variants */
	bool same_format;      /* use the source's format instead of `format` */
	const char *formats;   /* accepted formats; NULL: the tier's */
	int64_t quality;       /* 1 to 100; 0: the settings' */
	const char *priority;  /* NULL: the tier's, the highest allowed */
	bool later;            /* always leave the rendering to a worker */
};

enum { RESIZE_MAX_SIDE = 16383 };

/*
 * Stores the file as upload_take() does and fails like it; a small image is
 * resized at once. ERR_TIER_FORBIDS unless the tier has any_size or lists the
 * size, in whatever format, or if the result is an enlarged image of more than
 * max_enlarged_pixels. ERR_INVALID_FIELD names the field.
 */
bool resize_take(struct job *job, struct work *work,
		 const struct resize *resize) MUST_CHECK;

/*
 * The result: the variant is "ready", or "processing" while the job runs or
 * while the file, deleted to save space, is made again. ERR_JOB_FAILED has the
 * reason. ERR_NOT_FOUND if the job has no result or the result has expired.
 * ERR_TIER_FORBIDS if the tier no longer allows the size.
 */
struct resized {
	struct image image;
	struct variant variant;
};
bool resize_result(struct resized *resized, struct work *work,
		   const struct tier *tier, const struct job *job) MUST_CHECK;

#endif
