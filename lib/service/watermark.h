#ifndef LIB_SERVICE_WATERMARK_H
#define LIB_SERVICE_WATERMARK_H

#include <stdbool.h>

#include "lib/base/work.h"
#include "lib/model/tier.h"
#include "lib/model/watermark.h"
#include "lib/picture/watermark.h"
#include "lib/service/audit.h"

struct store_temp;

/* Reads the watermark of the tier; NULL if it has none. */
bool watermark_load(const struct watermark **watermark, struct work *work,
		    const struct tier *tier) MUST_CHECK;

/*
 * Checks a watermark: its place, and that a decoder process can decode the PNG,
 * which is the file `fd`. ERR_INVALID_FIELD names "position", "opacity",
 * "scale" or "from"; ERR_UNSUPPORTED_FORMAT, ERR_CORRUPT_IMAGE, ERR_TOO_LARGE.
 */
bool watermark_check(struct tier_watermark *watermark, struct work *work,
		     int fd) MUST_CHECK;

/* The same for a file that a client has sent. */
bool watermark_check_upload(struct tier_watermark *watermark, struct work *work,
			    struct store_temp *file) MUST_CHECK;

/* Both change the watermark of a tier, and write to the audit log. From then on
   no variant that was rendered before is served. */
bool watermark_set(struct work *work, const struct actor *actor,
		   const struct tier *tier,
		   const struct tier_watermark *watermark) MUST_CHECK;
bool watermark_remove(struct work *work, const struct actor *actor,
		      const struct tier *tier) MUST_CHECK;

#endif
