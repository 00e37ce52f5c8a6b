#ifndef LIB_MODEL_WATERMARK_H
#define LIB_MODEL_WATERMARK_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/uuid.h"
#include "lib/base/work.h"

/* A PNG that is drawn on the variants of a tier's users. */
struct tier_watermark {
	const char *png;      /* in base64 */
	const char *position; /* "south-east" */
	int64_t opacity, scale, from;
};

/* ERR_NOT_FOUND if the tier has none. */
bool watermark_find(struct tier_watermark *watermark, struct work *work,
		    struct uuid tier_id) MUST_CHECK;

/* Both set when the watermark of the tier was changed, and are parts of a
   transaction. ERR_NOT_FOUND if there is no such tier. */
bool watermark_put(struct work *work, struct uuid tier_id,
		   const struct tier_watermark *watermark) MUST_CHECK;
bool watermark_drop(struct work *work, struct uuid tier_id) MUST_CHECK;

/* Returns when the watermark of the user's tier was changed; 0 without one. */
bool watermark_of_user(int64_t *changed_us, struct work *work,
		       struct uuid user_id) MUST_CHECK;

/* Whether any tier has or had a watermark. */
bool watermark_is_used(bool *used, struct work *work) MUST_CHECK;

#endif
