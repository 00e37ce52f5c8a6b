#ifndef LIB_SERVICE_LINK_H
#define LIB_SERVICE_LINK_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/uuid.h"
#include "lib/base/work.h"
#include "lib/model/image.h"
#include "lib/model/link.h"
#include "lib/model/tier.h"
#include "lib/picture/format.h"

/*
 * Signed URLs: BASE/l/{token}/{file name}. The token is the base64url of
 *   version (1), purpose (1), key id (2), expiry in seconds since 1970 (5),
 *   format (1), image id (16), link id (16), the variant's name, MAC (32)
 * with sizes in bytes and big-endian numbers. The MAC is HMAC-SHA256 under the
 * key over the length of the preceding part (4), that part, the length of the
 * file name (4) and the file name. Opening a URL needs no database query.
 */
enum link_purpose {
	LINK_PURPOSE_DISPLAY = 'd', /* in responses; valid for display_ttl */
	LINK_PURPOSE_LINK = 'l',    /* created by a user, listed, revocable */
};

struct signed_link {
	enum link_purpose purpose;
	int64_t expires_at; /* seconds since 1970 */
	enum format format;
	struct uuid image_id;
	struct uuid link_id; /* nil for LINK_PURPOSE_DISPLAY */
	const char *variant;
};

/* Parses the format in a row. ERR_INTERNAL if it is unknown. */
bool link_format(enum format *format, struct work *work,
		 const char *name) MUST_CHECK;

const char *link_format_name(const struct signed_link *signed_link);

/* Returns the file name of an image with this name in the format: without
   folders and control characters, at most 100 bytes and the extension. */
const char *link_file_name(struct pool *pool, const char *name,
			   enum format format);

/* `name` is the image's name; the format's extension replaces its last one. */
bool link_url(const char **url, struct work *work,
	      const struct signed_link *signed_link,
	      const char *name) MUST_CHECK;

/* Returns the URL for another route that opens it: BASE{path}/{token}/{file
   name}, where `path` is for example "/api/image/expiring". */
const char *link_url_at(struct work *work, const char *url, const char *path);

/* Returns the expiry of a display URL that is made now. It is rounded, so that
   the URL stays the same for a while and browsers can cache it. */
int64_t link_display_expiry(const struct work *work);

/* ERR_BAD_SIGNATURE for any URL that link_url() did not make, byte for byte;
   ERR_LINK_EXPIRED. The caller checks for revocation. */
bool link_open(struct signed_link *signed_link, struct work *work,
	       const char *token, const char *file_name) MUST_CHECK;

/* Returns the time left by the database's clock; 0 or less after the expiry. */
int64_t link_seconds_left(const struct work *work,
			  const struct signed_link *signed_link);

/* Makes a link for the owner. ERR_TIER_FORBIDS if the tier does not allow links
   or the variant; ERR_INVALID_FIELD if `expires_in` is outside the tier's
   bounds. */
bool link_create(struct link *link, const char **url, struct work *work,
		 const struct tier *tier, const struct image *image,
		 const char *variant, int64_t expires_in) MUST_CHECK;

/* Makes a link to the original whose URL has no file name: the token alone. It
   is signed with the file name "", which link_url() never uses. */
bool link_create_alias(const char **alias, struct work *work,
		       const struct tier *tier, const struct image *image,
		       int64_t expires_in) MUST_CHECK;

/* ERR_TIER_FORBIDS if the tier does not allow links. */
bool link_is_allowed(struct work *work, const struct tier *tier) MUST_CHECK;

/* A responder's list of revoked links. It is read again after a second; while
   the database is unavailable, the last list stays in use. */
struct link_revocations {
	struct pool *pool;
	struct uuid *ids; /* ascending */
	size_t count;
	bool watermarks; /* some variants may have an old watermark */
	int64_t read_at_ms;
};
bool link_is_revoked(struct link_revocations *revoked, struct work *work,
		     struct uuid link_id);

/* Whether variants may have an old watermark: then their rows must be read
   before their files are served. */
bool link_has_watermarks(struct link_revocations *revoked, struct work *work);

#endif
