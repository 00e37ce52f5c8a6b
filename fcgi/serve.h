#ifndef FCGI_SERVE_H
#define FCGI_SERVE_H

#include "lib/base/conf.h"
#include "lib/picture/decoder_pool.h"

/* The configuration and shared objects of a responder. It opens everything else
   itself. */
struct serve {
	const struct conf *conf;
	int listener;      /* a listening socket */
	const char *group; /* the name of the group of its responders */
	struct admission *admission;
	struct bucket_table *buckets;
	struct bucket_table *known_clients;
	struct semaphore *semaphore;
	struct semaphore *login_seats; /* shared by the listener's responders */
	long responders;               /* the number of these responders */
	const struct decoder_server *decoder_server;
};

/* The limits of the decoder processes that responders use. */
struct decoder_limits serve_decoder_limits(const struct conf *conf);

/* The main function of a responder: accepts, routes, authenticates, runs,
   answers and logs one request after another until SIGTERM. `serve` is a struct
   serve. Returns the exit status. */
int serve_run(void *serve, long slot);

#endif
