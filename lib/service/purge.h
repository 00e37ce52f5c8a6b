#ifndef LIB_SERVICE_PURGE_H
#define LIB_SERVICE_PURGE_H

#include "lib/base/work.h"
#include "lib/model/image.h"
#include "lib/service/audit.h"

/* Deletes an image: its rows in one transaction, then its files. */
bool purge_image(struct work *work, const struct image *image) MUST_CHECK;

/* The same, and inserts the audit line in that transaction. ERR_NOT_FOUND. */
bool purge_image_by(struct work *work, const struct actor *actor,
		    const struct audit_entry *entry,
		    const struct image *image) MUST_CHECK;

/* Deletes an image that is older than its tier's retention, with its ended
   jobs. ERR_CONFLICT if a job or a link still needs it. */
bool purge_expired(struct work *work, const struct image *image) MUST_CHECK;

/* Deletes the file of a variant that is ready; the next request makes it again.
   ERR_CONFLICT if it is not ready. */
bool purge_variant(struct work *work, struct uuid image_id,
		   const char *name) MUST_CHECK;

/* Deletes the variant with this name of all images and counts them. */
bool purge_variants(int64_t *count, struct work *work,
		    const char *name) MUST_CHECK;

/* Marks a variant because its next use renders another picture, and ends its
   public addresses. Part of the transaction that changes the picture, or sees
   that it has changed: it locks the image first. ERR_CONFLICT if there is no
   file to delete; the addresses have ended nevertheless. */
bool purge_mark_changed(struct work *work, struct uuid image_id,
			const char *name) MUST_CHECK;

/* Deletes the file and the row of a variant after purge_mark_changed(). If
   the file was made in this second, waits for the next one of the file system,
   because a new file of the same size needs another ETag. */
bool purge_changed_variant(struct work *work, struct uuid image_id,
			   const char *name) MUST_CHECK;

/* Completes deletions that purge_variant() or a change of the picture began in
   a process that died. */
bool purge_marked(struct work *work) MUST_CHECK;

/* Deletes a user's images in batches, with constant memory, until none is left
   or at least `limit` are deleted. If `count` is below `limit`, none is
   left. */
bool purge_user(int64_t *count, struct work *work, struct uuid user_id,
		int64_t limit) MUST_CHECK;

/* Reports whether a file's name is a key that the store makes. Only such files
   are swept. */
bool purge_is_own(const char *key);

/* Reports whether a row refers to the file; true also if the database fails.
   False for a file whose name is not a key of the store. */
bool purge_is_named(struct work *work, const char *key);

/* in seconds, between two sweeps of a worker */
enum { PURGE_SWEEP_SECONDS = 600 };

/* Deletes temporary files, and files that no row refers to, if they are older
   than the setting sweep_grace; and public files that may not be:
   publish_sweep(). */
struct purge_swept {
	int64_t temporary;
	int64_t orphans;
	int64_t unpublished; /* images */
};
bool purge_sweep(struct purge_swept *swept, struct work *work) MUST_CHECK;

#endif
