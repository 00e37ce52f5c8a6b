#ifndef LIB_MODEL_VARIANT_H
#define LIB_MODEL_VARIANT_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/names.h"
#include "lib/base/uuid.h"
#include "lib/base/work.h"

struct image;

/* The name of the original where a variant's name can stand too. */
#define VARIANT_ORIGINAL "original"

/* The most bytes of a variant's name. */
enum { VARIANT_NAME_MAX = 64 };

bool variant_is_original(const char *name);

enum variant_status { VARIANT_PROCESSING = 1, VARIANT_READY, VARIANT_FAILED };

const char *variant_status_name(enum variant_status status);

/* A rendition of an image; its name is its recipe. Until it is ready, format is
   NULL and the numbers are 0. */
struct variant {
	struct uuid image_id;
	const char *variant;        /* "h200" */
	enum variant_status status; /* of a marked one: processing */
	const char *format;
	int64_t width, height;
	int64_t bytes;
	uint8_t sha256[32];
	int64_t watermark; /* that of the owner's tier when it was rendered */
	/* Filled by variant_find() only, and used_at by variant_list_oldest().
	 */
	int64_t used_at;
	bool stale; /* the owner's tier has another watermark now */
};

bool variant_find(struct variant *variant, struct work *work,
		  struct uuid image_id, const char *name) MUST_CHECK;

/* Lists the image's variants by name, without those that are marked. */
bool variant_list(struct variant **variants, size_t *count, struct work *work,
		  struct uuid image_id) MUST_CHECK;

/* Lists the variants of the images, which must be sorted from the highest id to
   the lowest. Leaves out those that are marked. The result is sorted from the
   lowest image id, then by name. */
bool variant_list_of(struct variant **variants, size_t *count,
		     struct work *work, const struct image *images,
		     size_t image_count) MUST_CHECK;

/* ERR_CONFLICT if the image has one of the variants already. */
bool variant_add(struct work *work, const struct variant *variants,
		 size_t count) MUST_CHECK;

/* Sets the status to ready, with the format, size, bytes and sum. */
bool variant_finish(struct work *work,
		    const struct variant *variant) MUST_CHECK;

/* Sets used_at to now. */
bool variant_touch(struct work *work, struct uuid image_id,
		   const char *name) MUST_CHECK;

/* Sets used_at to this time, unless it is later already. */
bool variant_touch_at(struct work *work, struct uuid image_id, const char *name,
		      int64_t used_at) MUST_CHECK;

/* Sums the bytes of the image's variants. */
bool variant_sum(int64_t *bytes, struct work *work,
		 struct uuid image_id) MUST_CHECK;

/* List at most `limit` variants that are ready: the least recently used first,
   or those with a name. Of the sizes they fill only `bytes`; the first one
   fills used_at. */
bool variant_list_oldest(struct variant **variants, size_t *count,
			 struct work *work, int64_t limit) MUST_CHECK;
bool variant_list_named(struct variant **variants, size_t *count,
			struct work *work, const char *name,
			int64_t limit) MUST_CHECK;

/*
 * A file is deleted in two transactions: variant_mark() marks the row if it is
 * ready (else ERR_CONFLICT); then, while the image is locked,
 * variant_drop_marked() deletes the row if it is still marked, and the caller
 * deletes the file. So a process that dies in between leaves no row without its
 * file, and no new file is made before the old one is deleted.
 * variant_list_marked() finds unfinished deletions.
 *
 * variant_mark_changed() marks a variant whose next file has another picture.
 * It forgets the SHA-256, by which public addresses find the file, also if the
 * variant was marked before.
 */
bool variant_mark(struct work *work, struct uuid image_id,
		  const char *name) MUST_CHECK;
bool variant_mark_changed(struct work *work, struct uuid image_id,
			  const char *name) MUST_CHECK;
bool variant_drop_marked(bool *dropped, struct work *work, struct uuid image_id,
			 const char *name) MUST_CHECK;
bool variant_list_marked(struct variant **variants, size_t *count,
			 struct work *work, int64_t limit) MUST_CHECK;

/* Sets the image's variants that are processing to failed. */
bool variant_fail_pending(struct work *work, struct uuid image_id) MUST_CHECK;

/* Sets the image's failed variants to processing. */
bool variant_reopen_failed(struct work *work, struct uuid image_id) MUST_CHECK;

#endif
