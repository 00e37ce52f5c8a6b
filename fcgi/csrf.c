/* csrf.c: tells own pages from those of other sites. */
#include "config.h"

#include "fcgi/csrf.h"

#include <string.h>

#include "fcgi/cookie.h"
#include "fcgi/router.h"
#include "lib/base/crypt.h"
#include "lib/base/text.h"
#include "lib/service/login.h"

enum { VALUE_SIZE = 32 };

static const char cookie_name[] = "csrftoken";
static const char field[] = "csrfmiddlewaretoken";

static bool refuse(struct request *req)
{
	return fail(req->work, ERR_FORBIDDEN,
		    "a request with a cookie needs the header X-Pixtier-CSRF "
		    "with the value that login returned");
}

static bool is_same(const char *a, const char *b)
{
	return strlen(a) == strlen(b) && crypt_equal(a, b, strlen(a));
}

static bool is_of_session(struct request *req, const char *value)
{
	return is_same(value, login_csrf(req->work->pool, req->session));
}

/* Of an older service, whose pages had no scripts to set a header. */
static bool comes_in_form(const struct request *req)
{
	return !*req->csrf && req->dialect &&
	       (req->route->body == BODY_FORM ||
		req->route->body == BODY_UPLOAD);
}

bool csrf_check(struct request *req)
{
	if (is_of_session(req, req->csrf))
		return true;
	req->csrf_awaited = comes_in_form(req);
	return req->csrf_awaited || refuse(req);
}

static const char *value_in(const struct form *form)
{
	const char *value = "";

	return form_get(&value, form, field) == FORM_TEXT ? value : "";
}

bool csrf_check_form(struct request *req, const struct form *form)
{
	if (!req->csrf_awaited)
		return true;
	if (!is_of_session(req, value_in(form)))
		return refuse(req);
	req->csrf_awaited = false;
	return true;
}

const char *csrf_cookie(struct request *req, const char *value)
{
	return cookie_set(req, cookie_name, value, true);
}

static bool is_value(struct pool *pool, const char *text)
{
	void *bytes;
	size_t len;

	return text_unbase64url(pool, &bytes, &len, text) && len == VALUE_SIZE;
}

const char *csrf_page_value(struct request *req)
{
	const char *known = cookie_find(req, cookie_name);
	uint8_t bytes[VALUE_SIZE];

	if (known && is_value(req->work->pool, known))
		return known;
	crypt_random(bytes, sizeof(bytes));
	return text_base64url(req->work->pool, bytes, sizeof(bytes));
}

bool csrf_check_page(struct request *req, const struct form *form)
{
	const char *known = cookie_find(req, cookie_name);

	if (!*req->origin || (known && is_value(req->work->pool, known) &&
			      is_same(known, value_in(form))))
		return true;
	return fail(req->work, ERR_FORBIDDEN,
		    "the form is not of this service's page, or older than its "
		    "cookie");
}
