#ifndef LIB_PICTURE_DECODER_BUDGET_H
#define LIB_PICTURE_DECODER_BUDGET_H

#include <stdbool.h>

#include "lib/base/util.h"

struct conf;
struct decoder_limits;
struct decoder_process;
struct decoder_task;
struct memory_budget;
struct pool;
struct work;

/*
 * The memory of pictures in decoder processes: estimated, reserved in a budget
 * that the whole service shares (memory_budget.h), and limited to that. Where
 * the budget is NULL nothing is reserved or limited.
 */

/* The name of the budget that the service with this store shares. */
const char *decoder_budget_name(struct pool *pool, const struct conf *conf);

/* The budget is NULL if the setting decoder_memory_total is 0. */
bool decoder_budget_open(struct memory_budget **budget, struct work *work,
			 struct pool *pool, const struct conf *conf) MUST_CHECK;

/* The MiB that a picture needs by estimate, not more than the limit of one
   decoder process. */
unsigned decoder_budget_estimate_mib(const struct decoder_task *task,
				     const struct conf *conf,
				     const struct decoder_limits *limits);

/* A decoder process cannot have more, because of its own limit or because all
   together do not have it. */
unsigned decoder_budget_most_mib(const struct decoder_task *task,
				 const struct conf *conf,
				 const struct decoder_limits *limits);

/*
 * Reserves as much for the process's next picture, waiting for
 * work->memory_wait_ms. When others have it: ERR_TOO_LARGE if the limits have
 * `work_ms`, else ERR_UNAVAILABLE. ERR_TOO_LARGE at once when all together do
 * not have it.
 */
bool decoder_budget_reserve(struct decoder_process *process, struct work *work,
			    struct memory_budget *budget, unsigned mib,
			    const struct decoder_limits *limits) MUST_CHECK;

/* So that the picture uses no more than was reserved. */
void decoder_budget_limit(const struct decoder_process *process, unsigned mib,
			  const struct conf *conf,
			  const struct decoder_limits *limits);

/* Whether a process may wait for another picture after one that needed so much:
   then it has little of that left. */
bool decoder_budget_may_wait(const struct memory_budget *budget, unsigned mib);

#endif
