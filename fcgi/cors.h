#ifndef FCGI_CORS_H
#define FCGI_CORS_H

#include "fcgi/request.h"
#include "fcgi/response.h"

/*
 * Lets pages of other origins use the API (https://fetch.spec.whatwg.org/,
 * section CORS protocol). Only the origins in the setting cors_origins are
 * allowed, and only without cookies.
 */

/* No route has the method OPTIONS, so preflight requests fail with 405. If the
   origin is allowed and the path exists, this turns that failure into 204 and
   returns true. */
bool cors_preflight(struct response *res, struct request *req) MUST_CHECK;

/* Adds the headers that let a page of an allowed origin read the answer. */
void cors_headers(struct response *res, struct request *req);

#endif
