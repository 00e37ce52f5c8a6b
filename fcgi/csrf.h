#ifndef FCGI_CSRF_H
#define FCGI_CSRF_H

#include "fcgi/form.h"

/*
 * Tells what a page of this service sends from what another site's page makes
 * the browser send: the other site cannot know the session's value
 * (login_csrf()). It comes in the header X-Pixtier-CSRF or X-CSRFToken; or, at
 * the routes of older services, in the form's field csrfmiddlewaretoken: such a
 * route, if it takes sessions, reads its body by form_read() only.
 */

/* By the header; where only the form can have it, it is awaited from then on:
   req->csrf_awaited. ERR_FORBIDDEN. */
bool csrf_check(struct request *req) MUST_CHECK;

/* What was awaited; form_read() does this for each form. ERR_FORBIDDEN. */
bool csrf_check_form(struct request *req, const struct form *form) MUST_CHECK;

/* Set-Cookie of the value for old clients, which read it in the cookie
   csrftoken; NULL ends it. */
const char *csrf_cookie(struct request *req, const char *value);

/*
 * For a form of those who have no session yet, that of a login page: its value
 * is any, but what the field says must be what the cookie says. Only browsers
 * have to send it, which tell the Origin: a program has no cookies of others.
 * csrf_page_value() is the one of the cookie that is there, so that a page in
 * another tab stays good, or a new one. ERR_FORBIDDEN.
 */
const char *csrf_page_value(struct request *req);
bool csrf_check_page(struct request *req, const struct form *form) MUST_CHECK;

#endif
