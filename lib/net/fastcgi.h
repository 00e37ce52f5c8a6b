#ifndef LIB_NET_FASTCGI_H
#define LIB_NET_FASTCGI_H

#include "lib/base/work.h"

struct buf;

/*
 * Sends a GET request to the responders at a unix socket, as a web server does
 * (FastCGI 1.0), and adds the body of the response to `body`. So administrators
 * need no web server, and no rule of one applies to them. Waits at most
 * FASTCGI_TIMEOUT seconds for each piece of the response. ERR_UNAVAILABLE if no
 * response with status 200 came; the text is for administrators.
 */
enum { FASTCGI_TIMEOUT = 5 };
bool fastcgi_get(struct buf *body, struct work *work, const char *socket_path,
		 const char *path) MUST_CHECK;

#endif
