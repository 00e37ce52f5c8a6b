/* desk.c: what the routes under /v1/admin do alike. */
#include "config.h"

#include "fcgi/api/desk.h"

#include "lib/service/login.h"

struct actor desk_actor(const struct request *req)
{
	return (struct actor){
		.name = req->who->user.username,
		.address = req->remote_addr,
	};
}
