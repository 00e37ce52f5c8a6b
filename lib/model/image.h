#ifndef LIB_MODEL_IMAGE_H
#define LIB_MODEL_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/uuid.h"
#include "lib/base/work.h"

/* An upload, or what was sent to be resized. Width and height are pixels as
   people see them. Until the file of an image that is fetched by URL is here,
   the format is NULL and the numbers are 0. */
struct image {
	struct uuid id;
	struct uuid user_id;
	const char
		*kind; /* "upload" or "resize"; NULL, to image_add(): upload */
	const char *name;
	const char *status; /* "processing", "ready" or "failed" */
	const char *format; /* "jpeg" */
	int64_t width, height;
	int64_t bytes;
	uint8_t sha256[32];
	const char *error_code; /* with status "failed", else NULL */
	const char *error_detail;
	int64_t created_at;
};

enum { IMAGE_NAME_MAX = 255 }; /* characters; /v1 takes as many bytes */

/* ERR_NOT_FOUND. Whose it is, the caller checks. */
bool image_find(struct image *image, struct work *work,
		struct uuid id) MUST_CHECK;

/* The same, and it stays as it is until the transaction ends. */
bool image_lock(struct image *image, struct work *work,
		struct uuid id) MUST_CHECK;

/* Newest first, older than `before` (nil: all), only those with `status` unless
   it is NULL. Resizes are in no list but one of any status that asks for all
   kinds. `name` (a part of it) is for image_search() only. */
struct image_filter {
	struct uuid user_id;
	const char *status;
	const char *name;
	struct uuid before;
	int64_t limit;
	bool all_kinds;
};
bool image_list(struct image **images, size_t *count, struct work *work,
		const struct image_filter *filter) MUST_CHECK;

/* With the id and created_at that the caller made. */
bool image_add(struct work *work, const struct image *image) MUST_CHECK;

/* The image's file is here: format, size, bytes and sum. ERR_CONFLICT when
   they were known before, or the image is gone. */
bool image_fill(struct work *work, const struct image *image) MUST_CHECK;
/* If that is still its name. */
bool image_replace_name(struct work *work, struct uuid id, const char *old_name,
			const char *name) MUST_CHECK;
bool image_set_name(struct work *work, struct uuid id,
		    const char *name) MUST_CHECK;

/* From any status to "ready" or "failed"; the error is NULL for "ready". */
bool image_settle(struct work *work, struct uuid id, const char *status,
		  const char *error_code, const char *error_detail) MUST_CHECK;

/* From "failed" to "processing"; in any other status nothing changes. */
bool image_reopen(struct work *work, struct uuid id) MUST_CHECK;

/* Those older than their user's tier keeps them, at most `limit`, but for those
   that image_is_needed() is true of; only what image_drop() and user_credit()
   need is filled. */
bool image_list_expired(struct image **images, size_t *count, struct work *work,
			int64_t limit) MUST_CHECK;

/* In a transaction: whether a job that has not ended or a link that is valid
   needs the image, which gets no new one until its end. ERR_NOT_FOUND. */
bool image_is_needed(bool *needed, struct work *work,
		     struct uuid id) MUST_CHECK;

/* Its variants and links go with it; how many bytes it had at that moment.
   ERR_NOT_FOUND. In a transaction. */
bool image_drop(int64_t *bytes, struct work *work, struct uuid id) MUST_CHECK;

#endif
