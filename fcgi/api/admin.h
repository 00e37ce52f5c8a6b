#ifndef FCGI_API_ADMIN_H
#define FCGI_API_ADMIN_H

#include "fcgi/request.h"
#include "lib/service/audit.h"

/* Returns the administrator who sent the request, and the client address. */
struct actor admin_actor(const struct request *req);

#endif
