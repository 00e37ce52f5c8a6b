#ifndef LIB_BASE_TURN_H
#define LIB_BASE_TURN_H

#include <stdbool.h>

#include "lib/base/util.h"

/*
 * Lets at most so many of a supervisor's children do something at once, or one
 * of them something of a name. The turn of a process that dies is free at once.
 */
struct turns;

enum { TURN_MAX = 512 };

/* Before the fork. */
struct turns *turns_new(void);
void turns_free(struct turns *turns);

/* In a child: what it forks from now on does not get them. */
void turns_hide(struct turns *turns);

/* Waits for one of the first `count` (at most TURN_MAX) turns; false when none
   is free within `wait_ms`. */
bool turn_take(long *turn, struct turns *turns, long count,
	       long wait_ms) MUST_CHECK;

/* Waits until nobody else has the turn of that name. */
bool turn_take_named(long *turn, struct turns *turns, const char *name,
		     long wait_ms) MUST_CHECK;

void turn_give(struct turns *turns, long turn);

#endif
