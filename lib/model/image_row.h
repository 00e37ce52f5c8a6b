#ifndef LIB_MODEL_IMAGE_ROW_H
#define LIB_MODEL_IMAGE_ROW_H

#include "lib/db/db.h"
#include "lib/model/image.h"

/* The columns of a struct image, for statements that list images `i`, and the
   fields that they fill. */
#define IMAGE_COLUMNS                                                          \
	"i.`id`, i.`user_id`, i.`kind`, i.`name`, i.`status`, i.`format`,"     \
	" i.`width`, i.`height`, i.`bytes`,"                                   \
	" COALESCE(i.`sha256`, REPEAT('\\0', 32)), i.`error_code`,"            \
	" i.`error_detail`, i.`created_at`, i.`public`, i.`public_original`,"  \
	" i.`focus_x` IS NOT NULL,"                                            \
	" COALESCE(i.`focus_x`, 0), COALESCE(i.`focus_y`, 0),"                 \
	" i.`alt`, i.`tags`,"                                                  \
	" i.`taken_at`, i.`make`, i.`model`, i.`copyright`, i.`creator`,"      \
	" i.`latitude` IS NOT NULL, i.`latitude`, i.`longitude`,"              \
	" i.`placeholder`, i.`color`"

#define IMAGE_OUT(i)                                                           \
	DB_OUT(db_uuid_to(&(i)->id), db_uuid_to(&(i)->user_id),                \
	       db_name_to(&(i)->kind, &image_kinds), db_text_to(&(i)->name),   \
	       db_name_to(&(i)->status, &image_statuses),                      \
	       db_text_to(&(i)->format), db_int_to(&(i)->width),               \
	       db_int_to(&(i)->height), db_int_to(&(i)->bytes),                \
	       db_fixed_to((i)->sha256, sizeof((i)->sha256)),                  \
	       db_text_to(&(i)->error_code), db_text_to(&(i)->error_detail),   \
	       db_time_to(&(i)->created_at), db_bool_to(&(i)->public),         \
	       db_bool_to(&(i)->public_original),                              \
	       db_bool_to(&(i)->focus.is_set), db_int_to(&(i)->focus.x),       \
	       db_int_to(&(i)->focus.y), db_text_to(&(i)->alt),                \
	       db_text_to(&(i)->tags), METADATA_PLACES(&(i)->metadata),        \
	       db_text_to(&(i)->placeholder), db_text_to(&(i)->color))

#define METADATA_PLACES(m)                                                     \
	db_text_to(&(m)->taken_at), db_text_to(&(m)->make),                    \
		db_text_to(&(m)->model), db_text_to(&(m)->copyright),          \
		db_text_to(&(m)->creator), db_bool_to(&(m)->has_gps),          \
		db_int_to(&(m)->latitude_e7), db_int_to(&(m)->longitude_e7)

/* Values for the columns from taken_at to longitude. */
#define METADATA_IN(m)                                                         \
	db_text((m)->taken_at), db_text((m)->make), db_text((m)->model),       \
		db_text((m)->copyright), db_text((m)->creator),                \
		(m)->has_gps ? db_int((m)->latitude_e7) : db_null(),           \
		(m)->has_gps ? db_int((m)->longitude_e7) : db_null()

#endif
