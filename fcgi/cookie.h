#ifndef FCGI_COOKIE_H
#define FCGI_COOKIE_H

#include "fcgi/request.h"

/* Returns the value of a cookie of the request, or NULL (RFC 6265). */
const char *cookie_find(struct request *req, const char *name);

/* Returns a Set-Cookie value for all paths of this service, with
   SameSite=Strict and the setting session_ttl as its lifetime. If `value` is
   NULL, it removes the cookie. If `open` is true, scripts can read the cookie.
 */
const char *cookie_set(struct request *req, const char *name, const char *value,
		       bool open);

/* True if clients use TLS, with this service or with a proxy in front of it. */
bool cookie_is_secure(const struct request *req);

#endif
