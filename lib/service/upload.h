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

/* Bytes of the largest picture that the service and the tier take. */
int64_t upload_max_bytes(const struct conf *conf, const struct tier *tier);

/* The name of an image whose file is called so: cut to whole characters within
   IMAGE_NAME_MAX bytes, or "image" for "". */
const char *upload_name(struct pool *pool, const char *filename);

/* Instead of the tier's sizes: one variant, and a job that says how it went. */
struct upload_resize {
	struct recipe recipe;
	bool same_format;    /* as the source, whatever browsers show */
	const char *formats; /* words: those taken; NULL: what the tier takes */
	int64_t priority;    /* of the job */
};

struct upload {
	const struct user *user;
	const struct tier *tier;
	struct store_temp *file;            /* written */
	const char *name;                   /* 1 to IMAGE_NAME_MAX characters */
	bool later;                         /* the client prefers a job */
	const struct upload_resize *resize; /* or NULL */
};

struct uploaded {
	struct image image;
	struct variant *variants;
	size_t count;
	struct job
		job; /* nil id when everything is ready; a resize's is done */
};

/*
 * Takes a picture in: probes it, paints the tier's sizes at once if that is
 * cheap or else queues a job, makes the files durable, then commits the rows
 * and the quota in one transaction. When this returns true nothing of it can
 * be lost. ERR_UNSUPPORTED_FORMAT, ERR_CORRUPT_IMAGE, ERR_TOO_LARGE,
 * ERR_TOO_MANY_PIXELS, ERR_QUOTA_EXCEEDED, ERR_STORAGE_FULL; ERR_RATE_LIMITED
 * as budget_check() and budget_count_upload(); ERR_CLIENT_GONE, with nothing
 * left, if the work is abandoned before it is rendered or committed.
 */
bool upload_take(struct uploaded *uploaded, struct work *work,
		 const struct upload *upload) MUST_CHECK;

/* The parts of it, for files that come another way (import.h). */
struct probe;

/* Ends the file and looks at its bytes, of which it cuts off the remains of an
   older picture: ERR_UNSUPPORTED_FORMAT, ERR_CORRUPT_IMAGE, ERR_TOO_LARGE,
   ERR_TOO_MANY_PIXELS, ERR_STORAGE_FULL. */
bool upload_check(struct probe *probe, struct work *work,
		  const struct upload *upload) MUST_CHECK;

/* The tier's sizes as variants that are still to be made; how many. */
size_t upload_variants(struct variant **variants, struct work *work,
		       struct uuid image_id, const struct tier *tier);

/* What the file says of the image. */
void upload_describe(struct image *image, const struct probe *probe,
		     const struct store_temp *file);

/* Makes the file the image's original, durably, unless it is that already. */
bool upload_keep(struct work *work, struct store_temp *file,
		 struct uuid image_id) MUST_CHECK;

#endif
