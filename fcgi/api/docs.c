/* docs.c: what the API says of itself, for programs and for people. */
#include "config.h"

#include <string.h>

#include "fcgi/api/documents.h"
#include "fcgi/response.h"
#include "fcgi/routes.h"
#include "lib/base/pool.h"

static void answer_text(struct response *res, struct request *req,
			const char *media_type, const char *text, size_t len)
{
	struct pool *pool = req->work->pool;

	res->status = 200;
	response_header(res, pool, "Content-Type", media_type);
	response_header(res, pool, "Cache-Control", "public, max-age=300");
	response_header(res, pool, "X-Content-Type-Options", "nosniff");
	response_header(res, pool, "Content-Security-Policy",
			"default-src 'none'; style-src 'self'; "
			"frame-ancestors 'none'");
	res->body = text;
	res->body_len = len;
}

bool docs_openapi(struct request *req, struct response *res)
{
	answer_text(res, req, "application/json", openapi_json,
		    sizeof(openapi_json) - 1);
	return true;
}

bool docs_page(struct request *req, struct response *res)
{
	answer_text(res, req, "text/html; charset=utf-8", index_html,
		    sizeof(index_html) - 1);
	return true;
}

bool docs_style(struct request *req, struct response *res)
{
	answer_text(res, req, "text/css; charset=utf-8", style_css,
		    sizeof(style_css) - 1);
	return true;
}

/* What a client can do about an answer with this status. */
static const char *advice(int status)
{
	switch (status) {
	case 401:
		return "Send a valid token, or the name and the password, or "
		       "log in again.";
	case 409:
		return "Look at how things stand; the request may do later.";
	case 429:
	case 503:
	case 507:
		return "Send the same request again after the seconds that "
		       "<code>Retry-After</code> tells.";
	case 500:
		return "This is a fault of the service. Its log has the reason "
		       "under the request's <code>request_id</code>.";
	default:
		return "The same request would fail again. "
		       "<code>detail</code> tells what was expected and what "
		       "came, and <code>errors</code> which fields were wrong.";
	}
}

/* The texts are of the table of errors: nothing in them needs an escape. */
static const char problem_page[] =
	"<!DOCTYPE html>\n"
	"<html lang=\"en\">\n"
	"<head>\n"
	"<meta charset=\"utf-8\">\n"
	"<meta name=\"viewport\" content=\"width=device-width, "
	"initial-scale=1\">\n"
	"<title>%s</title>\n"
	"<link rel=\"stylesheet\" href=\"/docs/style.css\">\n"
	"</head>\n"
	"<body>\n"
	"<main>\n"
	"<h1><code>%s</code></h1>\n"
	"<p><strong>%s.</strong> The HTTP status is %d.</p>\n"
	"<p>%s</p>\n"
	"<p><a href=\"/docs/#problems\">All errors</a></p>\n"
	"</main>\n"
	"</body>\n"
	"</html>\n";

bool docs_problem(struct request *req, struct response *res)
{
	const char *code = req->param[0];
	enum err err = err_by_code(code);
	const char *page;

	if (strcmp(err_code(err), code))
		return fail(req->work, ERR_NOT_FOUND, "no error code %.64s",
			    code);
	page = pool_printf(req->work->pool, problem_page, code, code,
			   err_title(err), err_http_status(err),
			   advice(err_http_status(err)));
	answer_text(res, req, "text/html; charset=utf-8", page, strlen(page));
	return true;
}
