/* page.c: splits long lists into pages. */
#include "config.h"

#include "fcgi/page.h"

#include <string.h>

#include "fcgi/router.h"
#include "lib/base/buf.h"
#include "lib/base/conf.h"
#include "lib/base/json.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"

enum { PAGE_DEFAULT = 20, PAGE_MAX = 100, MAX_URL = 16384 };

bool page_cursor(struct uuid *before, struct request *req)
{
	const char *cursor = request_query(req, "cursor");
	void *bytes;
	size_t len;

	*before = (struct uuid){ 0 };
	if (!cursor)
		return true;
	if (!text_unbase64url(req->work->pool, &bytes, &len, cursor) ||
	    len != sizeof(*before))
		return fail_field(req->work, "cursor",
				  "cursor: a cursor from the answer of a "
				  "list is expected, not \"%.40s\"",
				  cursor);
	memcpy(before, bytes, len);
	return true;
}

bool page_read(struct page *page, struct request *req)
{
	const char *limit = request_query(req, "limit");
	struct page got = { .limit = PAGE_DEFAULT };

	if (limit && !text_int(&got.limit, limit, 1, PAGE_MAX))
		return fail_field(req->work, "limit",
				  "limit: a number from 1 to %d, not \"%.40s\"",
				  PAGE_MAX, limit);
	if (!page_cursor(&got.before, req))
		return false;
	*page = got;
	return true;
}

/* Repeats the known parameters only: old clients may send others. */
static const char *next_url(struct request *req, const struct page *page,
			    struct uuid last)
{
	struct pool *pool = req->work->pool;
	struct buf *url = buf_new(pool, MAX_URL);

	buf_printf(url, "%s%s?cursor=%s", req->work->conf->base_url,
		   req->uri.path, text_base64url(pool, &last, sizeof(last)));
	if (page)
		buf_printf(url, "&limit=%lld", (long long)page->limit);
	for (size_t i = 0; i < req->uri.query_count; i++) {
		const struct uri_pair *pair = &req->uri.query[i];

		if (strcmp(pair->name, "limit") &&
		    strcmp(pair->name, "cursor") &&
		    text_has_word(req->route->query, pair->name))
			buf_printf(url, "&%s=%s", pair->name,
				   text_percent(pool, pair->value));
	}
	return url->data;
}

static void add_link(struct response *res, struct pool *pool, const char *next)
{
	response_header(res, pool, "Link",
			pool_printf(pool, "<%s>; rel=\"next\"", next));
}

void page_link(struct response *res, struct request *req, struct uuid last)
{
	if (!uuid_is_nil(last))
		add_link(res, req->work->pool, next_url(req, NULL, last));
}

void page_answer(struct response *res, struct request *req,
		 const struct page *page, struct json *items, struct uuid last)
{
	struct pool *pool = req->work->pool;
	struct json *json = json_object(pool);
	const char *next = uuid_is_nil(last) ? NULL : next_url(req, page, last);

	json_set(json, "items", items);
	json_set_text(json, "next", next);
	response_json(res, req, 200, json);
	if (next)
		add_link(res, pool, next);
}
