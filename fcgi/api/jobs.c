/* jobs.c: the routes under /v1/jobs. */
#include "config.h"

#include "lib/model/job.h"

#include "fcgi/api/view.h"
#include "fcgi/page.h"
#include "fcgi/response.h"
#include "fcgi/routes.h"
#include "lib/base/json.h"
#include "lib/base/pool.h"
#include "lib/model/tier.h"
#include "lib/service/access.h"
#include "lib/service/login.h"

bool jobs_show(struct request *req, struct response *res)
{
	struct uuid id;
	struct job job;

	if (!access_id(&id, req->work, "job", req->param[0]) ||
	    !job_find(&job, req->work, id))
		return false;
	if (!uuid_equal(job.user_id, req->who->user.id))
		return fail(req->work, ERR_NOT_FOUND, "no job %s",
			    UUID_TEXT(id));
	response_json(res, req, 200, view_job(req, &job));
	return true;
}

bool jobs_list(struct request *req, struct response *res)
{
	struct json *items = json_array(req->work->pool);
	const char *state = request_query(req, "state");
	struct job_filter filter = { .user_id = req->who->user.id,
				     .state = state };
	struct page page;
	struct job *jobs;
	struct uuid last = { 0 };
	size_t count;

	if (state &&
	    !tier_has_word("queued running done failed cancelled", state))
		return fail_field(req->work, "state",
				  "state: queued, running, done, failed or "
				  "cancelled, not \"%.40s\"",
				  state);
	if (!page_read(&page, req))
		return false;
	filter.before = page.before;
	filter.limit = page.limit + 1;
	if (!job_list(&jobs, &count, req->work, &filter))
		return false;
	if (count > (size_t)page.limit)
		last = jobs[--count - 1].id;
	for (size_t i = 0; i < count; i++)
		json_push(items, view_job(req, &jobs[i]));
	page_answer(res, req, &page, items, last);
	return true;
}
