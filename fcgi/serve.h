#ifndef FCGI_SERVE_H
#define FCGI_SERVE_H

#include "lib/base/conf.h"
#include "lib/picture/decoder_pool.h"

/* What a responder needs to know; it opens the rest itself. */
struct serve {
	const struct conf *conf;
	int listener;      /* a listening socket */
	const char *group; /* of its responders */
	struct admission *admission;
	struct bucket_table *buckets;
	struct bucket_table *known_clients;
	struct turns *turns;
	struct turns *login_seats; /* of all responders of the listener */
	long responders;           /* how many these are */
	const struct decoder_server *decoder_server;
};

/* Of the decoder processes that a responder waits for. */
struct decoder_limits serve_decoder_limits(const struct conf *conf);

/* A responder's main: accepts, routes, gates, handles, answers and logs one
   request after another until it is told to stop. Returns an exit status. */
int serve_run(void *serve, long slot);

#endif
