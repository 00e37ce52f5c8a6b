#ifndef LIB_PROCESS_SHARED_H
#define LIB_PROCESS_SHARED_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/base/util.h"

/*
 * Memory that several processes write. shared_new() makes it for the caller and
 * the processes that it forks; it is zero, and shared_new() ends the process if
 * there is none. shared_open() maps the beginning of a file for all processes
 * that open this file. It makes the file `size` bytes long at least; bytes that
 * it adds are zero. Returns false if the file cannot have them; errno says why.
 */
void *shared_new(size_t size);
bool shared_open(void **memory, int file, size_t size) MUST_CHECK;

/* Unmaps memory of either kind. */
void shared_free(void *memory, size_t size);

/* Called in a child: its own children do not inherit the memory. */
void shared_hide(void *memory, size_t size);

/*
 * A lock in such memory. If a process dies with the lock, the lock is free at
 * once. So each state that a process can leave there must be valid.
 */
struct shared_lock {
	pthread_mutex_t mutex;
};

/* Must be called once, before other processes use the lock. */
void shared_lock_init(struct shared_lock *lock);

/* shared_lock_take() waits; shared_lock_try() returns false if another process
   has the lock. Only the thread that has it may give it back. */
void shared_lock_take(struct shared_lock *lock);
bool shared_lock_try(struct shared_lock *lock) MUST_CHECK;
void shared_lock_give(struct shared_lock *lock);

#endif
