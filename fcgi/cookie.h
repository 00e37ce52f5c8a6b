#ifndef FCGI_COOKIE_H
#define FCGI_COOKIE_H

#include "fcgi/request.h"

/* The value of a cookie that the request carries, or NULL (RFC 6265). */
const char *cookie_find(struct request *req, const char *name);

/* Set-Cookie for all of this host and no other site, as long as a session may
   last; NULL ends it. Scripts may read it when it is `open`. */
const char *cookie_set(struct request *req, const char *name, const char *value,
		       bool open);

/* Whether clients speak TLS, with this service or with a proxy before it. */
bool cookie_is_secure(const struct request *req);

#endif
