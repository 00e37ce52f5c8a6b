#ifndef LIB_MODEL_IMAGE_H
#define LIB_MODEL_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/metadata.h"
#include "lib/base/names.h"
#include "lib/base/uuid.h"
#include "lib/base/work.h"

enum image_kind { IMAGE_UPLOAD, IMAGE_RESIZE };

enum image_status { IMAGE_PROCESSING = 1, IMAGE_READY, IMAGE_FAILED };

extern const struct names image_kinds, image_statuses;

/* The point of the upright picture that cover crops keep. */
struct image_focus {
	bool is_set;
	int64_t x, y; /* 0 to IMAGE_FOCUS_MAX, of the width and of the height */
};

enum { IMAGE_FOCUS_MAX = 10000, IMAGE_FOCUS_DECIMALS = 4 };

/* An upload, or the image of a resize request. Width and height are in pixels,
   after the EXIF orientation is applied. For an image that is fetched by URL,
   the format is NULL and the numbers are 0 until the file arrives. */
struct image {
	struct uuid id;
	struct uuid user_id;
	enum image_kind kind;
	const char *name;
	enum image_status status;
	const char *format; /* "jpeg" */
	int64_t width, height;
	int64_t bytes;
	uint8_t sha256[32];
	const char *error_code; /* with IMAGE_FAILED, else NULL */
	const char *error_detail;
	int64_t created_at;
	bool public;
	bool public_original; /* the tier allowed it when it became public */
	struct image_focus focus;
	const char *alt;  /* what the picture shows, or NULL */
	const char *tags; /* image_tags.h */
	struct metadata metadata;
	/* Of the first variant that was made; NULL until then. */
	const char *placeholder; /* ThumbHash, base64 */
	const char *color;       /* "#rrggbb"; NULL if all is transparent */
};

const char *image_status_name(enum image_status status);

/* Parses the field "status" by which a client filters images; NULL is 0.
   ERR_INVALID_FIELD. */
bool image_status_read(enum image_status *status, struct work *work,
		       const char *text) MUST_CHECK;

enum { IMAGE_NAME_MAX = 255 }; /* characters; in /v1 bytes */
enum { IMAGE_ALT_MAX = 1000 }; /* bytes */

/* ERR_NOT_FOUND. The caller checks the owner. */
bool image_find(struct image *image, struct work *work,
		struct uuid id) MUST_CHECK;

/* As image_find(), and locks the row until the transaction ends. */
bool image_lock(struct image *image, struct work *work,
		struct uuid id) MUST_CHECK;

/* Lists the newest first, only those with an id below `before` (nil: all) and
   with `status` unless it is 0. user_id nil: of all users. Resizes are listed
   only with all_kinds, of one user and without a status. `name`, a part of the
   image's name, is for image_search() and image_match() only, `tag` and
   `sha256` for image_match(). */
struct image_filter {
	struct uuid user_id;
	enum image_status status;
	const char *name;
	const char *tag;
	const uint8_t *sha256;
	struct uuid before;
	int64_t limit;
	bool all_kinds;
};
bool image_list(struct image **images, size_t *count, struct work *work,
		const struct image_filter *filter) MUST_CHECK;

/* Inserts a row with the caller's id and created_at. */
bool image_add(struct work *work, const struct image *image) MUST_CHECK;

/* Fills format, width, height, bytes, sha256 and metadata when the image's file
   has arrived. ERR_CONFLICT if they are set already or the image does not
   exist. */
bool image_fill(struct work *work, const struct image *image) MUST_CHECK;
/* Sets the name if it is still `old_name`. */
bool image_replace_name(struct work *work, struct uuid id, const char *old_name,
			const char *name) MUST_CHECK;
bool image_set_name(struct work *work, struct uuid id,
		    const char *name) MUST_CHECK;
bool image_set_alt(struct work *work, struct uuid id,
		   const char *alt) MUST_CHECK;

bool image_same_focus(const struct image_focus *a, const struct image_focus *b);

bool image_set_focus(struct work *work, struct uuid id,
		     const struct image_focus *focus) MUST_CHECK;

/* Makes the image public, with its original if `original`, or private. */
bool image_set_public(struct work *work, struct uuid id, bool public,
		      bool original) MUST_CHECK;

/* Sets both if the image has none yet. */
bool image_set_placeholder(struct work *work, struct uuid id,
			   const char *placeholder,
			   const char *color) MUST_CHECK;

/* Sets the status to ready or failed; the error is NULL for ready. */
bool image_settle(struct work *work, struct uuid id, enum image_status status,
		  const char *error_code, const char *error_detail) MUST_CHECK;

/* Changes the status from failed to processing. Leaves any other status. */
bool image_reopen(struct work *work, struct uuid id) MUST_CHECK;

/* Lists at most `limit` images that are older than the retention of their
   user's tier, without those for which image_is_needed() is true. */
bool image_list_expired(struct image **images, size_t *count, struct work *work,
			int64_t limit) MUST_CHECK;

/* Reports whether a job that has not ended or a valid link needs the image.
   Part of a transaction: until it ends, no job or link can be added to the
   image. ERR_NOT_FOUND. */
bool image_is_needed(bool *needed, struct work *work,
		     struct uuid id) MUST_CHECK;

/* Deletes the row with its variants and links, and reports the bytes that it
   and the variants had. Records it as ended if it was ever public. Part of a
   transaction. ERR_NOT_FOUND. */
bool image_drop(int64_t *bytes, int64_t *variant_bytes, struct work *work,
		struct uuid id) MUST_CHECK;

#endif
