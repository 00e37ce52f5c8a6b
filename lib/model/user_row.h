#ifndef LIB_MODEL_USER_ROW_H
#define LIB_MODEL_USER_ROW_H

#include "lib/db/db.h"
#include "lib/model/user.h"

/* The columns of a struct user, for statements that read users `u`, and the
   fields that they fill. */
#define USER_COLUMNS                                                           \
	"u.`id`, u.`username`, u.`email`, u.`password`, u.`tier_id`,"          \
	" u.`is_admin`, u.`created_at`, u.`disabled_at`, u.`deleted_at`,"      \
	" u.`used_bytes`, u.`used_images`,"                                    \
	" IF(u.`uploads_day` = UTC_DATE(), u.`uploads_today`, 0),"             \
	" u.`unlocks`"

#define USER_PLACES(u)                                                         \
	db_uuid_to(&(u)->id), db_text_to(&(u)->username),                      \
		db_text_to(&(u)->email), db_text_to(&(u)->password),           \
		db_uuid_to(&(u)->tier_id), db_bool_to(&(u)->is_admin),         \
		db_time_to(&(u)->created_at), db_time_to(&(u)->disabled_at),   \
		db_time_to(&(u)->deleted_at), db_int_to(&(u)->used_bytes),     \
		db_int_to(&(u)->used_images), db_int_to(&(u)->uploads_today),  \
		db_int_to(&(u)->unlocks)

#endif
