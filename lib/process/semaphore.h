#ifndef LIB_PROCESS_SEMAPHORE_H
#define LIB_PROCESS_SEMAPHORE_H

#include <stdbool.h>

#include "lib/base/util.h"

/* Limits how many children of a supervisor do something at once; or allows only
   one at a time for a name. The lock of a process that dies is free at once. */
struct semaphore;

enum { SEMAPHORE_MAX = 512 };

/* Must be called before the fork. */
struct semaphore *semaphore_new(void);
void semaphore_free(struct semaphore *semaphore);

/* Called in a child: its own children do not inherit the locks. */
void semaphore_hide(struct semaphore *semaphore);

/* Waits for one of the first `count` (at most SEMAPHORE_MAX) locks. Returns
   false if none is free within `wait_ms`. */
bool semaphore_take(long *slot, struct semaphore *semaphore, long count,
		    long wait_ms) MUST_CHECK;

/* Waits for the lock of that name. Returns false if it is not free within
   `wait_ms`. */
bool named_lock_take(long *slot, struct semaphore *semaphore, const char *name,
		     long wait_ms) MUST_CHECK;

void semaphore_give(struct semaphore *semaphore, long slot);

#endif
