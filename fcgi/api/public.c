/* public.c: public addresses of pictures. The web server asks only for those
   whose file is not public yet (lib/store). */
#include "config.h"

#include "fcgi/deliver.h"
#include "fcgi/response.h"
#include "fcgi/routes.h"
#include "lib/service/publish.h"

bool public_open(struct request *req, struct response *res)
{
	struct public_url url;
	const char *name;

	res->any_origin = true;
	if (!public_url_parse(&url, req->work, req->param[0], req->param[1],
			      req->param[2]))
		return publish_fail_unknown(req->work);
	return publish_open(&name, req->work, &url) &&
	       deliver_public(res, req, &url, name);
}
