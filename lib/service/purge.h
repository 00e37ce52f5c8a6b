#ifndef LIB_SERVICE_PURGE_H
#define LIB_SERVICE_PURGE_H

#include "lib/base/work.h"
#include "lib/model/image.h"

/* Removes an image: its rows in one transaction, then its files. */
bool purge_image(struct work *work, const struct image *image) MUST_CHECK;

/* Removes one that is older than its tier keeps it, and what its jobs left; one
   that is needed yet stays: ERR_CONFLICT. */
bool purge_expired(struct work *work, const struct image *image) MUST_CHECK;

/* Removes the file of a variant that is ready; it is made again when it is
   wanted. ERR_CONFLICT when it is not. */
bool purge_variant(struct work *work, struct uuid image_id,
		   const char *name) MUST_CHECK;

/* The same of all images; how many. */
bool purge_variants(int64_t *count, struct work *work,
		    const char *name) MUST_CHECK;

/* Ends what purge_variant() began where its process died. */
bool purge_marked(struct work *work) MUST_CHECK;

/* Removes a user's images a batch at a time, in memory that does not grow,
   until none is left or at least `limit` are gone. How many: fewer than `limit`
   were all. */
bool purge_user(int64_t *count, struct work *work, struct uuid user_id,
		int64_t limit) MUST_CHECK;

/* Whether a file of the store has a name that the store gives. Others are never
   swept. */
bool purge_is_own(const char *key);

/* Whether a row names the file of the store, or that cannot be told; false for
   a file that is not the store's own. */
bool purge_is_named(struct work *work, const char *key);

/* Seconds between two sweeps of the workers. */
enum { PURGE_SWEEP_SECONDS = 600 };

/* Removes temporary files, and files that no row names, older than the setting
   sweep_grace. */
struct purge_swept {
	int64_t temporary;
	int64_t orphans;
};
bool purge_sweep(struct purge_swept *swept, struct work *work) MUST_CHECK;

#endif
