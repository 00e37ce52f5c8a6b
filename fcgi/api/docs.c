/* docs.c: serves the documentation of the API. */
#include "config.h"

#include <string.h>

#include "fcgi/api/documents.h"
#include "fcgi/html.h"
#include "fcgi/response.h"
#include "fcgi/routes.h"
#include "lib/base/pool.h"

static bool answer_text(struct response *res, struct request *req,
			const char *media_type, const char *text, size_t len)
{
	struct pool *pool = req->work->pool;

	res->status = 200;
	res->allowed = "style-src 'self'";
	response_header(res, pool, "Content-Type", media_type);
	response_header(res, pool, "Cache-Control", "public, max-age=300");
	res->body = text;
	res->body_len = len;
	return true;
}

bool docs_openapi(struct request *req, struct response *res)
{
	return answer_text(res, req, "application/json", openapi_json,
			   sizeof(openapi_json) - 1);
}

bool docs_page(struct request *req, struct response *res)
{
	return answer_text(res, req, "text/html; charset=utf-8", index_html,
			   sizeof(index_html) - 1);
}

bool docs_style(struct request *req, struct response *res)
{
	return answer_text(res, req, "text/css; charset=utf-8", style_css,
			   sizeof(style_css) - 1);
}

/* Tells the client what to do after an answer with this status. */
static const char *advice(int status)
{
	switch (status) {
	case 401:
		return "Send a valid token, or the name and the password, or "
		       "log in again.";
	case 409:
		return "Read the current state of the resource; the request "
		       "may succeed later.";
	case 429:
	case 503:
	case 507:
		return "Send the same request again after the number of "
		       "seconds in Retry-After.";
	case 500:
		return "The service has an internal error. Its log has the "
		       "cause under the request_id of the request.";
	default:
		return "The same request would fail again. The detail says "
		       "what was expected and what came; errors lists the "
		       "invalid fields.";
	}
}

bool docs_problem(struct request *req, struct response *res)
{
	struct pool *pool = req->work->pool;
	const char *code = req->param[0];
	enum err err = err_by_code(code);
	int status = err_http_status(err);
	const struct html_value values[] = {
		{ "advice", advice(status) },
		{ "code", code },
		{ "status", pool_printf(pool, "%d", status) },
		{ "title", err_title(err) },
	};
	const char *page;

	if (strcmp(err_code(err), code))
		return fail(req->work, ERR_NOT_FOUND,
			    "no error has the code %.64s", code);
	page = html_text(pool, HTML_PROBLEM, values, ARRAY_LEN(values));
	return answer_text(res, req, "text/html; charset=utf-8", page,
			   strlen(page));
}
