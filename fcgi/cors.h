#ifndef FCGI_CORS_H
#define FCGI_CORS_H

#include "fcgi/request.h"
#include "fcgi/response.h"

/*
 * What pages of other origins may do (https://fetch.spec.whatwg.org/, section
 * CORS protocol): those in the setting cors_origins, without cookies.
 */

/* Turns the failure of an OPTIONS, which no route has, into 204 when it is the
   preflight of such an origin for a path that there is. */
bool cors_preflight(struct response *res, struct request *req) MUST_CHECK;

/* Answers each OPTIONS with what a page may do: for the routes of a dialect
   that any origin may use (struct dialect). */
bool cors_any_origin_preflight(struct request *req,
			       struct response *res) MUST_CHECK;

/* Lets a page of such an origin read the answer. */
void cors_headers(struct response *res, struct request *req);

#endif
