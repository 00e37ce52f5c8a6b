#ifndef LIB_MODEL_CHECK_H
#define LIB_MODEL_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/uuid.h"
#include "lib/base/work.h"

/* What `pixtierctl fsck` and `doctor` ask of the database. */

/* A file that must be there: of an image or a variant that is ready. */
struct check_file {
	struct uuid image_id;
	const char *variant; /* "original" or a recipe */
	int64_t bytes;
	uint8_t sha256[32];
};

/* The originals of images after the id `after`, by id, at most `limit`. */
bool check_list_originals(struct check_file **files, size_t *count,
			  struct work *work, struct uuid after,
			  int64_t limit) MUST_CHECK;

/* The variants after that of `last`, whose image_id is nil and variant "" at
   first, by image and name, at most `limit`. */
bool check_list_variants(struct check_file **files, size_t *count,
			 struct work *work, const struct check_file *last,
			 int64_t limit) MUST_CHECK;

/* A user whose sums differ from those of the images. */
struct check_sums {
	struct uuid user_id;
	const char *username;
	int64_t used_bytes, used_images; /* as the row says */
	int64_t bytes, images;           /* as they are */
};
bool check_list_sums(struct check_sums **sums, size_t *count,
		     struct work *work) MUST_CHECK;

/* Sets the user's sums to what they are, whatever goes on meanwhile. */
bool check_repair_sums(struct work *work, struct uuid user_id) MUST_CHECK;

/* Running jobs whose lease ended more than `lease` seconds ago. */
bool check_list_stale_jobs(struct uuid **ids, size_t *count, struct work *work,
			   int64_t lease) MUST_CHECK;

/* Images that are processing, or have a variant that is, without a job that
   is queued or running. */
bool check_list_stuck_images(struct uuid **ids, size_t *count,
			     struct work *work) MUST_CHECK;

/* Rows that belong to a user or an image that is not there. */
struct check_stray {
	const char *table;
	struct uuid id;
};
bool check_list_strays(struct check_stray **strays, size_t *count,
		       struct work *work) MUST_CHECK;

/* Deliveries to webhooks that are pending without a job that is queued or
   running. The second ends them as failed, so that they can be retried. */
bool check_list_stranded(struct uuid **ids, size_t *count,
			 struct work *work) MUST_CHECK;
bool check_repair_stranded(uint64_t *count, struct work *work) MUST_CHECK;

/* Images that a search by name may not find: their row says that image_ngrams
   has the name, but it has not. The second makes a worker add it; until then
   a search reads the image. */
bool check_list_unindexed(struct uuid **ids, size_t *count,
			  struct work *work) MUST_CHECK;
bool check_repair_unindexed(struct work *work, struct uuid id) MUST_CHECK;

/* What db_server_version() does not say. */
struct check_server {
	int64_t max_connections;
	bool has_binlog;
	int64_t now; /* microseconds since 1970 */
};
bool check_server(struct check_server *server, struct work *work) MUST_CHECK;

#endif
