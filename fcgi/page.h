#ifndef FCGI_PAGE_H
#define FCGI_PAGE_H

#include "fcgi/response.h"
#include "lib/base/uuid.h"

/* One page of a list, newest first: ?limit= (1 to 100, default 20) and
   ?cursor=, which is opaque to clients: it is the last id of the previous
   page. */
struct page {
	int64_t limit;
	struct uuid before; /* nil: start at the newest */
};

bool page_read(struct page *page, struct request *req) MUST_CHECK;

/* For lists without ?limit=: reads only the cursor (nil if there is none) and
   sets only the header Link. */
bool page_cursor(struct uuid *before, struct request *req) MUST_CHECK;
void page_link(struct response *res, struct request *req, struct uuid last);

/* Answers {"items":[...],"next":URL or null} and Link: rel="next" (RFC 8288).
   `last` is the id of the last item; nil if this is the last page. */
void page_answer(struct response *res, struct request *req,
		 const struct page *page, struct json *items, struct uuid last);

#endif
