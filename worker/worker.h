#ifndef WORKER_WORKER_H
#define WORKER_WORKER_H

#include <stdatomic.h>
#include <stdint.h>

#include "lib/base/conf.h"
#include "lib/picture/decoder_pool.h"

/* The memory that all workers of a supervisor share. */
struct worker_shared {
	/* when the next worker looks for jobs with an expired lease, in ms of
	   the monotonic clock */
	_Atomic int64_t reclaim_at_ms;
};

struct worker_config {
	const struct conf *conf;
	const struct decoder_server *decoder_server;
	const char *instance; /* a random UUID of this supervisor */
	struct worker_shared *shared;
};

/* Call this before the fork. */
struct worker_shared *worker_share(void);

/* The limits of the decoder processes of workers. */
struct decoder_limits worker_decoder_limits(const struct conf *conf);

/* The main function of a worker: requeues the jobs of the worker that it
   replaces, then claims, runs and settles one job after another until SIGTERM.
   Between two jobs, about once a second, one worker of the supervisor requeues
   the jobs of any host whose lease has expired. `config` is a struct
   worker_config. Returns the exit status. */
int worker_run(void *config, long slot);

#endif
