#ifndef LIB_BASE_TURN_H
#define LIB_BASE_TURN_H

#include <stdbool.h>

#include "lib/base/util.h"

/* Limits how many children of a supervisor do something at once; or allows only
   one at a time for a name. The lock of a process that dies is free at once. */
struct turns;

enum { TURN_MAX = 512 };

/* Must be called before the fork. */
struct turns *turns_new(void);
void turns_free(struct turns *turns);

/* Called in a child: its own children do not inherit the locks. */
void turns_hide(struct turns *turns);

/* Waits for one of the first `count` (at most TURN_MAX) locks. Returns false if
   none is free within `wait_ms`. */
bool turn_take(long *turn, struct turns *turns, long count,
	       long wait_ms) MUST_CHECK;

/* Waits for the lock of that name. Returns false if it is not free within
   `wait_ms`. */
bool turn_take_named(long *turn, struct turns *turns, const char *name,
		     long wait_ms) MUST_CHECK;

void turn_give(struct turns *turns, long turn);

#endif
