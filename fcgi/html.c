/* html.c: fills templates of pages and answers with them. */
#include "config.h"

#include "fcgi/html.h"

#include <stdlib.h>
#include <string.h>

#include "fcgi/body.h"
#include "fcgi/documents.h"
#include "lib/base/buf.h"
#include "lib/base/crypt.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"

/* Texts of a request have at most BODY_MAX_JSON bytes; escaped ones have at
   most five times as many. */
enum { MAX_BYTES = 16 * BODY_MAX_JSON };

static const char *const templates[] = {
	[HTML_LOGGED_OUT] = logged_out_html,
	[HTML_LOGIN] = login_html,
};

static bool is_name(const char *name, const char *text, size_t len)
{
	return strlen(name) == len && !memcmp(name, text, len);
}

static const char *html_of(struct pool *pool, const char *name, size_t len,
			   const struct html_value *values, size_t count)
{
	if (is_name("style", name, len))
		return login_css;
	for (size_t i = 0; i < count; i++)
		if (is_name(values[i].name, name, len))
			return text_html(pool, values[i].text);
	abort();
}

static void add(struct buf *buf, const char *text, size_t len)
{
	if (!buf_add(buf, text, len))
		abort();
}

const char *html_fill(struct pool *pool, const char *template,
		      const struct html_value *values, size_t count)
{
	struct buf *filled = buf_new(pool, MAX_BYTES);
	const char *open, *name, *close, *html;

	for (; (open = strstr(template, "{{")); template = close + 2) {
		name = open + 2;
		close = strstr(name, "}}");
		if (!close)
			abort();
		html = html_of(pool, name, (size_t)(close - name), values,
			       count);
		add(filled, template, (size_t)(open - template));
		add(filled, html, strlen(html));
	}
	add(filled, template, strlen(template));
	return filled->data;
}

const char *html_text(struct pool *pool, enum html_page page,
		      const struct html_value *values, size_t count)
{
	return html_fill(pool, templates[page], values, count);
}

static const char *allowed(struct pool *pool)
{
	uint8_t hash[CRYPT_SHA256_SIZE];

	crypt_sha256(hash, login_css, sizeof(login_css) - 1);
	return pool_printf(pool,
			   "style-src 'sha256-%s'; form-action 'self'; "
			   "base-uri 'none'",
			   text_base64(pool, hash, sizeof(hash)));
}

void html_answer(struct response *res, struct request *req, int status,
		 enum html_page page, const struct html_value *values,
		 size_t count)
{
	struct pool *pool = req->work->pool;

	res->status = status;
	res->allowed = allowed(pool);
	response_header(res, pool, "Content-Type", "text/html; charset=utf-8");
	response_header(res, pool, "Cache-Control", "no-store");
	res->body = html_text(pool, page, values, count);
	res->body_len = strlen(res->body);
}
