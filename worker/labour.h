#ifndef WORKER_LABOUR_H
#define WORKER_LABOUR_H

#include "lib/base/conf.h"
#include "lib/picture/decoder_pool.h"

struct labour {
	const struct conf *conf;
	int decoder_server;   /* its client's socket, decoder_server.h */
	const char *instance; /* a random name of the supervisor's */
};

/* Of the decoder processes that a job waits for. */
struct decoder_limits labour_decoder_limits(const struct conf *conf);

/* A worker's main: gives back what the worker held that it replaces, claims,
   runs and ends one job after another, and now and then gives back jobs whose
   lease has ended, until SIGTERM. `labour` is a struct
   labour; returns an exit status. */
int labour_run(void *labour, long slot);

#endif
