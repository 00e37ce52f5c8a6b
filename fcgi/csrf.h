#ifndef FCGI_CSRF_H
#define FCGI_CSRF_H

#include "fcgi/request.h"

/*
 * Tells the requests of this service's pages from those that a page of another
 * site makes the browser send: the other site cannot know the session's value
 * (login_csrf()). It comes in the header X-Pixtier-CSRF or X-CSRFToken; or, at
 * the routes of older services, in the form's field csrfmiddlewaretoken.
 */

/* Checks a request that came with a session's cookie and is not a GET, after
   its body was read; others pass. ERR_FORBIDDEN. */
bool csrf_check(struct request *req) MUST_CHECK;

/* Whether csrf_check() passed where it was needed: no handler runs without. */
bool csrf_was_checked(const struct request *req);

/* Set-Cookie of the value for old clients, which read it in the cookie
   csrftoken; NULL ends it. */
const char *csrf_cookie(struct request *req, const char *value);

/*
 * For the form of a login page, which comes without a session: the value is
 * any, but the field's must be the cookie's. Only browsers
 * have to send it, which tell the Origin: a program has no cookies of others.
 * csrf_page_value() is the one of the cookie that is there, so that a page in
 * another tab stays good, or a new one. ERR_FORBIDDEN.
 */
const char *csrf_page_value(struct request *req);
bool csrf_check_page(struct request *req) MUST_CHECK;

#endif
