#ifndef LIB_SERVICE_PUBLISH_H
#define LIB_SERVICE_PUBLISH_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/work.h"
#include "lib/model/image.h"
#include "lib/model/tier.h"
#include "lib/service/public_url.h"

/*
 * Public images. Their addresses (public_url.h) last until the image is private
 * or deleted: neither a new name of the image nor a change of the tier ends
 * them. A variant that was removed to save space keeps its addresses, also if
 * other bytes come out when it is rendered again.
 */

/* ERR_TIER_FORBIDS if the tier does not allow public images. */
bool publish_is_allowed(struct work *work, const struct tier *tier) MUST_CHECK;

/* Makes the image public or private. Part of a transaction: it locks the image.
   A private image has no public files, and its webhooks get image.private, if
   it was public. ERR_TIER_FORBIDS, ERR_NOT_FOUND. */
bool publish_set(struct work *work, const struct tier *tier, struct uuid id,
		 bool public) MUST_CHECK;

enum { PUBLISH_MOST = 100 };

/* Makes all of the user's images among `count` ones public or private, in one
   transaction, and sets `is_found` of these. Fails as publish_set(), but not
   with ERR_NOT_FOUND. */
struct publish_one {
	struct uuid id;
	bool is_found;
};
bool publish_set_all(struct publish_one *ones, size_t count, struct work *work,
		     const struct tier *tier, struct uuid user_id,
		     bool public) MUST_CHECK;

/*
 * Finds the file that a public address names, and makes it a public file of the
 * store, so that the web server serves it from now on, if browsers show its
 * format. Renders a variant again that was removed or has an old watermark.
 * ERR_NOT_FOUND, also if another picture came of that; ERR_GONE if
 * the image was public once; ERR_UNAVAILABLE while a job renders the variant.
 */
bool publish_open(const char **image_name, struct work *work,
		  const struct public_url *url) MUST_CHECK;

/*
 * Removes the public files of all public images of the user, or of the users of
 * the tier, because their watermark has changed; the other id is nil. The
 * addresses of their variants end when these are rendered again, or have ended
 * already in the transaction of the change: public_file_end_all(). Takes about
 * a millisecond for each image.
 */
bool publish_withdraw(struct work *work, struct uuid tier_id,
		      struct uuid user_id) MUST_CHECK;

/* Fails as publish_open() does for an address that never existed. */
bool publish_fail_unknown(struct work *work);

/* Calls `visit` for each public file that may not be: its image is private or
   deleted, or its bytes are not those of the variant that it shows. */
typedef void publish_visit(struct uuid image, const char *name, void *arg);
bool publish_each_wrong(struct work *work, publish_visit *visit,
			void *arg) MUST_CHECK;

/* Removes the public files of the images that have such files, and counts these
   images. */
bool publish_sweep(int64_t *count, struct work *work) MUST_CHECK;

#endif
