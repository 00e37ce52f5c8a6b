#ifndef LIB_MODEL_LINK_H
#define LIB_MODEL_LINK_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/uuid.h"
#include "lib/base/work.h"

/* A signed link. Its signature alone makes it valid. This row serves to list
   and to revoke it. */
struct link {
	struct uuid id;
	struct uuid image_id;
	struct uuid user_id;
	const char *variant;
	int64_t created_at;
	int64_t expires_at;
	int64_t revoked_at; /* 0: not revoked */
};

/* Inserts a row with the caller's id and times. */
bool link_add(struct work *work, const struct link *link) MUST_CHECK;

/* Lists the newest first, only those with an id below `before` (nil: all). */
bool link_list(struct link **links, size_t *count, struct work *work,
	       struct uuid image_id, struct uuid before,
	       int64_t limit) MUST_CHECK;

/* ERR_NOT_FOUND if the link is not the user's. Revoking twice is no error. */
bool link_revoke(struct work *work, struct uuid user_id,
		 struct uuid id) MUST_CHECK;

/* Lists the ids of the links that are revoked but not expired, ascending. */
bool link_list_revoked(struct uuid **ids, size_t *count,
		       struct work *work) MUST_CHECK;

#endif
