#ifndef FCGI_PAGE_H
#define FCGI_PAGE_H

#include "fcgi/response.h"
#include "lib/base/uuid.h"

/* One page of a list, newest first: ?limit= (1 to 100, default 20) and
   ?cursor=, which is opaque to clients: it is the last id of the previous
   page. */
struct page {
	int64_t limit;
	int64_t row_limit;  /* rows to read: one more shows that a page follows
			     */
	struct uuid before; /* nil: start at the newest */
	struct uuid last; /* id of the last item; nil: this is the last page */
	/* For lists that are not sorted by the id; else "". */
	const char *before_key, *last_key;
};

bool page_read(struct page *page, struct request *req) MUST_CHECK;

/* For lists in another order: the cursor also has the key of the last item. */
bool page_read_keyed(struct page *page, struct request *req) MUST_CHECK;

/* For lists without ?limit=: reads only the cursor. */
bool page_read_cursor(struct page *page, struct request *req,
		      int64_t limit) MUST_CHECK;

/* Takes the row that is beyond the limit off the `count` rows that were read.
   False: there is none. If true, the caller sets page->last. */
bool page_cut(const struct page *page, size_t *count);

/* Answers {"items":[...],"next":URL or null} and Link: rel="next" (RFC 8288).
   Always returns true. */
bool page_answer(struct response *res, struct request *req,
		 const struct page *page, struct json *items);

/* As page_answer(), but the body is only the array. */
bool page_answer_array(struct response *res, struct request *req,
		       const struct page *page, struct json *items);

#endif
