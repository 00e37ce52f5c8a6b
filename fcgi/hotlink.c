/* hotlink.c: limits on whose pages public pictures may be shown. */
#include "config.h"

#include "fcgi/hotlink.h"

#include <strings.h>

#include "lib/base/conf.h"
#include "lib/base/hosts.h"
#include "lib/base/pool.h"

static bool is_page(const char *referer)
{
	return !strncasecmp(referer, "http://", 7) ||
	       !strncasecmp(referer, "https://", 8);
}

bool hotlink_check(struct request *req)
{
	const struct conf *conf = req->work->conf;
	struct pool *pool = req->work->pool;
	const char *host;

	if (!*conf->hotlink_hosts || !is_page(req->referer))
		return true;
	host = hosts_of_url(pool, req->referer);
	return hosts_has(hosts_of_url(pool, conf->base_url), host) ||
	       hosts_has(conf->hotlink_hosts, host) ||
	       fail(req->work, ERR_FORBIDDEN,
		    "pages of %.100s may not show pictures of this service",
		    host);
}
