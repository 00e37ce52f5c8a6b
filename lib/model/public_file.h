#ifndef LIB_MODEL_PUBLIC_FILE_H
#define LIB_MODEL_PUBLIC_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/uuid.h"
#include "lib/base/work.h"

enum { PUBLIC_FILE_SUM_SIZE = 4 };

/* What a public address names: a file of an image, by the first bytes of its
   SHA-256. */
struct public_file {
	struct uuid image_id;
	const char *variant; /* or VARIANT_ORIGINAL */
	uint8_t sum[PUBLIC_FILE_SUM_SIZE];
	const char *format; /* "jpeg" */
	/* Filled by public_file_find(): */
	bool is_public;   /* the image */
	bool was_public;  /* the image is or was public, or is deleted */
	bool is_known;    /* the image has or had the file */
	bool is_ready;    /* the file exists */
	const char *name; /* of the image */
};

/* Looks up the address. One statement reads the same indexes for every address,
   so the time shows little of what exists. */
bool public_file_find(struct public_file *file, struct work *work) MUST_CHECK;

/* Locks the row of the image against changes until the transaction ends, and
   looks up the address again. */
bool public_file_lock(struct public_file *file, struct work *work) MUST_CHECK;

/* Lists the kept addresses of an image: their variant, sum and format. */
bool public_file_list(struct public_file **files, size_t *count,
		      struct work *work, struct uuid image_id) MUST_CHECK;

/* Lists the names of the image's variants, also of those that are marked, and
   of those of which only addresses are kept. */
bool public_file_list_variants(const char ***names, size_t *count,
			       struct work *work,
			       struct uuid image_id) MUST_CHECK;

/* Keeps the address of a marked variant of a public image, before
   variant_drop_marked(). Its next file has another picture after
   variant_mark_changed(), or if the watermark has changed: then the address
   ends with the file. */
bool public_file_keep(struct work *work, struct uuid image_id,
		      const char *variant) MUST_CHECK;

/* End the kept addresses of a variant, of an image, or of all images of a user
   and of the users of a tier (the other id is nil), whose pictures have
   changed. */
bool public_file_end(struct work *work, struct uuid image_id,
		     const char *variant) MUST_CHECK;
bool public_file_end_image(struct work *work, struct uuid image_id) MUST_CHECK;
bool public_file_end_all(struct work *work, struct uuid tier_id,
			 struct uuid user_id) MUST_CHECK;

/* Lists at most `limit` public images with an id above `after`, of the user, or
   of the users of the tier; the other id is nil. */
bool public_file_list_images(struct uuid **ids, size_t *count,
			     struct work *work, struct uuid tier_id,
			     struct uuid user_id, struct uuid after,
			     int64_t limit) MUST_CHECK;

/* Forgets at most `limit` images that were deleted more than `days` ago, and
   counts them. */
bool public_file_sweep(uint64_t *count, struct work *work, int64_t days,
		       int64_t limit) MUST_CHECK;

#endif
