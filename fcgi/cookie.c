/* cookie.c: reads and writes cookies. */
#include "config.h"

#include "fcgi/cookie.h"

#include <string.h>

#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"

bool cookie_is_secure(const struct request *req)
{
	return text_starts(req->work->conf->base_url, "https://");
}

const char *cookie_find(struct request *req, const char *name)
{
	size_t len = strlen(name);
	const char *at = req->cookie;

	while (*at) {
		at += strspn(at, "; ");
		if (!strncmp(at, name, len) && at[len] == '=')
			return pool_strndup(req->work->pool, at + len + 1,
					    strcspn(at + len + 1, "; "));
		at += strcspn(at, ";");
	}
	return NULL;
}

const char *cookie_set(struct request *req, const char *name, const char *value,
		       bool open)
{
	const char *path = conf_base_path(req->work->conf);

	return pool_printf(req->work->pool,
			   "%s=%s; Path=%s; %sSameSite=Strict%s; Max-Age=%ld",
			   name, value ? value : "", *path ? path : "/",
			   open ? "" : "HttpOnly; ",
			   cookie_is_secure(req) ? "; Secure" : "",
			   value ? req->work->conf->session_ttl : 0L);
}
