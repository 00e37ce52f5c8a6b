/* docs.c: serves the documentation of the API, and the two files that browsers
   and crawlers request of every site. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "fcgi/api/documents.h"
#include "fcgi/html.h"
#include "fcgi/response.h"
#include "fcgi/routes.h"
#include "lib/base/buf.h"
#include "lib/base/conf.h"
#include "lib/base/pool.h"

enum { MAX_DOCUMENT = 2 << 20 };

/* Pages load their own files, and show pictures that the API returns. */
static const char page_policy[] = "style-src 'self'; script-src 'self'; "
				  "connect-src 'self'; img-src 'self' blob:; "
				  "form-action 'none'; base-uri 'none'";

static bool answer_text(struct response *res, struct request *req,
			const char *allowed, const char *media_type,
			const char *text, size_t len)
{
	struct pool *pool = req->work->pool;

	res->status = 200;
	res->allowed = allowed;
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

/* In the built documents, the URLs of this service begin with a slash after
   `mark`. */
static const char *with_base_path(struct request *req, const char *document,
				  const char *mark, const char *slash)
{
	struct pool *pool = req->work->pool;
	const char *path = conf_base_path(req->work->conf);

	if (!*path)
		return document;
	return insert(pool, document, mark,
		      pool_printf(pool, "%s%s", path + 1, slash));
}

bool docs_openapi(struct request *req, struct response *res)
{
	const char *text =
		with_base_path(req, openapi_json, "\"url\": \"/", "");

	return answer_text(res, req, NULL, "application/json", text,
			   strlen(text));
}

static bool answer_page(struct request *req, struct response *res,
			const char *page)
{
	page = with_base_path(req, page, "href=\"/", "/");
	page = with_base_path(req, page, "src=\"/", "/");
	return answer_text(res, req, page_policy, "text/html; charset=utf-8",
			   page, strlen(page));
}

bool docs_page(struct request *req, struct response *res)
{
	return answer_page(req, res, index_html);
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

#define STYLE  "text/css; charset=utf-8"
#define SCRIPT "text/javascript; charset=utf-8"

/* What the pages load, by its name below /docs/. The pages do not depend on the
   files that a web server has. style.css and dom.js are those of www. */
/* clang-format off */
static const struct {
	const char *name, *media_type, *text;
} files[] = {
	{ "answer.js",    SCRIPT, answer_js },
	{ "dialog.js",    SCRIPT, dialog_js },
	{ "docs.css",     STYLE,  docs_css },
	{ "docs.js",      SCRIPT, docs_js },
	{ "dom.js",       SCRIPT, dom_js },
	{ "fields.js",    SCRIPT, fields_js },
	{ "languages.js", SCRIPT, languages_js },
	{ "search.js",    SCRIPT, search_js },
	{ "session.js",   SCRIPT, session_js },
	{ "style.css",    STYLE,  style_css },
	{ "try.js",       SCRIPT, try_js },
};
/* clang-format on */

bool docs_file(struct request *req, struct response *res)
{
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		if (!strcmp(files[i].name, req->param[0]))
			return answer_text(res, req, NULL, files[i].media_type,
					   files[i].text,
					   strlen(files[i].text));
	return fail(req->work, ERR_NOT_FOUND,
		    "the documentation has no file %.64s", req->param[0]);
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
	return answer_text(res, req, NULL, "image/x-icon", (const char *)icon,
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

	return answer_text(res, req, NULL, "text/plain; charset=utf-8", text,
			   strlen(text));
}

/* Returns the page about an error code; a lint checks that each has one. In
   problems.html, a comment with the code precedes it. */
static const char *find_problem(struct pool *pool, const char *code)
{
	const char *mark = pool_printf(pool, "<!-- %s -->\n", code);
	const char *page = strstr(problems_html, mark);
	const char *end;

	if (!page)
		abort();
	page += strlen(mark);
	end = strstr(page, "<!-- ");
	return end ? pool_printf(pool, "%.*s", (int)(end - page), page) : page;
}

bool docs_problem(struct request *req, struct response *res)
{
	struct pool *pool = req->work->pool;
	const char *code = req->param[0];
	enum err err = err_by_code(code);
	const struct html_value values[] = {
		{ "status", pool_printf(pool, "%d", err_http_status(err)) },
		{ "title", err_title(err) },
	};
	const char *page;

	if (strcmp(err_code(err), code))
		return fail(req->work, ERR_NOT_FOUND,
			    "no error has the code %.64s", code);
	page = html_fill(pool, find_problem(pool, code), values,
			 ARRAY_LEN(values));
	return answer_page(req, res, page);
}
