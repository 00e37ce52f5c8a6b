#ifndef FCGI_HTML_H
#define FCGI_HTML_H

#include "fcgi/response.h"

/* The templates of fcgi/html/, one for each page. */
enum html_page { HTML_LOGGED_OUT, HTML_LOGIN };

/* What a page shows at {{name}}. */
struct html_value {
	const char *name, *text;
};

/*
 * Replaces each {{name}} of the template by the escaped text of the value with
 * that name. Texts are not searched for names. {{style}} stands for the file
 * fcgi/html/login.css. A name without a value and a {{ without a }} end the
 * process. html_text() fills the template of a page.
 */
const char *html_fill(struct pool *pool, const char *template,
		      const struct html_value *values, size_t count);
const char *html_text(struct pool *pool, enum html_page page,
		      const struct html_value *values, size_t count);

/* Answers with a page. Browsers may use only its own style (by its hash), and
   send forms to this host only. Caches must not store the page. */
void html_answer(struct response *res, struct request *req, int status,
		 enum html_page page, const struct html_value *values,
		 size_t count);

#endif
