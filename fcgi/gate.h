#ifndef FCGI_GATE_H
#define FCGI_GATE_H

#include "fcgi/request.h"

/*
 * Lets a request through to its route: finds out who it is from by
 * Authorization (Bearer, Basic) or the session's cookie, and checks the route's
 * need and scope; with NEED_ANONYMOUS it is from the built-in user, whatever it
 * says. Sets req->who, and req->session for a cookie: csrf_check() is a later
 * step. ERR_UNAUTHENTICATED, ERR_WRONG_CREDENTIALS, ERR_FORBIDDEN;
 * req->credentials tells those who answer which were wrong, or that none came.
 */
bool gate_pass(struct request *req) MUST_CHECK;

/* For the handler of a route that needs nobody: finds the user whose session's
   cookie came, and does csrf_check(). Sets req->who too. ERR_UNAUTHENTICATED,
   ERR_FORBIDDEN. */
bool gate_session(struct request *req) MUST_CHECK;

/* Set-Cookie of a session's secret; NULL ends it. */
const char *gate_cookie(struct request *req, const char *secret);

#endif
