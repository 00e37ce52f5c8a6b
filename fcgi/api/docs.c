/* docs.c: serves the documentation of the API, and the two files that browsers
   and crawlers request of every site. */
#include "config.h"

#include <string.h>

#include "fcgi/api/documents.h"
#include "fcgi/html.h"
#include "fcgi/response.h"
#include "fcgi/routes.h"
#include "lib/base/buf.h"
#include "lib/base/conf.h"
#include "lib/base/pool.h"

enum { MAX_DOCUMENT = 2 << 20 };

static bool answer_text(struct response *res, struct request *req,
			const char *media_type, const char *text, size_t len)
{
	struct pool *pool = req->work->pool;

	res->status = 200;
	res->allowed = "style-src 'self'; img-src 'self'";
	response_header(res, pool, "Content-Type", media_type);
	response_header(res, pool, "Cache-Control", "public, max-age=300");
	res->body = text;
	res->body_len = len;
	return true;
}

/* Returns the document with `text` behind each `mark`. */
static const char *insert(struct pool *pool, const char *document,
			  const char *mark, const char *text)
{
	struct buf *made = buf_new(pool, MAX_DOCUMENT);
	const char *at;

	for (; (at = strstr(document, mark)); document = at) {
		at += strlen(mark);
		buf_printf(made, "%.*s%s", (int)(at - document), document,
			   text);
	}
	buf_printf(made, "%s", document);
	return made->data;
}

/* In the built documents, the URLs of this service begin with a slash. */
static bool answer_document(struct request *req, struct response *res,
			    const char *media_type, const char *document,
			    const char *mark, const char *slash)
{
	struct pool *pool = req->work->pool;
	const char *path = conf_base_path(req->work->conf);

	if (*path)
		document = insert(pool, document, mark,
				  pool_printf(pool, "%s%s", path + 1, slash));
	return answer_text(res, req, media_type, document, strlen(document));
}

bool docs_openapi(struct request *req, struct response *res)
{
	return answer_document(req, res, "application/json", openapi_json,
			       "\"url\": \"/", "");
}

bool docs_page(struct request *req, struct response *res)
{
	return answer_document(req, res, "text/html; charset=utf-8", index_html,
			       "href=\"/", "/");
}

/* The links of pages that people write often lack the slash. */
bool docs_redirect(struct request *req, struct response *res)
{
	struct pool *pool = req->work->pool;

	response_header(
		res, pool, "Location",
		pool_printf(pool, "%s/docs/", conf_base_path(req->work->conf)));
	return response_empty(res, 301);
}

bool docs_style(struct request *req, struct response *res)
{
	return answer_text(res, req, "text/css; charset=utf-8", style_css,
			   sizeof(style_css) - 1);
}

/* An icon of 16 x 16 pixels in two colours: a mountain and the sun. */
/* clang-format off */
static const unsigned char icon[] = {
	0x00, 0x00, 0x01, 0x00, 0x01, 0x00, 0x10, 0x10, 0x02, 0x00, 0x01, 0x00, 0x01, 0x00, 0xb0, 0x00,
	0x00, 0x00, 0x16, 0x00, 0x00, 0x00, 0x28, 0x00, 0x00, 0x00, 0x10, 0x00, 0x00, 0x00, 0x20, 0x00,
	0x00, 0x00, 0x01, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x80, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0xff, 0xff,
	0xff, 0x00, 0x8a, 0x4b, 0x1f, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0x00, 0x00, 0xff, 0xff,
	0x00, 0x00, 0xff, 0xff, 0x00, 0x00, 0xff, 0xff, 0x00, 0x00, 0xff, 0xbd, 0x00, 0x00, 0xff, 0x39,
	0x00, 0x00, 0xbe, 0x11, 0x00, 0x00, 0x9c, 0x01, 0x00, 0x00, 0x88, 0x19, 0x00, 0x00, 0x80, 0x3d,
	0x00, 0x00, 0x80, 0x3d, 0x00, 0x00, 0x80, 0x19, 0x00, 0x00, 0x80, 0x01, 0x00, 0x00, 0xff, 0xff,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x42, 0x00, 0x00, 0x00, 0xc6,
	0x00, 0x00, 0x41, 0xee, 0x00, 0x00, 0x63, 0xfe, 0x00, 0x00, 0x77, 0xe6, 0x00, 0x00, 0x7f, 0xc2,
	0x00, 0x00, 0x7f, 0xc2, 0x00, 0x00, 0x7f, 0xe6, 0x00, 0x00, 0x7f, 0xfe, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0xff, 0xff, 0x00, 0x00,
};
/* clang-format on */

bool docs_icon(struct request *req, struct response *res)
{
	return answer_text(res, req, "image/x-icon", (const char *)icon,
			   sizeof(icon));
}

/* Signed URLs end, so an index of them would soon be wrong. */
bool docs_robots(struct request *req, struct response *res)
{
	const bool index = req->work->conf->public_robots == ROBOTS_INDEX;
	const char *path = conf_base_path(req->work->conf);
	const char *text =
		pool_printf(req->work->pool,
			    "User-agent: *\n"
			    "Allow: %s/docs/\n"
			    "Allow: %s/problems/\n"
			    "%s%s%s"
			    "Disallow: %s/\n",
			    path, path, index ? "Allow: " : "",
			    index ? path : "", index ? "/p/\n" : "", path);

	return answer_text(res, req, "text/plain; charset=utf-8", text,
			   strlen(text));
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
