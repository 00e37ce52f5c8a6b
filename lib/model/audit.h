#ifndef LIB_MODEL_AUDIT_H
#define LIB_MODEL_AUDIT_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/uuid.h"
#include "lib/base/work.h"

/* One change by a user or an administrator. */
struct audit {
	struct uuid id;
	int64_t at;
	const char *actor;   /* a user name, or "pixtierctl (root)" */
	const char *action;  /* "user.add", "tier.set", "key.rotate" ... */
	const char *subject; /* the changed object */
	const char *detail;  /* contains no secret; may be "" */
	const char *address; /* REMOTE_ADDR, or "" */
};

enum { AUDIT_SUBJECT_MAX = 128, AUDIT_DETAIL_MAX = 2000 };

/* Inserts a row with the caller's id and the database's time. Cuts texts that
   are too long. ERR_CONFLICT if the id exists. */
bool audit_add(struct work *work, const struct audit *audit) MUST_CHECK;

/* Lists the newest rows first, only those with an id below `before` (nil: all).
   `actor`, `action` and `subject` select rows unless they are NULL; `since`
   and `until`, by time, unless they are 0: those of `until` itself are not
   listed. */
struct audit_filter {
	const char *actor;
	const char *action;
	const char *subject;
	int64_t since, until;
	struct uuid before;
	int64_t limit;
};
bool audit_list(struct audit **audits, size_t *count, struct work *work,
		const struct audit_filter *filter) MUST_CHECK;

#endif
