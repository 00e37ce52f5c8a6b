/* jobs.c: the routes under /v1/jobs. */
#include "config.h"

#include "lib/model/job.h"

#include <string.h>

#include "fcgi/api/view.h"
#include "fcgi/deliver.h"
#include "fcgi/page.h"
#include "fcgi/response.h"
#include "fcgi/routes.h"
#include "lib/base/json.h"
#include "lib/base/pool.h"
#include "lib/service/access.h"
#include "lib/service/dispatch.h"
#include "lib/service/login.h"
#include "lib/service/render.h"
#include "lib/service/resize.h"

bool jobs_show(struct request *req, struct response *res)
{
	struct job job;

	if (!access_job(&job, req->work, req->who->user.id, req->param[0]))
		return false;
	response_json(res, req, 200, view_job(req, &job));
	return true;
}

bool jobs_result(struct request *req, struct response *res)
{
	struct work *work = req->work;
	struct resized made;
	struct job job;

	if (!access_job(&job, work, req->who->user.id, req->param[0]) ||
	    !resize_result(&made, work, &req->who->tier, &job))
		return false;
	if (!strcmp(made.variant.status, "ready"))
		return deliver(res, req, made.image.id, made.variant.variant,
			       made.variant.format, made.image.name, 0);
	response_json(res, req, 202, view_job(req, &job));
	response_header(res, work->pool, "Retry-After", "1");
	return true;
}

bool jobs_cancel(struct request *req, struct response *res)
{
	struct work *work = req->work;
	struct job job;

	if (!access_job(&job, work, req->who->user.id, req->param[0]) ||
	    !render_cancel(work, &job) || !job_find(&job, work, job.id))
		return false;
	response_json(res, req, 200, view_job(req, &job));
	return true;
}

bool jobs_list(struct request *req, struct response *res)
{
	struct json *items = json_array(req->work->pool);
	const char *state = request_query(req, "state");
	struct job_filter filter = { .user_id = req->who->user.id,
				     .state = state,
				     .but_kind = DISPATCH_KIND };
	struct page page;
	struct job *jobs;
	struct uuid last = { 0 };
	size_t count;

	if (!access_job_state(req->work, state) || !page_read(&page, req))
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
