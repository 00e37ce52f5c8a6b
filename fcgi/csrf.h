#ifndef FCGI_CSRF_H
#define FCGI_CSRF_H

#include "fcgi/request.h"

/*
 * Protects against cross-site request forgery: a page of another site can make
 * the browser send the session's cookie, but does not know the session's CSRF
 * value (token_csrf()). Clients send the value in the header X-Pixtier-CSRF or
 * X-CSRFToken; at the routes of older services also in the form field
 * csrfmiddlewaretoken.
 */

/* Checks a request that has a session cookie and whose method is not GET. Other
   requests pass. Call it after the body is read. Fails with ERR_FORBIDDEN. */
bool csrf_check(struct request *req) MUST_CHECK;

/* True if csrf_check() passed or is not needed. No handler runs without it. */
bool csrf_was_checked(const struct request *req);

/* Returns the Set-Cookie value for old clients, which read the CSRF value from
   the cookie csrftoken. NULL removes the cookie. */
const char *csrf_cookie(struct request *req, const char *value);

/*
 * For the form of a login page, where no session exists yet. The value is
 * random; the form field must equal the cookie. The check applies only to
 * requests with the header Origin, which browsers send: other programs do not
 * send cookies for another site.
 *
 * csrf_page_value() returns the value of the cookie of the request, so that a
 * form in another tab stays valid, or else a new one. csrf_check_page() fails
 * with ERR_FORBIDDEN.
 */
const char *csrf_page_value(struct request *req);
bool csrf_check_page(struct request *req) MUST_CHECK;

#endif
