#ifndef LIB_BASE_MEMORY_BUDGET_H
#define LIB_BASE_MEMORY_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/util.h"

struct work;

/*
 * Shares memory among all processes of a service on this host, also of several
 * supervisors: a semaphore with weights, in MiB. Each has a reservation in a
 * table, in a file of /dev/shm, and a lock on a byte of that file (F_OFD_SETLK,
 * fcntl(2)): the kernel frees the locks of processes that die, and a
 * reservation without its lock does not count.
 *
 * Who comes first gets it first: a reservation that waits is not overtaken by
 * one that takes what it waits for. An eighth of the total is for small
 * reservations alone, so that these do not wait for large ones.
 */
struct memory_budget;

enum { MEMORY_BUDGET_SMALL_MIB = 64, MEMORY_BUDGET_SMALL_SHARE = 8 };

/* Half of the memory of this machine or, if that is less, of the process's
   control group. */
long memory_budget_default_mib(void);

/* The largest reservation that a total has room for. */
long memory_budget_largest_mib(long total_mib);

/* The budget of this name, for this process alone: a child opens its own. Every
   process of the service runs as the same user. False: errno says why. */
bool memory_budget_open(struct memory_budget **budget, const char *name,
			long total_mib) MUST_CHECK;

/* Removes the table's file if no other process has the budget open. */
void memory_budget_close(struct memory_budget *budget);

/*
 * What can hold one reservation. The file's descriptor may be sent to another
 * process, which closes it when the memory is free: the reservation lasts until
 * all have closed it or memory_budget_give() is called.
 */
struct memory_holder {
	int file;  /* -1: there is none */
	int place; /* -1: it holds nothing */
};

/* False: errno says why. */
bool memory_holder_open(struct memory_holder *holder,
			const struct memory_budget *budget) MUST_CHECK;
void memory_holder_close(struct memory_holder *holder);

/*
 * Reserves `mib`, which is at most memory_budget_largest_mib(). Waits for
 * work->memory_wait_ms at most, calling work->tick about once a second; false
 * when that was not enough. The place in the queue is lost then.
 */
bool memory_budget_take(struct memory_budget *budget,
			struct memory_holder *holder, struct work *work,
			long mib) MUST_CHECK;
void memory_budget_give(struct memory_budget *budget,
			struct memory_holder *holder);

/* In MiB. */
struct memory_budget_state {
	long taken, waited_for;
};
struct memory_budget_state memory_budget_state(
	const struct memory_budget *budget);

#endif
