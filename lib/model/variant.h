#ifndef LIB_MODEL_VARIANT_H
#define LIB_MODEL_VARIANT_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/uuid.h"
#include "lib/base/work.h"

struct image;

/* A picture made of an image; its name is its recipe. Format, size and bytes
   are NULL and 0 until it is ready. */
struct variant {
	struct uuid image_id;
	const char *variant; /* "h200" */
	const char *status;  /* "processing", "ready" or "failed"; one that is
				about to go is in no list and "processing" */
	const char *format;
	int64_t width, height;
	int64_t bytes;
	uint8_t sha256[32];
	int64_t used_at; /* found by variant_find() only */
};

bool variant_find(struct variant *variant, struct work *work,
		  struct uuid image_id, const char *name) MUST_CHECK;

/* Those of an image, by name. */
bool variant_list(struct variant **variants, size_t *count, struct work *work,
		  struct uuid image_id) MUST_CHECK;

/* Those of `image_count` images, which are listed from the highest id to the
   lowest; by image from the lowest, then by name. */
bool variant_list_of(struct variant **variants, size_t *count,
		     struct work *work, const struct image *images,
		     size_t image_count) MUST_CHECK;

/* ERR_CONFLICT when the image has it already. */
bool variant_add(struct work *work, const struct variant *variant) MUST_CHECK;

/* From any status to ready, with what was made. */
bool variant_finish(struct work *work,
		    const struct variant *variant) MUST_CHECK;

/* It was used now. */
bool variant_touch(struct work *work, struct uuid image_id,
		   const char *name) MUST_CHECK;

/* Bytes of all that are ready. */
bool variant_sum(int64_t *bytes, struct work *work) MUST_CHECK;

/* At most `limit` that are ready, the least recently used first, or those with
   this name. Of their size only the bytes are filled. */
bool variant_list_oldest(struct variant **variants, size_t *count,
			 struct work *work, int64_t limit) MUST_CHECK;
bool variant_list_named(struct variant **variants, size_t *count,
			struct work *work, const char *name,
			int64_t limit) MUST_CHECK;

/*
 * A file is dropped in three steps, so that a process which dies between them
 * leaves no row without its file, and none is made anew before the old one is
 * gone: the row is marked, if it is ready (else ERR_CONFLICT); the file goes;
 * the row goes. variant_list_marked() finds what was left half-way.
 */
bool variant_mark(struct work *work, struct uuid image_id,
		  const char *name) MUST_CHECK;
bool variant_drop_marked(struct work *work, struct uuid image_id,
			 const char *name) MUST_CHECK;
bool variant_list_marked(struct variant **variants, size_t *count,
			 struct work *work, int64_t limit) MUST_CHECK;

/* What is still processing has failed. */
bool variant_fail_pending(struct work *work, struct uuid image_id) MUST_CHECK;

/* What has failed is processing again. */
bool variant_reopen_failed(struct work *work, struct uuid image_id) MUST_CHECK;

#endif
