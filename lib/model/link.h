#ifndef LIB_MODEL_LINK_H
#define LIB_MODEL_LINK_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/uuid.h"
#include "lib/base/work.h"

/* A link that was handed out. Its signature alone makes it valid; this row
   lists it and can revoke it. */
struct link {
	struct uuid id;
	struct uuid image_id;
	struct uuid user_id;
	const char *variant;
	int64_t created_at;
	int64_t expires_at;
	int64_t revoked_at; /* 0: it is not */
};

/* With the id and the times that the caller made. */
bool link_add(struct work *work, const struct link *link) MUST_CHECK;

/* Newest first, before `before` (nil: all). */
bool link_list(struct link **links, size_t *count, struct work *work,
	       struct uuid image_id, struct uuid before,
	       int64_t limit) MUST_CHECK;

/* ERR_NOT_FOUND unless it is the user's. Doing it twice is no error. */
bool link_revoke(struct work *work, struct uuid user_id,
		 struct uuid id) MUST_CHECK;

/* The ids of those that are revoked and would still be valid, ascending. */
bool link_list_revoked(struct uuid **ids, size_t *count,
		       struct work *work) MUST_CHECK;

#endif
