#ifndef LIB_SERVICE_ACCESS_H
#define LIB_SERVICE_ACCESS_H

#include "lib/base/uuid.h"
#include "lib/base/work.h"
#include "lib/model/image.h"
#include "lib/model/job.h"
#include "lib/model/tier.h"

/* The image if it is the user's; another user's is ERR_NOT_FOUND too. */
bool access_image(struct image *image, struct work *work, struct uuid user_id,
		  const char *id_text) MUST_CHECK;

/* The same for a job. */
bool access_job(struct job *job, struct work *work, struct uuid user_id,
		const char *id_text) MUST_CHECK;

/* What an id in a path must look like; ERR_NOT_FOUND, naming `what`. */
bool access_id(struct uuid *id, struct work *work, const char *what,
	       const char *text) MUST_CHECK;

/* A state of jobs that a list is asked for, or NULL; ERR_INVALID_FIELD. */
bool access_job_state(struct work *work, const char *state) MUST_CHECK;

/* Whether the tier has it now, for lists: no failure. */
bool access_has_variant(const struct tier *tier, const char *variant);

/* "original" or a recipe that the tier lists or, with any_size, any up to
   max_side: else ERR_TIER_FORBIDS, or ERR_INVALID_FIELD for what is no
   recipe. */
bool access_check_variant(struct work *work, const struct tier *tier,
			  const char *variant) MUST_CHECK;

/* The same for a resize, whose format is the caller's choice: a tier that lists
   100x100 allows 100x100.webp too. */
bool access_check_size(struct work *work, const struct tier *tier,
		       const char *variant) MUST_CHECK;

/* A variant that is larger than its picture, which is shown `width` x `height`,
   has at most the tier's max_enlarged_pixels, unless the tier lists it: else
   ERR_TIER_FORBIDS. */
bool access_check_enlargement(struct work *work, const struct tier *tier,
			      const char *variant, uint32_t width,
			      uint32_t height) MUST_CHECK;

#endif
