#ifndef LIB_SERVICE_UPLOAD_H
#define LIB_SERVICE_UPLOAD_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/work.h"
#include "lib/model/image.h"
#include "lib/model/job.h"
#include "lib/model/tier.h"
#include "lib/model/user.h"
#include "lib/model/variant.h"
#include "lib/picture/recipe.h"
#include "lib/store/store.h"

/* Returns the size of the largest file that the service and the tier accept. */
int64_t upload_max_bytes(const struct conf *conf, const struct tier *tier);

/* Returns the image name for a file name: cut to whole characters within
   IMAGE_NAME_MAX bytes, or "image" if the file name is "". */
const char *upload_name(struct pool *pool, const char *filename);

/* One variant instead of the tier's sizes, and a job with its result. */
struct upload_resize {
	struct recipe recipe;
	bool same_format;    /* the source's, even if not for browsers */
	const char *formats; /* accepted formats; NULL: the tier's */
	int64_t priority;    /* priority of the job */
};

struct upload {
	const struct user *user;
	const struct tier *tier;
	struct store_temp *file;            /* written, not ended */
	const char *name;                   /* 1 to IMAGE_NAME_MAX characters */
	bool later;                         /* the client prefers a job */
	const struct upload_resize *resize; /* or NULL */
};

struct uploaded {
	struct image image;
	struct variant *variants;
	size_t count;
	struct job job; /* nil id if all is ready; a resize always has one,
			   "done" if it is ready */
};

/*
 * Stores an image: probes it, renders the tier's sizes at once if that is cheap
 * or else queues a job, makes the files durable, then commits the rows and the
 * quota in one transaction. When this returns true, nothing can be lost.
 * ERR_UNSUPPORTED_FORMAT, ERR_CORRUPT_IMAGE, ERR_TOO_LARGE,
 * ERR_TOO_MANY_PIXELS, ERR_QUOTA_EXCEEDED, ERR_STORAGE_FULL; ERR_RATE_LIMITED
 * as budget_check() and budget_count_upload(); ERR_CLIENT_GONE, with nothing
 * stored, if the work is abandoned before it is rendered or committed.
 */
bool upload_take(struct uploaded *uploaded, struct work *work,
		 const struct upload *upload) MUST_CHECK;

/* The steps of upload_take(), for fetched files (fetch.h). */
struct probe;

/* Calls store_temp_end(), checks the content, and cuts off bytes of an older
   image after the end: ERR_UNSUPPORTED_FORMAT, ERR_CORRUPT_IMAGE,
   ERR_TOO_LARGE, ERR_TOO_MANY_PIXELS, ERR_STORAGE_FULL. */
bool upload_check(struct probe *probe, struct work *work,
		  const struct upload *upload) MUST_CHECK;

/* Makes a list of the tier's sizes as variants that are processing, and returns
   their number. */
size_t upload_variants(struct variant **variants, struct work *work,
		       struct uuid image_id, const struct tier *tier);

/* Fills the image's format, size, bytes and sum from the file. */
void upload_describe(struct image *image, const struct probe *probe,
		     const struct store_temp *file);

/* Stores the file durably as the image's original, unless it is stored
   already. */
bool upload_keep(struct work *work, struct store_temp *file,
		 struct uuid image_id) MUST_CHECK;

#endif
