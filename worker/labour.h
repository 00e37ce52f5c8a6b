#ifndef WORKER_LABOUR_H
#define WORKER_LABOUR_H

#include <stdatomic.h>
#include <stdint.h>

#include "lib/base/conf.h"
#include "lib/picture/decoder_pool.h"

/* In memory that the workers share. */
struct labour_shared {
	/* When the next of them looks for jobs whose lease has ended. */
	_Atomic int64_t reclaim_at_ms;
};

struct labour {
	const struct conf *conf;
	const struct decoder_server *decoder_server;
	const char *instance; /* a random name of the supervisor's */
	struct labour_shared *shared;
};

/* Before the fork. */
struct labour_shared *labour_share(void);

/* Of the decoder processes that a job waits for. */
struct decoder_limits labour_decoder_limits(const struct conf *conf);

/* A worker's main: gives back what the worker held that it replaces, claims,
   runs and ends one job after another until SIGTERM. Between two of them one
   worker a second gives back the jobs of any host whose lease has ended.
   `labour` is a struct labour; returns an exit status. */
int labour_run(void *labour, long slot);

#endif
