#ifndef LIB_SERVICE_RECORD_H
#define LIB_SERVICE_RECORD_H

#include <stddef.h>

#include "lib/base/work.h"

/* Who does something, and from where: as the audit shows it. */
struct actor {
	const char *name;
	const char *address; /* or "" */
};

/* What is done, as a line of the audit. */
struct record {
	const char *action;  /* "tier.set" */
	const char *subject; /* what it is done to */
	const char *detail;  /* never a secret; may be "" */
};

/*
 * Makes a change and writes its lines, of which there is at least one, in one
 * transaction: both or neither. The first line's id tells whether a repeated
 * transaction has happened before, so `change` need not be able to.
 */
bool record_change(struct work *work, const struct actor *actor,
		   const struct record *records, size_t count,
		   bool (*change)(struct work *work, void *arg),
		   void *arg) MUST_CHECK;

#endif
