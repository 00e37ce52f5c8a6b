/* csrf.c: protects against cross-site request forgery. */
#include "config.h"

#include "fcgi/csrf.h"

#include <string.h>

#include "fcgi/cookie.h"
#include "fcgi/form.h"
#include "lib/base/crypt.h"
#include "lib/base/text.h"
#include "lib/service/token.h"

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
	return is_same(value, token_csrf(req->work->pool, req->session));
}

static const char *value_in_form(const struct request *req)
{
	const char *value = "";

	return form_get(&value, &req->body, field) == FORM_TEXT ? value : "";
}

/* The pages of older services had no scripts that could set a header. */
static const char *value_of(const struct request *req)
{
	return !*req->csrf && req->dialect ? value_in_form(req) : req->csrf;
}

static bool needs_check(const struct request *req)
{
	return req->session && req->method != METHOD_GET;
}

bool csrf_check(struct request *req)
{
	req->csrf_passed =
		!needs_check(req) || is_of_session(req, value_of(req));
	return req->csrf_passed || refuse(req);
}

bool csrf_was_checked(const struct request *req)
{
	return req->csrf_passed || !needs_check(req);
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

bool csrf_check_page(struct request *req)
{
	const char *known = cookie_find(req, cookie_name);

	if (!*req->origin || (known && is_value(req->work->pool, known) &&
			      is_same(known, value_in_form(req))))
		return true;
	return fail(req->work, ERR_FORBIDDEN,
		    "the field csrfmiddlewaretoken does not equal the cookie "
		    "csrftoken; load the login page again");
}
