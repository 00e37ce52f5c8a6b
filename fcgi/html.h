#ifndef FCGI_HTML_H
#define FCGI_HTML_H

#include "fcgi/response.h"

/*
 * Answers with an HTML page: a heading, then `content`, which is HTML. The
 * Content-Security-Policy allows only the page's own style (by its hash), no
 * scripts, no frames, and forms to this host only. Caches must not store the
 * page.
 */
void html_answer(struct response *res, struct request *req, int status,
		 const char *title, const char *content);

#endif
