#ifndef LIB_MODEL_USER_LIST_H
#define LIB_MODEL_USER_LIST_H

#include "lib/base/names.h"
#include "lib/model/user.h"

/* The orders of lists of users. 0 is USER_NEWEST too. */
enum user_order {
	USER_NEWEST = 1,
	USER_OLDEST,
	USER_BY_NAME,
	USER_BY_NAME_DOWN,
	USER_BY_IMAGES,
	USER_BY_IMAGES_DOWN,
	USER_BY_BYTES,
	USER_BY_BYTES_DOWN,
	USER_ORDER__COUNT
};

/* Parses the field "sort": "created", "-created", "username" ... NULL is 0.
   ERR_INVALID_FIELD. */
bool user_order_read(enum user_order *order, struct work *work,
		     const char *text) MUST_CHECK;

/* Lists the users that are not deleted. A filter that is NULL or nil does not
   apply. The list begins after the user with the id `before`, which had the key
   `before_key` then: it misses and repeats no other user, even if that one has
   changed. */
struct user_filter {
	const char *name; /* a substring */
	struct uuid tier_id;
	const bool *disabled;
	enum user_order order;
	struct uuid before; /* nil: from the first */
	const char *before_key;
	int64_t limit;
};
bool user_list(struct user **users, size_t *count, struct work *work,
	       const struct user_filter *filter) MUST_CHECK;

/* Returns the key by which a user is sorted; "" if it is the id. */
const char *user_order_key(struct pool *pool, enum user_order order,
			   const struct user *user);

#endif
