/* html.c: answers with small pages. */
#include "config.h"

#include "fcgi/html.h"

#include <string.h>

#include "lib/base/crypt.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"

static const char style[] =
	":root { color-scheme: light dark; }\n"
	"body { display: grid; min-height: 100vh; margin: 0;"
	" place-items: center; font: 16px/1.5 system-ui, sans-serif; }\n"
	"main { box-sizing: border-box; width: min(24rem, 100% - 2rem);"
	" padding: 2rem; border: 1px solid #8885; border-radius: .75rem; }\n"
	"h1 { margin: 0 0 1rem; font-size: 1.4rem; }\n"
	"label { display: block; margin-top: 1rem; font-weight: 600; }\n"
	"input, button { box-sizing: border-box; width: 100%; padding: .6rem;"
	" font: inherit; border: 1px solid #888a; border-radius: .4rem; }\n"
	"button { margin-top: 1.5rem; border: 0; font-weight: 600;"
	" color: #fff; background: #1d5fbf; cursor: pointer; }\n"
	":focus-visible { outline: 3px solid #6ea3f0; outline-offset: 1px; }\n"
	"[role=alert] { margin: 0; padding: .6rem .8rem; border-radius: .4rem;"
	" color: #7a1216; background: #fbe3e4; }\n";

static const char frame[] =
	"<!DOCTYPE html>\n"
	"<html lang=\"en\">\n"
	"<head>\n"
	"<meta charset=\"utf-8\">\n"
	"<meta name=\"viewport\" content=\"width=device-width, "
	"initial-scale=1\">\n"
	"<title>%s</title>\n"
	"<style>%s</style>\n"
	"</head>\n"
	"<body>\n"
	"<main>\n"
	"<h1>%s</h1>\n"
	"%s"
	"</main>\n"
	"</body>\n"
	"</html>\n";

static const char *policy(struct pool *pool)
{
	uint8_t hash[CRYPT_SHA256_SIZE];

	crypt_sha256(hash, style, sizeof(style) - 1);
	return pool_printf(pool,
			   "default-src 'none'; style-src 'sha256-%s'; "
			   "form-action 'self'; base-uri 'none'; "
			   "frame-ancestors 'none'",
			   text_base64(pool, hash, sizeof(hash)));
}

/* With Referrer-Policy: no-referrer, browsers would send `Origin: null` for a
   form. */
void html_answer(struct response *res, struct request *req, int status,
		 const char *title, const char *content)
{
	struct pool *pool = req->work->pool;

	res->status = status;
	response_header(res, pool, "Content-Type", "text/html; charset=utf-8");
	response_header(res, pool, "Cache-Control", "no-store");
	response_header(res, pool, "X-Content-Type-Options", "nosniff");
	response_header(res, pool, "Referrer-Policy", "same-origin");
	response_header(res, pool, "Content-Security-Policy", policy(pool));
	res->body = pool_printf(pool, frame, title, style, title, content);
	res->body_len = strlen(res->body);
}
