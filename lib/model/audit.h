#ifndef LIB_MODEL_AUDIT_H
#define LIB_MODEL_AUDIT_H

#include "lib/base/work.h"

/* Who changed what, from where. */
struct audit {
	const char *actor;   /* a user name, or "pixtierctl (root)" */
	const char *action;  /* "user.add", "tier.set", "key.rotate" ... */
	const char *subject; /* what it was done to */
	const char *detail;  /* never a secret; may be "" */
	const char *address; /* REMOTE_ADDR, or "" */
};

bool audit_add(struct work *work, const struct audit *audit) MUST_CHECK;

#endif
