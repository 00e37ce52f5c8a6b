#ifndef LIB_PROCESS_MEMORY_BUDGET_H
#define LIB_PROCESS_MEMORY_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/util.h"
#include "lib/process/process_id.h"

struct work;

/*
 * Shares memory among all processes of a service on this host, also of several
 * supervisors: a semaphore with weights, in MiB. A file in /dev/shm has the
 * table of reservations. Each holder of a reservation locks one byte of that
 * file (F_OFD_SETLK, fcntl(2)): the kernel frees the locks of processes that
 * die, and a reservation without a lock does not count.
 *
 * Reservations are served in order: a later one does not take memory that an
 * earlier one waits for. An eighth of the total is reserved for small
 * reservations, so that these do not wait for large ones.
 *
 * Idle processes keep memory, which counts as small reservations, until a
 * reservation needs it: then those that have been idle longest are killed,
 * whichever process has them.
 */
struct memory_budget;

enum { MEMORY_BUDGET_SMALL_MIB = 64, MEMORY_BUDGET_SMALL_SHARE = 8 };

/* The number of the table's layout, to be a part of the name: during an upgrade
   two versions run at the same time. */
enum { MEMORY_BUDGET_LAYOUT = 2 };

/* Returns half of the memory of this machine or of the process's control group,
   whichever is less. */
long memory_budget_default_mib(void);

/* Returns the largest reservation that a total allows. */
long memory_budget_largest_mib(long total_mib);

/* Opens the budget of this name, for this process only: a child opens its own.
   All processes of the service must run as the same user. False: errno has the
   reason. */
bool memory_budget_open(struct memory_budget **budget, const char *name,
			long total_mib) MUST_CHECK;

/* Closes the budget. Removes its file if no other process has it open. */
void memory_budget_close(struct memory_budget *budget);

/* Holds at most one reservation. The file's descriptor may be sent to another
   process, which closes it when the memory is free: the reservation lasts until
   all copies are closed or memory_budget_give() is called. */
struct memory_holder {
	int file;  /* -1: not open */
	int place; /* -1: no reservation */
};

/* False: errno has the reason. */
bool memory_holder_open(struct memory_holder *holder,
			const struct memory_budget *budget) MUST_CHECK;
void memory_holder_close(struct memory_holder *holder);

/* Reserves `mib`, at most memory_budget_largest_mib(), also in place of the
   holder's idle memory. Waits up to work->memory_wait_ms, or a second for idle
   processes to end, and calls work->tick about once a second. Returns false if
   that is not enough; the place in the queue is then lost, and idle memory
   stays idle. */
bool memory_budget_take(struct memory_budget *budget,
			struct memory_holder *holder, struct work *work,
			long mib) MUST_CHECK;
void memory_budget_give(struct memory_budget *budget,
			struct memory_holder *holder);

/* Turns the reservation into `mib` of idle memory of the process, which any
   process with this budget may kill. The process may then have been killed
   already. Returns false if the holder has no reservation of this size; nothing
   is changed then. */
bool memory_budget_idle(struct memory_budget *budget,
			const struct memory_holder *holder, long mib,
			struct process_id process) MUST_CHECK;

/* In MiB. */
struct memory_budget_state {
	long taken, waited_for, idle;
};
struct memory_budget_state memory_budget_state(
	const struct memory_budget *budget);

#endif
