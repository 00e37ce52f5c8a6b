#ifndef LIB_SERVICE_SHARE_H
#define LIB_SERVICE_SHARE_H

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
 * in big-endian order, where the MAC is HMAC-SHA256 under the key over the
 * length of what precedes it (4), that, the length of the file name (4) and
 * the file name. Opening one needs no query.
 */
enum share_purpose {
	SHARE_DISPLAY = 'd', /* inside answers; lives for display_ttl */
	SHARE_LINK = 'l',    /* handed out, listed, can be revoked */
};

struct shared {
	enum share_purpose purpose;
	int64_t expires_at; /* seconds since 1970 */
	enum format format;
	struct uuid image_id;
	struct uuid link_id; /* nil for SHARE_DISPLAY */
	const char *variant;
};

/* The format that a row names; one that is not known is ERR_INTERNAL. */
bool share_format(enum format *format, struct work *work,
		  const char *name) MUST_CHECK;

const char *share_format_name(const struct shared *shared);

/* What a picture with this name is called as a file of the format: without
   folders and control characters, at most 100 bytes and the extension. */
const char *share_file_name(struct pool *pool, const char *name,
			    enum format format);

/* `name` is the picture's name; its last extension becomes the format's. */
bool share_url(const char **url, struct work *work, const struct shared *shared,
	       const char *name) MUST_CHECK;

/* The same URL at another route that opens it: BASE{path}/{token}/{file name},
   where `path` is "/api/image/expiring". */
const char *share_url_at(struct work *work, const char *url, const char *path);

/* When a display URL that is made now expires: rounded, so that it stays the
   same for a while and browsers can keep it. */
int64_t share_display_expiry(const struct work *work);

/* ERR_BAD_SIGNATURE for anything but what share_url() made, byte for byte;
   ERR_LINK_EXPIRED. Revocation is the caller's to check. */
bool share_open(struct shared *shared, struct work *work, const char *token,
		const char *file_name) MUST_CHECK;

/* By the database's clock; 0 or less when it has expired. */
int64_t share_seconds_left(const struct work *work,
			   const struct shared *shared);

/* Makes a link for the owner: ERR_TIER_FORBIDS without the tier's permission
   for links or for the variant, ERR_INVALID_FIELD outside its bounds. */
bool share_link(struct link *link, const char **url, struct work *work,
		const struct tier *tier, const struct image *image,
		const char *variant, int64_t expires_in) MUST_CHECK;

/* The same for the original, whose URL is to have no file name: the token
   alone. It is opened with the file name "", which no share_url() has. */
bool share_alias(const char **alias, struct work *work, const struct tier *tier,
		 const struct image *image, int64_t expires_in) MUST_CHECK;

/* ERR_TIER_FORBIDS without the tier's permission for links. */
bool share_may_link(struct work *work, const struct tier *tier) MUST_CHECK;

/* The revoked links as a responder knows them: read again when older than a
   second; while the database is away the last list counts. */
struct share_revoked {
	struct pool *pool;
	struct uuid *ids; /* ascending */
	size_t count;
	int64_t read_at_ms;
};
bool share_is_revoked(struct share_revoked *revoked, struct work *work,
		      struct uuid link_id);

#endif
