#ifndef LIB_MODEL_CHECK_H
#define LIB_MODEL_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/uuid.h"
#include "lib/base/work.h"

/* The database checks of `pixtierctl fsck` and `pixtierctl doctor`. */

/* A file that must exist because the image or the variant is ready. */
struct check_file {
	struct uuid image_id;
	const char *variant; /* "original" or a recipe */
	int64_t bytes;
	uint8_t sha256[32];
};

/* Lists the originals of images with ids above `after`, by id, at most
   `limit`. */
bool check_list_originals(struct check_file **files, size_t *count,
			  struct work *work, struct uuid after,
			  int64_t limit) MUST_CHECK;

/* Lists the variants that follow `last`, by image and name, at most `limit`.
   For the first call the image_id of `last` is nil and its variant "". */
bool check_list_variants(struct check_file **files, size_t *count,
			 struct work *work, const struct check_file *last,
			 int64_t limit) MUST_CHECK;

/* Rows change meanwhile: reports whether the row that the file was listed for
   still says the same. */
bool check_file_is_current(bool *current, struct work *work,
			   const struct check_file *file) MUST_CHECK;

/* A user whose row has other sums than the user's images. */
struct check_sums {
	struct uuid user_id;
	const char *username;
	/* in the user's row */
	int64_t used_bytes, used_images, used_variant_bytes;
	/* computed from the images and variants */
	int64_t bytes, images, variant_bytes;
};
bool check_list_sums(struct check_sums **sums, size_t *count,
		     struct work *work) MUST_CHECK;

/* Sets the sums in the user's row to the computed ones. Safe while other
   requests run. */
bool check_repair_sums(struct work *work, struct uuid user_id) MUST_CHECK;

/* Lists running jobs whose lease ended more than `lease` seconds ago. */
bool check_list_stale_jobs(struct uuid **ids, size_t *count, struct work *work,
			   int64_t lease) MUST_CHECK;

/* Lists images that are processing, or have a variant that is processing, but
   have no job that is queued or running. */
bool check_list_stuck_images(struct uuid **ids, size_t *count,
			     struct work *work) MUST_CHECK;

/* A row whose user or image does not exist. */
struct check_stray {
	const char *table;
	struct uuid id;
};
bool check_list_strays(struct check_stray **strays, size_t *count,
		       struct work *work) MUST_CHECK;

/* Webhook deliveries that are pending but have no job that is queued or
   running. The second function sets them to failed, so that a client can retry
   them. */
bool check_list_stranded(struct uuid **ids, size_t *count,
			 struct work *work) MUST_CHECK;
bool check_repair_stranded(uint64_t *count, struct work *work) MUST_CHECK;

/* Images that a search by name may miss: their row says that image_ngrams has
   the name, but it does not. The second function marks the image, so that a
   worker adds the name; until then a search compares the image itself. */
bool check_list_unindexed(struct uuid **ids, size_t *count,
			  struct work *work) MUST_CHECK;
bool check_repair_unindexed(struct work *work, struct uuid id) MUST_CHECK;

/* Facts about the database server other than its version. */
struct check_server {
	int64_t max_connections;
	bool has_binlog;
	int64_t now; /* microseconds since 1970 */
};
bool check_server(struct check_server *server, struct work *work) MUST_CHECK;

#endif
