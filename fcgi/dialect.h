#ifndef FCGI_DIALECT_H
#define FCGI_DIALECT_H

#include <stdbool.h>
#include <stddef.h>

#include "fcgi/router.h"

/* Answers with the failure in the request's work: status, body and, where one
   belongs to it, WWW-Authenticate. Retry-After is added to it. */
typedef void problem_writer(struct response *res, struct request *req);

/* An older service whose clients are served here: routes of its own, with
   errors as it tells them. The table is in routes.c. */
struct dialect {
	const char *name; /* in the setting dialects */
	const struct route *routes;
	size_t route_count;
	problem_writer *problem;
	bool any_origin; /* pages of any site may use it (CORS) */
};

/* As router_find(), among the routes of the dialects that are switched on; sets
   req->dialect, also when it has the path but not with this method. */
bool dialect_find(struct request *req, const char **allow) MUST_CHECK;

#endif
