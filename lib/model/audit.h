#ifndef LIB_MODEL_AUDIT_H
#define LIB_MODEL_AUDIT_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/uuid.h"
#include "lib/base/work.h"

/* Who changed what, when, from where. */
struct audit {
	struct uuid id;
	int64_t at;
	const char *actor;   /* a user name, or "pixtierctl (root)" */
	const char *action;  /* "user.add", "tier.set", "key.rotate" ... */
	const char *subject; /* what it was done to */
	const char *detail;  /* never a secret; may be "" */
	const char *address; /* REMOTE_ADDR, or "" */
};

enum { AUDIT_SUBJECT_MAX = 128, AUDIT_DETAIL_MAX = 2000 };

/* With the id that the caller made, at the database's time. Texts that are too
   long are cut. ERR_CONFLICT when the id is there already. */
bool audit_add(struct work *work, const struct audit *audit) MUST_CHECK;

/* Newest first, before the id `before` (nil: all); `actor` and `action` narrow
   it unless NULL. */
struct audit_filter {
	const char *actor;
	const char *action;
	struct uuid before;
	int64_t limit;
};
bool audit_list(struct audit **audits, size_t *count, struct work *work,
		const struct audit_filter *filter) MUST_CHECK;

#endif
