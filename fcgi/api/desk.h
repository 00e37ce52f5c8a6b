#ifndef FCGI_API_DESK_H
#define FCGI_API_DESK_H

#include "fcgi/request.h"
#include "lib/service/record.h"

/* Returns the administrator who sent the request, and the client address. */
struct actor desk_actor(const struct request *req);

#endif
