#ifndef LIB_MODEL_TIER_ROW_H
#define LIB_MODEL_TIER_ROW_H

#include "lib/db/db.h"
#include "lib/model/tier.h"

/* The columns of a struct tier, for statements that read tiers `t`, and the
   fields that they fill. */
#define TIER_COLUMNS                                                           \
	"t.`id`, t.`name`, COALESCE((SELECT"                                   \
	"   GROUP_CONCAT(s.`variant` ORDER BY s.`position` SEPARATOR ' ')"     \
	"   FROM `tier_sizes` s WHERE s.`tier_id` = t.`id`), ''),"             \
	" t.`any_size`, t.`max_side`, t.`original`, t.`links`,"                \
	" t.`public`, t.`link_min`, t.`link_max`,"                             \
	" COALESCE(t.`max_bytes`, -1),"                                        \
	" COALESCE(t.`max_pixels`, -1),"                                       \
	" COALESCE(t.`max_enlarged_pixels`, -1),"                              \
	" COALESCE(t.`quota_bytes`, -1), COALESCE(t.`uploads_per_day`, -1),"   \
	" COALESCE(t.`requests_per_minute`, -1), t.`priority`,"                \
	" COALESCE(t.`retention_days`, -1), t.`fetch`,"                        \
	" COALESCE(t.`max_fetches`, -1),"                                      \
	" COALESCE(t.`max_pending_seconds`, -1), t.`animated`, t.`formats`,"   \
	" t.`watermark`, t.`exif`"

#define TIER_PLACES(t)                                                         \
	db_uuid_to(&(t)->id), db_text_to(&(t)->name), db_text_to(&(t)->sizes), \
		db_bool_to(&(t)->any_size), db_int_to(&(t)->max_side),         \
		db_bool_to(&(t)->original), db_bool_to(&(t)->links),           \
		db_bool_to(&(t)->public), db_int_to(&(t)->link_min),           \
		db_int_to(&(t)->link_max), db_int_to(&(t)->max_bytes),         \
		db_int_to(&(t)->max_pixels),                                   \
		db_int_to(&(t)->max_enlarged_pixels),                          \
		db_int_to(&(t)->quota_bytes),                                  \
		db_int_to(&(t)->uploads_per_day),                              \
		db_int_to(&(t)->requests_per_minute),                          \
		db_int_to(&(t)->priority), db_int_to(&(t)->retention_days),    \
		db_bool_to(&(t)->fetch), db_int_to(&(t)->max_fetches),         \
		db_int_to(&(t)->max_pending_seconds),                          \
		db_bool_to(&(t)->animated), db_text_to(&(t)->formats),         \
		db_int_to(&(t)->watermark), db_bool_to(&(t)->exif)

#endif
