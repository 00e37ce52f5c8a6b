#ifndef LIB_SERVICE_PURGE_H
#define LIB_SERVICE_PURGE_H

#include "lib/base/work.h"
#include "lib/model/image.h"

/* Removes an image: its rows in one transaction, then its files. */
bool purge_image(struct work *work, const struct image *image) MUST_CHECK;

/* Whether a row names the file of the store, or that cannot be told; false for
   a file that is not the store's own. */
bool purge_is_named(struct work *work, const char *key);

/* Removes temporary files, and files that no row names, older than the setting
   sweep_grace. */
struct purge_swept {
	int64_t temporary;
	int64_t orphans;
};
bool purge_sweep(struct purge_swept *swept, struct work *work) MUST_CHECK;

#endif
