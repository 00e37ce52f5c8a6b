/* resize_tasks.c: a dialect. Pictures of any size, fetched by task id. */
#include "config.h"

#include <string.h>

#include "fcgi/deliver.h"
#include "fcgi/response.h"
#include "fcgi/routes.h"
#include "fcgi/upload.h"
#include "lib/base/json.h"
#include "lib/base/text.h"
#include "lib/service/access.h"
#include "lib/service/login.h"
#include "lib/service/resize.h"
#include "lib/service/upload.h"

enum { MAX_SIDE = 9999 };

/* Clients compare these texts. */
static const char *text_of(struct request *req)
{
	const struct work *work = req->work;

	switch (work->err) {
	case ERR_UNKNOWN_FIELD:
	case ERR_UNSUPPORTED_MEDIA_TYPE:
		return "No file given";
	case ERR_UNSUPPORTED_FORMAT:
		return "Invalid extension";
	case ERR_INVALID_FIELD:
		if (!strcmp(work->field, "file"))
			return "No file given";
		return response_detail(req);
	default:
		return response_detail(req);
	}
}

/* The old service answered 422 for every missing or invalid file. */
static int problem_status(const struct request *req)
{
	switch (req->work->err) {
	case ERR_UNKNOWN_FIELD:
	case ERR_UNSUPPORTED_MEDIA_TYPE:
	case ERR_UNSUPPORTED_FORMAT:
		return err_http_status(ERR_INVALID_FIELD);
	default:
		return err_http_status(req->work->err);
	}
}

void resize_tasks_problem(struct response *res, struct request *req)
{
	struct json *json = json_object(req->work->pool);

	json_set_text(json, "result", "error");
	json_set_text(json, "message", text_of(req));
	response_json(res, req, problem_status(req), json);
}

static bool read_side(int64_t *side, struct request *req, const char *name)
{
	const char *text = upload_body_field(&req->body, name);

	if (!text)
		text = request_query(req, name);
	return (text && text_int(side, text, 1, MAX_SIDE)) ||
	       fail_field(req->work, name, "Invalid size");
}

/* Always leaves the work to a worker: clients learn from the task's status that
   a file is damaged. */
bool resize_tasks_create(struct request *req, struct response *res)
{
	struct work *work = req->work;
	struct json *json = json_object(work->pool);
	struct resize resize = {
		.user = &req->who->user,
		.tier = &req->who->tier,
		.fit = "exact",
		.same_format = true,
		.later = true,
	};
	struct job job;

	if (!read_side(&resize.height, req, "height") ||
	    !read_side(&resize.width, req, "width"))
		return false;
	resize.file = req->body.file;
	resize.name = upload_name(work->pool, req->body.filename);
	if (!resize_take(&job, work, &resize))
		return false;
	json_set_text(json, "message", "Upload complete");
	json_set_text(json, "status", "accepted");
	json_set_text(json, "task_id", UUID_TEXT(job.id));
	return response_json(res, req, 202, json);
}

static const char *status_of(const struct job *job)
{
	if (job->state == JOB_QUEUED)
		return job->attempts ? "RETRY" : "SENT";
	if (job->state == JOB_RUNNING)
		return "STARTED";
	return job->state == JOB_DONE ? "SUCCESS" : "FAILURE";
}

static bool find_task(struct job *job, struct request *req, const char *missing)
{
	return access_job(job, req->work, req->who->user.id, req->param[0]) ||
	       (req->work->err == ERR_NOT_FOUND &&
		fail(req->work, ERR_NOT_FOUND, "%s", missing));
}

bool resize_tasks_status(struct request *req, struct response *res)
{
	struct json *json = json_object(req->work->pool);
	struct job job;

	if (!find_task(&job, req, "Task not found"))
		return false;
	json_set_text(json, "status", status_of(&job));
	return response_json(res, req, 200, json);
}

static bool no_result(struct request *req)
{
	return fail(req->work, ERR_NOT_FOUND, "Result not found");
}

bool resize_tasks_result(struct request *req, struct response *res)
{
	struct work *work = req->work;
	struct resized made;
	struct job job;

	if (!find_task(&job, req, "Result not found"))
		return false;
	if (!resize_result(&made, work, &req->who->tier, &job)) {
		if (work->err == ERR_JOB_FAILED || work->err == ERR_NOT_FOUND)
			return no_result(req);
		return false;
	}
	if (made.variant.status != VARIANT_READY)
		return no_result(req);
	return deliver(res, req, made.image.id, made.variant.variant,
		       made.variant.format, made.image.name, 0);
}
