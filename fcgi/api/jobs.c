/* jobs.c: the routes under /v1/jobs and /v1/admin/jobs. */
#include "config.h"

#include "lib/model/job.h"

#include "fcgi/api/admin.h"
#include "fcgi/deliver.h"
#include "fcgi/page.h"
#include "fcgi/response.h"
#include "fcgi/routes.h"
#include "lib/base/json.h"
#include "lib/base/pool.h"
#include "lib/service/access.h"
#include "lib/service/admin.h"
#include "lib/service/json_view.h"
#include "lib/service/login.h"
#include "lib/service/render_job.h"
#include "lib/service/resize.h"

bool jobs_show(struct request *req, struct response *res)
{
	struct job job;

	return access_job(&job, req->work, req->who->user.id, req->param[0]) &&
	       response_json(res, req, 200, json_view_job(req->work, &job));
}

bool jobs_result(struct request *req, struct response *res)
{
	struct work *work = req->work;
	struct resized made;
	struct job job;

	if (!access_job(&job, work, req->who->user.id, req->param[0]) ||
	    !resize_result(&made, work, &req->who->tier, &job))
		return false;
	if (made.variant.status == VARIANT_READY)
		return deliver(res, req, made.image.id, made.variant.variant,
			       made.variant.format, made.image.name, 0);
	response_json(res, req, 202, json_view_job(req->work, &job));
	response_header(res, work->pool, "Retry-After", "1");
	return true;
}

bool jobs_cancel(struct request *req, struct response *res)
{
	struct work *work = req->work;
	struct job job;

	return access_job(&job, work, req->who->user.id, req->param[0]) &&
	       render_job_cancel(work, &job) && job_find(&job, work, job.id) &&
	       response_json(res, req, 200, json_view_job(req->work, &job));
}

/* Answers a page of the jobs that match the filter and ?state=. */
static bool answer_list(struct response *res, struct request *req,
			struct job_filter filter,
			struct json *(*view)(struct work *work,
					     const struct job *job))
{
	struct json *items = json_array(req->work->pool);
	struct page page;
	struct job *jobs;
	size_t count;

	if (!job_state_read(&filter.state, req->work, "state",
			    request_query(req, "state")) ||
	    !page_read(&page, req))
		return false;
	filter.before = page.before;
	filter.limit = page.row_limit;
	if (!job_list(&jobs, &count, req->work, &filter))
		return false;
	if (page_cut(&page, &count))
		page.last = jobs[count - 1].id;
	for (size_t i = 0; i < count; i++)
		json_push(items, view(req->work, &jobs[i]));
	return page_answer(res, req, &page, items);
}

bool jobs_list(struct request *req, struct response *res)
{
	const struct job_filter filter = { .user_id = req->who->user.id,
					   .but_kind = JOB_WEBHOOK };

	return answer_list(res, req, filter, json_view_job);
}

/* Adds the fields that only administrators see. */
static struct json *admin_job_json(struct work *work, const struct job *job)
{
	struct json *json = json_view_job(work, job);

	json_set_text(json, "user", UUID_TEXT(job->user_id));
	json_set_text(json, "worker", job->worker);
	return json;
}

bool admin_jobs_list(struct request *req, struct response *res)
{
	const char *text = request_query(req, "priority");
	struct job_filter filter = { .kind = request_query(req, "kind") };
	int64_t priority;

	if (text) {
		if (!job_priority_read(&priority, req->work, text))
			return false;
		filter.priority = &priority;
	}
	return access_user(&filter.user_id, req->work,
			   request_query(req, "user")) &&
	       answer_list(res, req, filter, admin_job_json);
}

static bool find_any(struct job *job, struct request *req)
{
	struct uuid id;

	return access_id(&id, req->work, "job", req->param[0]) &&
	       job_find(job, req->work, id);
}

static bool answer_changed(struct response *res, struct request *req,
			   struct job *job)
{
	return job_find(job, req->work, job->id) &&
	       response_json(res, req, 200, admin_job_json(req->work, job));
}

bool admin_jobs_retry(struct request *req, struct response *res)
{
	const struct actor actor = admin_actor(req);
	struct job job;

	return find_any(&job, req) &&
	       admin_retry_job(req->work, &actor, &job) &&
	       answer_changed(res, req, &job);
}

bool admin_jobs_cancel(struct request *req, struct response *res)
{
	const struct actor actor = admin_actor(req);
	struct job job;

	return find_any(&job, req) &&
	       admin_cancel_job(req->work, &actor, &job) &&
	       answer_changed(res, req, &job);
}

bool admin_jobs_change(struct request *req, struct response *res)
{
	static const char *const known[] = { "priority", NULL };
	const struct actor actor = admin_actor(req);
	struct work *work = req->work;
	const char *text;
	int64_t priority;
	struct job job;

	return find_any(&job, req) && json_only(req->body.json, work, known) &&
	       json_get_text(&text, work, req->body.json, "priority", 1, 16) &&
	       job_priority_read(&priority, work, text) &&
	       admin_set_job_priority(work, &actor, &job, priority) &&
	       answer_changed(res, req, &job);
}
