#ifndef FCGI_DIALECT_H
#define FCGI_DIALECT_H

#include <stdbool.h>
#include <stddef.h>

#include "fcgi/router.h"

/* Writes the error of the request's work: status, body and, if the status needs
   it, WWW-Authenticate. The caller adds Retry-After. */
typedef void problem_writer(struct response *res, struct request *req);

/* An older service whose clients this service serves: it has its own routes and
   its own error format. The table is in routes.c. */
struct dialect {
	const char *name; /* the word in the setting dialects */
	const struct route *routes;
	size_t route_count;
	problem_writer *problem;
	bool any_origin; /* pages of all origins may use it (CORS) */
};

/* Like router_find(), among the routes of the enabled dialects. Sets
   req->dialect if the dialect has the path, even if it lacks the method. */
bool dialect_find(struct request *req, const char **allow) MUST_CHECK;

#endif
