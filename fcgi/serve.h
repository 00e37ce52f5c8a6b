#ifndef FCGI_SERVE_H
#define FCGI_SERVE_H

#include "lib/base/conf.h"

/* What a responder needs to know; it opens the rest itself. */
struct serve {
	const struct conf *conf;
	int listener; /* a listening socket */
	struct bucket_table *buckets;
	struct turns *turns;
};

/* A responder's main: accepts, routes, gates, handles, answers and logs one
   request after another until it is told to stop. Returns an exit status. */
int serve_run(void *serve, long slot);

#endif
