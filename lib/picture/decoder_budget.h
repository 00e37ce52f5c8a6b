#ifndef LIB_PICTURE_DECODER_BUDGET_H
#define LIB_PICTURE_DECODER_BUDGET_H

#include <stdbool.h>

#include "lib/base/util.h"

struct conf;
struct decoder_limits;
struct decoder_process;
struct decoder_request;
struct memory_budget;
struct pool;
struct work;

/* The memory of pictures in decoder processes: it is estimated, reserved in a
   budget that the whole service shares (memory_budget.h), and limited to the
   reservation. If the budget is NULL, nothing is reserved or limited. */

/* Returns the name of the budget that all processes with this store share. */
const char *decoder_budget_name(struct pool *pool, const struct conf *conf);

/* The budget is NULL if the setting decoder_memory_total is 0. */
bool decoder_budget_open(struct memory_budget **budget, struct work *work,
			 struct pool *pool, const struct conf *conf) MUST_CHECK;

/* Whether this process can open it; it is closed again. */
bool decoder_budget_check(struct work *work) MUST_CHECK;

/* Returns the estimated MiB for a picture, at most the limit of one decoder
   process. */
unsigned decoder_budget_estimate_mib(const struct decoder_request *request,
				     const struct conf *conf,
				     const struct decoder_limits *limits);

/* Returns the most MiB that a decoder process can have, by its own limit and by
   the total of all. */
unsigned decoder_budget_most_mib(const struct decoder_request *request,
				 const struct conf *conf,
				 const struct decoder_limits *limits);

/*
 * Reserves memory for the process's next picture; waits up to
 * work->memory_wait_ms. If others use the memory, fails with ERR_TOO_LARGE if
 * the limits have `work_ms`, else with ERR_UNAVAILABLE. Fails with
 * ERR_TOO_LARGE at once if the total is too small.
 */
bool decoder_budget_reserve(struct decoder_process *process, struct work *work,
			    struct memory_budget *budget, unsigned mib,
			    const struct decoder_limits *limits) MUST_CHECK;

/* Limits the process to the memory that was reserved for the picture. */
void decoder_budget_limit(const struct decoder_process *process, unsigned mib,
			  const struct conf *conf,
			  const struct decoder_limits *limits);

/* Whether a process may wait for another picture after one that needed this
   much: whether it then keeps little of it. */
bool decoder_budget_may_wait(const struct memory_budget *budget, unsigned mib);

#endif
