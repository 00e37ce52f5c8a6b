#ifndef FCGI_API_DESK_H
#define FCGI_API_DESK_H

#include "fcgi/request.h"
#include "lib/service/record.h"

/* The administrator whose request this is, and the address it came from. */
struct actor desk_actor(const struct request *req);

#endif
