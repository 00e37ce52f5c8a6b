#ifndef LIB_MODEL_TIER_H
#define LIB_MODEL_TIER_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/uuid.h"
#include "lib/base/work.h"

struct user;

/* The rights and limits of its users. TIER_NO_LIMIT: no limit. */
struct tier {
	struct uuid id;
	const char *name;
	const char *sizes; /* variants, separated by spaces: "h200 h400" */
	bool any_size;
	int64_t max_side; /* of variants, in pixels */
	bool original;
	bool links;
	bool public;
	int64_t link_min, link_max;  /* seconds */
	int64_t max_bytes;           /* of one upload */
	int64_t max_pixels;          /* of one image */
	int64_t max_enlarged_pixels; /* of a variant larger than its original */
	int64_t quota_bytes;         /* of all originals */
	int64_t uploads_per_day;
	int64_t requests_per_minute;
	int64_t priority; /* highest of its jobs */
	int64_t retention_days;
	bool fetch;
	int64_t max_fetches;         /* queued and running together */
	int64_t max_pending_seconds; /* cost of the jobs queued and running */
	bool animated;
	const char *formats; /* "jpeg png gif webp tiff bmp" */
	int64_t watermark;   /* when it was changed, in microseconds; 0: none */
	bool exif;           /* shows where pictures were taken */
};

enum { TIER_NO_LIMIT = -1, TIER_MAX_SIZES = 32 };

bool tier_find(struct tier *tier, struct work *work, struct uuid id) MUST_CHECK;
/* Finds a user and the user's tier. `user` may be NULL. */
bool tier_of_user(struct user *user, struct tier *tier, struct work *work,
		  struct uuid user_id) MUST_CHECK;
bool tier_by_name(struct tier *tier, struct work *work,
		  const char *name) MUST_CHECK;

/* Lists all tiers, oldest first. */
bool tier_list(struct tier **tiers, size_t *count,
	       struct work *work) MUST_CHECK;

/* Returns the name of the tier with the id, or NULL. */
const char *tier_name_of(const struct tier *tiers, size_t count,
			 struct uuid id);

/* Both are parts of a transaction and write all fields; tier_add() makes the
   id. ERR_CONFLICT if another tier has the name. */
bool tier_add(struct tier *tier, struct work *work) MUST_CHECK;
bool tier_update(const struct tier *tier, struct work *work) MUST_CHECK;

/* As tier_find(), and locks the row: until the transaction ends nothing changes
   the tier or gives it to a user. */
bool tier_lock(struct tier *tier, struct work *work, struct uuid id) MUST_CHECK;

/* Deletes a locked tier. ERR_CONFLICT if a user has it. */
bool tier_drop(struct work *work, const struct tier *tier) MUST_CHECK;

/* Fills a new tier with the defaults of the built-in tier. */
void tier_init(struct tier *tier, const char *name);

#endif
