/* imagify_login.c: the pages of imagify for logging in and out. */
#include "config.h"

#include <string.h>

#include "fcgi/csrf.h"
#include "fcgi/form.h"
#include "fcgi/gate.h"
#include "fcgi/html.h"
#include "fcgi/routes.h"
#include "fcgi/uri.h"
#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/service/login.h"
#include "lib/service/token.h"

enum { NEXT_MAX = 2000 };

static const char *said(const struct request *req, const char *name)
{
	const char *text;

	return form_get(&text, &req->body, name) == FORM_TEXT ? text : NULL;
}

/* The path to redirect to after the login, never at another host. Its length is
   limited, because web servers refuse long headers (nginx: 4 KiB in total). */
static const char *next_of(const struct request *req, const char *fallback)
{
	const char *next = said(req, "next");

	if (!next)
		next = request_query(req, "next");
	return next && uri_is_local(next) && strlen(next) <= NEXT_MAX
		       ? next
		       : fallback;
}

static void redirect(struct response *res, struct request *req,
		     const char *path)
{
	response_empty(res, 302);
	response_header(res, req->work->pool, "Location", path);
	response_header(res, req->work->pool, "Cache-Control", "no-store");
}

static bool answer_login(struct response *res, struct request *req, int status,
			 const char *alert)
{
	const char *csrf = csrf_page_value(req);
	const char *username = said(req, "username");
	const struct html_value values[] = {
		{ "alert", alert },
		{ "csrf", csrf },
		{ "next", next_of(req, "") },
		{ "username", username ? username : "" },
	};

	html_answer(res, req, status, HTML_LOGIN, values, ARRAY_LEN(values));
	response_cookie(res, req->work->pool, csrf_cookie(req, csrf));
	return true;
}

bool imagify_login_page(struct request *req, struct response *res)
{
	return answer_login(res, req, 200, "");
}

/* Answers with the login page again: with 200 like the old service, with 403 if
   the form is out of date, with 429 after too many attempts. */
static bool refuse_login(struct request *req, struct response *res)
{
	struct pool *pool = req->work->pool;
	const char *wait;

	switch (req->work->err) {
	case ERR_WRONG_CREDENTIALS:
		return answer_login(
			res, req, 200,
			"Please enter a correct user name and password.");
	case ERR_FORBIDDEN:
		return answer_login(
			res, req, 403,
			"This page was out of date. Please try again.");
	case ERR_RATE_LIMITED:
		wait = response_retry_after(req);
		answer_login(res, req, 429,
			     pool_printf(pool,
					 "Too many attempts. Please try again "
					 "in %s s.",
					 wait));
		response_header(res, pool, "Retry-After", wait);
		return true;
	default:
		return false;
	}
}

bool imagify_login(struct request *req, struct response *res)
{
	struct work *work = req->work;
	const char *username = said(req, "username");
	const char *password = said(req, "password");
	const char *secret;
	struct identity who;

	if (!csrf_check_page(req) ||
	    !login_by_password(&who, work, username ? username : "",
			       password ? password : ""))
		return refuse_login(req, res);
	if (!token_start_session(&secret, work, &who))
		return false;
	redirect(res, req,
		 next_of(req, pool_printf(work->pool, "%s/images/",
					  conf_base_path(work->conf))));
	response_cookie(res, work->pool, gate_cookie(req, secret));
	response_cookie(res, work->pool,
			csrf_cookie(req, token_csrf(work->pool, secret)));
	return true;
}

/* GET logs out too, because the old pages link to it. A link on another site
   comes without the cookie (SameSite=Strict). */
bool imagify_logout(struct request *req, struct response *res)
{
	struct pool *pool = req->work->pool;
	const char *next = next_of(req, NULL);
	bool was_in = gate_session(req);

	if (!was_in && req->work->err != ERR_UNAUTHENTICATED)
		return false;
	if (was_in &&
	    !token_drop(req->work, req->who->user.id, req->who->token.id))
		return false;
	if (next)
		redirect(res, req, next);
	else
		html_answer(res, req, 200, HTML_LOGGED_OUT, NULL, 0);
	if (was_in) {
		response_cookie(res, pool, gate_cookie(req, NULL));
		response_cookie(res, pool, csrf_cookie(req, NULL));
	}
	return true;
}
