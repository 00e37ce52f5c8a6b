/* audit.c: the route /v1/admin/audit. */
#include "config.h"

#include "lib/model/audit.h"

#include "fcgi/page.h"
#include "fcgi/response.h"
#include "fcgi/routes.h"
#include "lib/base/clock.h"
#include "lib/base/json.h"
#include "lib/base/pool.h"

static struct json *view(struct pool *pool, const struct audit *audit)
{
	struct json *json = json_object(pool);

	json_set_text(json, "id", UUID_TEXT(audit->id));
	json_set_text(json, "at", clock_text(pool, audit->at));
	json_set_text(json, "actor", audit->actor);
	json_set_text(json, "action", audit->action);
	json_set_text(json, "subject", audit->subject);
	json_set_text(json, "detail", audit->detail);
	json_set_text(json, "address", audit->address);
	return json;
}

static bool read_time(int64_t *time_us, struct request *req, const char *name)
{
	const char *text = request_query(req, name);

	return !text || clock_parse(time_us, text) ||
	       fail_field(req->work, name,
			  "%s: a time such as 2026-11-20T21:45:20Z, not "
			  "\"%.40s\"",
			  name, text);
}

bool admin_audit_list(struct request *req, struct response *res)
{
	struct pool *pool = req->work->pool;
	struct json *items = json_array(pool);
	struct audit_filter filter = {
		.actor = request_query(req, "actor"),
		.action = request_query(req, "action"),
		.subject = request_query(req, "subject"),
	};
	struct page page;
	struct audit *audits;
	size_t count;

	if (!page_read(&page, req) || !read_time(&filter.since, req, "since") ||
	    !read_time(&filter.until, req, "until"))
		return false;
	filter.before = page.before;
	filter.limit = page.row_limit;
	if (!audit_list(&audits, &count, req->work, &filter))
		return false;
	if (page_cut(&page, &count))
		page.last = audits[count - 1].id;
	for (size_t i = 0; i < count; i++)
		json_push(items, view(pool, &audits[i]));
	return page_answer(res, req, &page, items);
}
