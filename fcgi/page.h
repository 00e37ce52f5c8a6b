#ifndef FCGI_PAGE_H
#define FCGI_PAGE_H

#include "fcgi/response.h"
#include "lib/base/uuid.h"

/* Pages of a list, newest first: ?limit= (1 to 100, default 20) and ?cursor=,
   which is opaque to clients: the last id of the page before. */
struct page {
	int64_t limit;
	struct uuid before; /* nil: from the newest */
};

bool page_read(struct page *page, struct request *req) MUST_CHECK;

/* Of lists that know no limit: only the cursor (nil when there is none), and
   only the header Link. */
bool page_cursor(struct uuid *before, struct request *req) MUST_CHECK;
void page_link(struct response *res, struct request *req, struct uuid last);

/* Answers {"items":[...],"next":URL or null} and Link: rel="next" (RFC 8288).
   `last` is the id of the last item, nil when there are no more. */
void page_answer(struct response *res, struct request *req,
		 const struct page *page, struct json *items, struct uuid last);

#endif
