#ifndef FCGI_GATE_H
#define FCGI_GATE_H

#include "fcgi/request.h"

/*
 * Authenticates the request by Authorization (Bearer, Basic) or the session's
 * cookie, and checks the route's need and scope. With NEED_ANONYMOUS the
 * request always belongs to the built-in user. Sets req->who, and req->session
 * for a cookie; csrf_check() is a later step. Fails with ERR_UNAUTHENTICATED,
 * ERR_WRONG_CREDENTIALS or ERR_FORBIDDEN. req->credentials says which
 * credentials were checked, or that the request has none, for the text of the
 * error.
 */
bool gate_pass(struct request *req) MUST_CHECK;

/* For handlers of routes that need no user: finds the user of the session
   cookie and runs csrf_check(). Sets req->who too. Fails with
   ERR_UNAUTHENTICATED or ERR_FORBIDDEN. */
bool gate_session(struct request *req) MUST_CHECK;

/* Returns the Set-Cookie value for the secret of a session. NULL removes the
   cookie. */
const char *gate_cookie(struct request *req, const char *secret);

#endif
