#ifndef LIB_SERVICE_ACCESS_H
#define LIB_SERVICE_ACCESS_H

#include "lib/base/uuid.h"
#include "lib/base/work.h"
#include "lib/model/image.h"
#include "lib/model/job.h"
#include "lib/model/tier.h"

/* Finds the user's image. ERR_NOT_FOUND also if it is another user's. */
bool access_image(struct image *image, struct work *work, struct uuid user_id,
		  const char *id_text) MUST_CHECK;

/* Finds the user's job. ERR_NOT_FOUND also if it is another user's or sends a
   webhook. */
bool access_job(struct job *job, struct work *work, struct uuid user_id,
		const char *id_text) MUST_CHECK;

/* Parses an id from a URL path. ERR_NOT_FOUND, with `what` in the text. */
bool access_id(struct uuid *id, struct work *work, const char *what,
	       const char *text) MUST_CHECK;

/* Finds the user with this id or, if it is not an id, with this name, also a
   deleted one. ERR_INVALID_FIELD, field "user", if there is none; NULL is the
   nil id. */
bool access_user(struct uuid *id, struct work *work,
		 const char *text) MUST_CHECK;

/* Reports whether the tier allows the variant, for lists: sets no error. */
bool access_has_variant(const struct tier *tier, const char *variant);

/* Checks that the tier allows the original, or lists the recipe, or has
   any_size and the recipe's sides are at most max_side. Else ERR_TIER_FORBIDS;
   ERR_INVALID_FIELD if the text is no recipe. */
bool access_check_variant(struct work *work, const struct tier *tier,
			  const char *variant) MUST_CHECK;

/* As access_check_variant(), for a resize, where the caller may choose the
   format: a tier that lists 100x100 allows 100x100.webp too. */
bool access_check_size(struct work *work, const struct tier *tier,
		       const char *variant) MUST_CHECK;

/* Checks that a variant has at most the tier's max_enlarged_pixels if it is
   larger than its image, which is displayed as `width` x `height`. A variant
   that the tier lists always passes. Else ERR_TIER_FORBIDS. */
bool access_check_enlargement(struct work *work, const struct tier *tier,
			      const char *variant, uint32_t width,
			      uint32_t height) MUST_CHECK;

#endif
