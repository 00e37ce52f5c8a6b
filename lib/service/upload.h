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

/* What happens to bytes that the user has uploaded before: they become another
   image, or the upload returns the existing one. */
enum on_duplicate { ON_DUPLICATE_KEEP, ON_DUPLICATE_RETURN };

extern const struct names on_duplicates;

struct upload {
	const struct user *user;
	const struct tier *tier;
	struct store_temp *file; /* written, not ended */
	const char *name;        /* 1 to IMAGE_NAME_MAX characters */
	const char *alt;         /* or NULL */
	const char *tags;        /* image_tags.h */
	enum on_duplicate on_duplicate;
	bool later;                         /* the client prefers a job */
	bool public;                        /* the tier allows it */
	const struct upload_resize *resize; /* or NULL */
	struct image_focus focus;
};

struct uploaded {
	struct image image;
	struct variant *variants;
	size_t count;
	struct job job;    /* nil id if all is ready; a resize always has one,
			      "done" if it is ready */
	bool is_duplicate; /* only the image is filled, with the existing
			      one */
};

/*
 * Stores an image: probes it, renders the tier's sizes at once if that is cheap
 * or else queues a job, makes the files durable, then commits the rows and the
 * quota in one transaction. When this returns true, nothing can be lost.
 * With ON_DUPLICATE_RETURN, finds the oldest image of the user that has the
 * same bytes and has not failed, and charges nothing; of concurrent uploads of
 * the same bytes only one makes an image. ERR_UNSUPPORTED_FORMAT,
 * ERR_CORRUPT_IMAGE, ERR_TOO_LARGE, ERR_TOO_MANY_PIXELS, ERR_QUOTA_EXCEEDED,
 * ERR_STORAGE_FULL; ERR_RATE_LIMITED as budget_check() and
 * budget_count_upload(); ERR_CLIENT_GONE, with nothing stored, if the work is
 * abandoned before it is rendered or committed.
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

/* Starts the records of a new image: its row, its variants as processing
   (`only`, as a resize; if NULL, the tier's sizes), and its job without an id
   and a kind. */
void upload_begin(struct uploaded *made, const struct work *work,
		  const struct user *user, const struct tier *tier,
		  const char *name, const char *only);

/* Stores the file durably as the image's original, unless it is stored already,
   and fills the image's format, size, bytes, sum and, unless it is a resize,
   metadata. */
bool upload_keep(struct image *image, struct work *work,
		 struct store_temp *file, const struct probe *probe) MUST_CHECK;

/* Commits the records in one transaction, which also charges the user for one
   upload of the image's bytes: 0 until its file is fetched. The events of an
   image that is ready are queued. ERR_QUOTA_EXCEEDED; ERR_RATE_LIMITED as
   budget_check_job(). */
bool upload_record(struct work *work, const struct uploaded *made,
		   const struct tier *tier) MUST_CHECK;

#endif
