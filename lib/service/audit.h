#ifndef LIB_SERVICE_AUDIT_H
#define LIB_SERVICE_AUDIT_H

#include <stddef.h>

#include "lib/base/work.h"

/* The user or administrator behind a change, for the audit. */
struct actor {
	const char *name;
	const char *address; /* or "" */
};

/* A line of the audit. */
struct audit_entry {
	const char *action;  /* "tier.set" */
	const char *subject; /* the changed object */
	const char *detail;  /* contains no secret; may be "" */
};

/*
 * Makes a change and inserts its audit lines, at least one, in one transaction.
 * If the transaction is repeated after a lost COMMIT, the first line's id shows
 * whether it was committed, so `change` need not be repeatable.
 */
bool audit_change(struct work *work, const struct actor *actor,
		  const struct audit_entry *entries, size_t count,
		  bool (*change)(struct work *work, void *arg),
		  void *arg) MUST_CHECK;

#endif
