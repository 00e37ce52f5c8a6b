/* user_list.c: lists the table users in several orders. */
#include "config.h"

#include "lib/model/user_list.h"

#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/db/db.h"
#include "lib/model/user_row.h"

/* clang-format off */
static const char *const order_list[] = {
	[USER_NEWEST]         = "-created",
	[USER_OLDEST]         = "created",
	[USER_BY_NAME]        = "username",
	[USER_BY_NAME_DOWN]   = "-username",
	[USER_BY_IMAGES]      = "images",
	[USER_BY_IMAGES_DOWN] = "-images",
	[USER_BY_BYTES]       = "bytes",
	[USER_BY_BYTES_DOWN]  = "-bytes",
};
_Static_assert(ARRAY_LEN(order_list) == USER_ORDER__COUNT, "each has a name");

static const struct names orders = NAMES_OF(order_list);

/* FORCE INDEX, because the server may otherwise sort all users. */
#define LIST(index, after, order)                                              \
	"SELECT " USER_COLUMNS " FROM `users` u FORCE INDEX (" index ")"       \
	" WHERE u.`deleted_at` IS NULL AND (? IS NULL OR " after ")"           \
	" AND (? IS NULL OR u.`username` LIKE ?)"                              \
	" AND (? IS NULL OR u.`tier_id` = ?)"                                  \
	" AND (? IS NULL OR (u.`disabled_at` IS NOT NULL) = ?)"                \
	" ORDER BY " order " LIMIT ?"

/* An order by a column that is unique. */
#define BY(index, column, than, direction)                                     \
	LIST(index, column " " than " ?", column " " direction)

/* An order by a number, and by the id where the numbers are equal. */
#define BY_NUMBER(index, column, than, direction)                              \
	LIST(index, column " " than " ? OR (" column " = ?"                    \
	     " AND u.`id` " than " ?)",                                        \
	     column " " direction ", u.`id` " direction)

/* clang-format on */

bool user_order_read(enum user_order *order, struct work *work,
		     const char *text)
{
	unsigned value;

	if (!names_read(&value, work, &orders, "sort", text))
		return false;
	*order = (enum user_order)value;
	return true;
}

const char *user_order_key(struct pool *pool, enum user_order order,
			   const struct user *user)
{
	switch (order) {
	case USER_BY_NAME:
	case USER_BY_NAME_DOWN:
		return user->username;
	case USER_BY_IMAGES:
	case USER_BY_IMAGES_DOWN:
		return pool_printf(pool, "%lld", (long long)user->used_images);
	case USER_BY_BYTES:
	case USER_BY_BYTES_DOWN:
		return pool_printf(pool, "%lld", (long long)user->used_bytes);
	default:
		return "";
	}
}

static struct db_in flag(const bool *yes)
{
	return yes ? db_bool(*yes) : db_null();
}

#define FILTER_IN(f, like)                                                     \
	db_text(like), db_text(like), db_uuid((f)->tier_id),                   \
		db_uuid((f)->tier_id), flag((f)->disabled),                    \
		flag((f)->disabled), db_int((f)->limit)

static bool list_by_id(struct user **users, size_t *count, struct work *work,
		       const struct user_filter *f, const char *like)
{
	struct user row;

	return db_list(work, ROWS(users, count, row),
		       f->order == USER_OLDEST
			       ? BY("PRIMARY", "u.`id`", ">", "ASC")
			       : BY("PRIMARY", "u.`id`", "<", "DESC"),
		       DB_IN(db_uuid(f->before), db_uuid(f->before),
			     FILTER_IN(f, like)),
		       DB_OUT(USER_PLACES(&row)));
}

static bool list_by_name(struct user **users, size_t *count, struct work *work,
			 const struct user_filter *f, const char *like)
{
	struct user row;

	return db_list(work, ROWS(users, count, row),
		       f->order == USER_BY_NAME
			       ? BY("`username`", "u.`username`", ">", "ASC")
			       : BY("`username`", "u.`username`", "<", "DESC"),
		       DB_IN(db_uuid(f->before), db_text(f->before_key),
			     FILTER_IN(f, like)),
		       DB_OUT(USER_PLACES(&row)));
}

static bool list_by_images(struct user **users, size_t *count,
			   struct work *work, const struct user_filter *f,
			   const char *like, struct db_in key)
{
	struct user row;

	return db_list(
		work, ROWS(users, count, row),
		f->order == USER_BY_IMAGES
			? BY_NUMBER("`images`", "u.`used_images`", ">", "ASC")
			: BY_NUMBER("`images`", "u.`used_images`", "<", "DESC"),
		DB_IN(db_uuid(f->before), key, key, db_uuid(f->before),
		      FILTER_IN(f, like)),
		DB_OUT(USER_PLACES(&row)));
}

static bool list_by_bytes(struct user **users, size_t *count, struct work *work,
			  const struct user_filter *f, const char *like,
			  struct db_in key)
{
	struct user row;

	return db_list(
		work, ROWS(users, count, row),
		f->order == USER_BY_BYTES
			? BY_NUMBER("`bytes`", "u.`used_bytes`", ">", "ASC")
			: BY_NUMBER("`bytes`", "u.`used_bytes`", "<", "DESC"),
		DB_IN(db_uuid(f->before), key, key, db_uuid(f->before),
		      FILTER_IN(f, like)),
		DB_OUT(USER_PLACES(&row)));
}

static bool read_key(struct db_in *key, struct work *work,
		     const struct user_filter *f)
{
	int64_t number = 0;

	if (!uuid_is_nil(f->before) &&
	    !text_int(&number, f->before_key, 0, INT64_MAX))
		return fail_field(work, "cursor",
				  "cursor: a cursor of a list in the same "
				  "order is expected");
	*key = db_int(number);
	return true;
}

bool user_list(struct user **users, size_t *count, struct work *work,
	       const struct user_filter *f)
{
	const char *like = db_containing(work->pool, f->name);
	struct db_in key;

	switch (f->order) {
	case USER_BY_NAME:
	case USER_BY_NAME_DOWN:
		return list_by_name(users, count, work, f, like);
	case USER_BY_IMAGES:
	case USER_BY_IMAGES_DOWN:
		return read_key(&key, work, f) &&
		       list_by_images(users, count, work, f, like, key);
	case USER_BY_BYTES:
	case USER_BY_BYTES_DOWN:
		return read_key(&key, work, f) &&
		       list_by_bytes(users, count, work, f, like, key);
	default:
		return list_by_id(users, count, work, f, like);
	}
}
