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

enum { MAX_KEY = 256 };

/* A cursor is the id, and the key if the list has one. */
static bool read_cursor(struct page *page, struct request *req, int64_t limit,
			size_t max_key)
{
	const char *cursor = request_query(req, "cursor");
	struct pool *pool = req->work->pool;
	struct page read = { .limit = limit,
			     .row_limit = limit + 1,
			     .before_key = "",
			     .last_key = "" };
	const size_t size = sizeof(read.before);
	void *bytes;
	size_t len;

	if (cursor) {
		if (!text_unbase64url(pool, &bytes, &len, cursor) ||
		    len < size || len > size + max_key ||
		    !text_is_utf8((char *)bytes + size, len - size))
			return fail_field(req->work, "cursor",
					  "cursor: a cursor from the answer of "
					  "a list is expected, not \"%.40s\"",
					  cursor);
		memcpy(&read.before, bytes, size);
		read.before_key =
			pool_strndup(pool, (char *)bytes + size, len - size);
	}
	*page = read;
	return true;
}

bool page_read_cursor(struct page *page, struct request *req, int64_t limit)
{
	return read_cursor(page, req, limit, 0);
}

static bool read_limit(int64_t *limit, struct request *req)
{
	const char *text = request_query(req, "limit");

	*limit = PAGE_DEFAULT;
	return !text || text_int(limit, text, 1, PAGE_MAX) ||
	       fail_field(req->work, "limit",
			  "limit: a number from 1 to %d, not \"%.40s\"",
			  PAGE_MAX, text);
}

bool page_read(struct page *page, struct request *req)
{
	int64_t limit;

	return read_limit(&limit, req) && read_cursor(page, req, limit, 0);
}

bool page_read_keyed(struct page *page, struct request *req)
{
	int64_t limit;

	return read_limit(&limit, req) &&
	       read_cursor(page, req, limit, MAX_KEY);
}

bool page_cut(const struct page *page, size_t *count)
{
	if (*count <= (size_t)page->limit)
		return false;
	*count = (size_t)page->limit;
	return true;
}

static const char *cursor_of(struct pool *pool, const struct page *page)
{
	const size_t size = sizeof(page->last);
	const size_t len = page->last_key ? strlen(page->last_key) : 0;
	uint8_t *bytes = pool_alloc(pool, size + len);

	memcpy(bytes, &page->last, size);
	if (len)
		memcpy(bytes + size, page->last_key, len);
	return text_base64url(pool, bytes, size + len);
}

/* Repeats the known parameters only: old clients may send others. */
static const char *next_url(struct request *req, const struct page *page)
{
	struct pool *pool = req->work->pool;
	struct buf *url = buf_new(pool, MAX_URL);

	if (uuid_is_nil(page->last))
		return NULL;
	buf_printf(url, "%s%s?cursor=%s", req->work->conf->base_url,
		   req->uri.path, cursor_of(pool, page));
	if (text_has_word(req->route->query, "limit"))
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

static bool answer(struct response *res, struct request *req, const char *next,
		   struct json *json)
{
	struct pool *pool = req->work->pool;

	response_json(res, req, 200, json);
	if (next)
		response_header(res, pool, "Link",
				pool_printf(pool, "<%s>; rel=\"next\"", next));
	return true;
}

bool page_answer(struct response *res, struct request *req,
		 const struct page *page, struct json *items)
{
	struct json *json = json_object(req->work->pool);
	const char *next = next_url(req, page);

	json_set(json, "items", items);
	json_set_text(json, "next", next);
	return answer(res, req, next, json);
}

bool page_answer_array(struct response *res, struct request *req,
		       const struct page *page, struct json *items)
{
	return answer(res, req, next_url(req, page), items);
}
