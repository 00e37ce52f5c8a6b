/* gate.c: authenticates requests and checks their rights. */
#include "config.h"

#include "fcgi/gate.h"

#include <string.h>
#include <strings.h>

#include "fcgi/cookie.h"
#include "fcgi/csrf.h"
#include "fcgi/router.h"
#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/service/login.h"

/* The prefixes require the attribute Secure, thus TLS, and __Host- also Path=/
   (RFC 6265bis 4.1.3). */
static const char *cookie_name(const struct request *req)
{
	if (!cookie_is_secure(req))
		return "pixtier_session";
	return *conf_base_path(req->work->conf) ? "__Secure-pixtier_session"
						: "__Host-pixtier_session";
}

const char *gate_cookie(struct request *req, const char *secret)
{
	return cookie_set(req, cookie_name(req), secret, false);
}

static bool pass_basic(struct request *req, const char *credentials)
{
	struct work *work = req->work;
	void *bytes;
	char *colon;
	size_t len;

	if (!text_unbase64(work->pool, &bytes, &len, credentials) ||
	    !text_is_utf8(bytes, len) || !(colon = strchr(bytes, ':')))
		return fail(work, ERR_WRONG_CREDENTIALS,
			    "Authorization: Basic needs the base64 of "
			    "\"name:password\" in UTF-8");
	*colon = '\0';
	return login_by_password(req->who, work, bytes, colon + 1);
}

/* An API token has no dot; a JSON Web Token has two. */
static bool pass_bearer(struct request *req, const char *token)
{
	return strchr(token, '.')
		       ? login_by_jwt(req->who, req->work, token)
		       : login_by_secret(req->who, req->work, TOKEN_API, token);
}

static bool pass_cookie(struct request *req, const char *secret)
{
	if (!login_by_secret(req->who, req->work, TOKEN_SESSION, secret))
		return false;
	req->session = secret;
	return true;
}

static const char *after_scheme(const char *authorization, const char *scheme)
{
	size_t len = strlen(scheme);

	if (strncasecmp(authorization, scheme, len) ||
	    authorization[len] != ' ')
		return NULL;
	return authorization + len + strspn(authorization + len, " ");
}

/* The credentials that a route with this need accepts. `lax`: ignores all
   others instead of refusing them. */
static const struct {
	bool bearer, basic, cookie, lax;
} takes[NEED__COUNT] = {
	[NEED_USER] = { .bearer = true, .basic = true, .cookie = true },
	[NEED_ADMIN] = { .bearer = true, .basic = true, .cookie = true },
	[NEED_BEARER] = { .bearer = true, .lax = true },
	[NEED_LOGIN] = { .basic = true, .cookie = true, .lax = true },
};

/* Finds the credentials to check, and their text. */
static enum credentials find_credentials(const char **said, struct request *req)
{
	const enum need need = req->route->need;
	const char *basic = after_scheme(req->authorization, "Basic");
	const char *bearer = after_scheme(req->authorization, "Bearer");
	const char *secret = cookie_find(req, cookie_name(req));

	if (takes[need].basic && (*said = basic))
		return CREDENTIALS_BASIC;
	if (takes[need].bearer && (*said = bearer))
		return CREDENTIALS_BEARER;
	if (!takes[need].lax && *req->authorization)
		return CREDENTIALS_OTHER;
	if (takes[need].cookie && (*said = secret))
		return CREDENTIALS_COOKIE;
	return CREDENTIALS_NONE;
}

static bool identify(struct request *req)
{
	const char *said;

	req->credentials = find_credentials(&said, req);
	switch (req->credentials) {
	case CREDENTIALS_BASIC:
		return pass_basic(req, said);
	case CREDENTIALS_BEARER:
		return pass_bearer(req, said);
	case CREDENTIALS_COOKIE:
		return pass_cookie(req, said);
	case CREDENTIALS_OTHER:
		return fail(req->work, ERR_UNAUTHENTICATED,
			    "Authorization: Bearer or Basic is expected, not "
			    "\"%.20s\"",
			    req->authorization);
	case CREDENTIALS_NONE:
		break;
	}
	return fail(req->work, ERR_UNAUTHENTICATED,
		    "send Authorization: Bearer or Basic, or log in");
}

bool gate_pass(struct request *req)
{
	const struct route *route = req->route;
	const char *scope = router_scope_name(route->scope);

	if (route->need == NEED_NOBODY)
		return true;
	req->who = pool_alloc(req->work->pool, sizeof(*req->who));
	if (route->need == NEED_ANONYMOUS)
		return login_anonymous(req->who, req->work);
	if (!identify(req))
		return false;
	if (route->need == NEED_ADMIN && !req->who->user.is_admin)
		return fail(req->work, ERR_FORBIDDEN,
			    "only administrators may do this");
	if (*scope && !text_has_word(req->who->scopes, scope))
		return fail(req->work, ERR_FORBIDDEN,
			    "this request needs a token with the scope %s; "
			    "this token has: %s",
			    scope, req->who->scopes);
	return true;
}

bool gate_session(struct request *req)
{
	const char *secret = cookie_find(req, cookie_name(req));
	bool good;

	if (!secret)
		return fail(req->work, ERR_UNAUTHENTICATED,
			    "the request has no session cookie; log in first");
	req->who = pool_alloc(req->work->pool, sizeof(*req->who));
	good = pass_cookie(req, secret) && csrf_check(req);
	if (!good)
		req->who = NULL;
	return good;
}
