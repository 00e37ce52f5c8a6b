/* resize_tasks.c: a dialect; pictures in any size, fetched by task. */
#include "config.h"

#include <string.h>

#include "fcgi/deliver.h"
#include "fcgi/intake.h"
#include "fcgi/response.h"
#include "fcgi/routes.h"
#include "lib/base/json.h"
#include "lib/base/text.h"
#include "lib/service/access.h"
#include "lib/service/login.h"
#include "lib/service/resize.h"
#include "lib/service/upload.h"

enum { MAX_SIDE = 9999 };

void resize_tasks_problem(struct response *res, struct request *req)
{
	struct json *json = json_object(req->work->pool);

	json_set_text(json, "result", "error");
	json_set_text(json, "message", response_detail(req));
	response_json(res, req, err_http_status(req->work->err), json);
}

bool resize_tasks_preflight(struct request *req, struct response *res)
{
	struct pool *pool = req->work->pool;

	response_empty(res, 204);
	response_header(res, pool, "Access-Control-Allow-Methods",
			"GET, HEAD, POST, OPTIONS");
	response_header(res, pool, "Access-Control-Allow-Headers", "*");
	response_header(res, pool, "Access-Control-Max-Age", "86400");
	return true;
}

/* Its clients know these texts. */
static bool refuse_intake(struct request *req)
{
	switch (req->work->err) {
	case ERR_UNKNOWN_FIELD:
	case ERR_INVALID_FIELD:
	case ERR_UNSUPPORTED_MEDIA_TYPE:
		return fail_field(req->work, "file", "No file given");
	default:
		return false;
	}
}

static bool refuse_picture(struct request *req)
{
	if (req->work->err == ERR_UNSUPPORTED_FORMAT)
		return fail_field(req->work, "file", "Invalid extension");
	return false;
}

static bool read_side(int64_t *side, struct request *req,
		      const struct intake *intake, const char *name)
{
	const char *text = intake_field(intake, name);

	if (!text)
		text = request_query(req, name);
	return (text && text_int(side, text, 1, MAX_SIDE)) ||
	       fail_field(req->work, name, "Invalid size");
}

/* By a worker in any case: whether a file is damaged its clients learn from the
   task's status. */
bool resize_tasks_create(struct request *req, struct response *res)
{
	struct work *work = req->work;
	const struct tier *tier = &req->who->tier;
	struct json *json = json_object(work->pool);
	struct resize resize = {
		.user = &req->who->user,
		.tier = tier,
		.fit = "exact",
		.same_format = true,
		.later = true,
	};
	struct intake intake;
	struct job job;

	if (!intake_read(&intake, req, upload_max_bytes(work->conf, tier),
			 "file", NULL))
		return refuse_intake(req);
	if (!read_side(&resize.height, req, &intake, "height") ||
	    !read_side(&resize.width, req, &intake, "width"))
		return false;
	resize.file = intake.file;
	resize.name = upload_name(work->pool, intake.filename);
	if (!resize_take(&job, work, &resize))
		return refuse_picture(req);
	json_set_text(json, "message", "Upload complete");
	json_set_text(json, "status", "accepted");
	json_set_text(json, "task_id", UUID_TEXT(job.id));
	response_json(res, req, 202, json);
	return true;
}

static const char *status_of(const struct job *job)
{
	if (!strcmp(job->state, "queued"))
		return job->attempts ? "RETRY" : "SENT";
	if (!strcmp(job->state, "running"))
		return "STARTED";
	return strcmp(job->state, "done") ? "FAILURE" : "SUCCESS";
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
	response_json(res, req, 200, json);
	return true;
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
	if (strcmp(made.variant.status, "ready"))
		return no_result(req);
	return deliver(res, req, made.image.id, made.variant.variant,
		       made.variant.format, made.image.name, 0);
}
