#ifndef LIB_MODEL_TIER_H
#define LIB_MODEL_TIER_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/uuid.h"
#include "lib/base/work.h"

/* What its users may do. A limit of TIER_NO_LIMIT is none. */
struct tier {
	struct uuid id;
	const char *name;
	const char *sizes; /* variants, a space between: "h200 h400" */
	bool any_size;
	int64_t max_side; /* of variants, in pixels */
	bool original;
	bool links;
	int64_t link_min, link_max;  /* seconds */
	int64_t max_bytes;           /* of one upload */
	int64_t max_pixels;          /* of one picture */
	int64_t max_enlarged_pixels; /* of a variant larger than its picture */
	int64_t quota_bytes;         /* of all originals */
	int64_t uploads_per_day;
	int64_t requests_per_minute;
	int64_t priority; /* of jobs, at most: 0 high, 1 normal, 2 low */
	int64_t retention_days;
	bool fetch;
	int64_t max_fetches;         /* that wait or run at once */
	int64_t max_pending_seconds; /* of jobs' cost, the same */
	bool animated;
	const char *formats; /* "jpeg png gif webp tiff bmp" */
};

enum { TIER_NO_LIMIT = -1, TIER_MAX_SIZES = 32 };

bool tier_find(struct tier *tier, struct work *work, struct uuid id) MUST_CHECK;
/* Of the user with the id. */
bool tier_of_user(struct tier *tier, struct work *work,
		  struct uuid user_id) MUST_CHECK;
bool tier_by_name(struct tier *tier, struct work *work,
		  const char *name) MUST_CHECK;

/* All, oldest first. */
bool tier_list(struct tier **tiers, size_t *count,
	       struct work *work) MUST_CHECK;

/* Of the one among these with the id; NULL when there is none. */
const char *tier_name_of(const struct tier *tiers, size_t count,
			 struct uuid id);

/* These are parts of a transaction. Adding makes the id; both write all fields.
   ERR_CONFLICT when another tier has the name. */
bool tier_add(struct tier *tier, struct work *work) MUST_CHECK;
bool tier_update(const struct tier *tier, struct work *work) MUST_CHECK;

/* As tier_find(); until the transaction ends nobody changes it or gives it to
   a user. */
bool tier_lock(struct tier *tier, struct work *work, struct uuid id) MUST_CHECK;

/* A locked one goes. ERR_CONFLICT when a user has it. */
bool tier_drop(struct work *work, const struct tier *tier) MUST_CHECK;

/* The built-in tier with its defaults, for a new one to start from. */
void tier_init(struct tier *tier, const char *name);

/* "high", "normal", "low". */
const char *tier_priority_name(int64_t priority);
bool tier_priority_by_name(int64_t *priority, const char *name) MUST_CHECK;

#endif
