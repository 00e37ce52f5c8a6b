/* dialect.c: finds the dialect that has the route of a request. */
#include "config.h"

#include "fcgi/dialect.h"

#include "fcgi/routes.h"
#include "lib/base/conf.h"
#include "lib/base/text.h"

bool dialect_find(struct request *req, const char **allow)
{
	const char *enabled = req->work->conf->dialects;

	for (size_t i = 0; i < dialects_count; i++) {
		const struct dialect *dialect = &dialects[i];
		bool found;

		if (!text_has_word(enabled, dialect->name))
			continue;
		found = router_find(req, allow, dialect->routes,
				    dialect->route_count);
		if (found || *allow) {
			req->dialect = dialect;
			return found;
		}
	}
	return fail(req->work, ERR_NOT_FOUND, "no route has the path %.200s",
		    req->uri.path);
}
