#ifndef FCGI_HTML_H
#define FCGI_HTML_H

#include "fcgi/response.h"

/*
 * Answers with a page for people: a heading and, below it, `content`, which is
 * HTML. The page's own style is all that it may use, by its hash in the
 * Content-Security-Policy: no scripts, no frames, forms to this host only. It
 * is not to be kept by caches.
 */
void html_answer(struct response *res, struct request *req, int status,
		 const char *title, const char *content);

#endif
