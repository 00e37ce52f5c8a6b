/* resize.c: POST /v1/resize. */
#include "config.h"

#include "lib/service/resize.h"

#include "fcgi/response.h"
#include "fcgi/routes.h"
#include "fcgi/upload.h"
#include "lib/base/text.h"
#include "lib/service/json_view.h"
#include "lib/service/login.h"
#include "lib/service/upload.h"

static bool read_number(int64_t *number, struct work *work,
			const struct request_body *body, const char *field,
			int64_t max)
{
	const char *text = upload_body_field(body, field);

	*number = 0;
	return !text || text_int(number, text, 1, max) ||
	       fail_field(work, field,
			  "%s: a number from 1 to %lld, not \"%.40s\"", field,
			  (long long)max, text);
}

/* A recipe says everything that these fields say. */
static bool check_recipe(struct work *work, const struct request_body *body)
{
	static const char *const others[] = { "width", "height", "fit",
					      "format", "quality" };

	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (upload_body_field(body, others[i]))
			return fail_field(work, others[i],
					  "%s: not together with recipe, which "
					  "contains it",
					  others[i]);
	return true;
}

static bool read_order(struct resize *resize, struct work *work,
		       const struct request_body *body)
{
	static const char known[] = "width height fit format quality recipe "
				    "priority";
	const char *fit = upload_body_field(body, "fit");

	for (size_t i = 0; i < body->field_count; i++)
		if (!text_has_word(known, body->fields[i].name))
			return fail_unknown(work, body->fields[i].name,
					    "unknown field \"%.60s\"; known "
					    "fields here: file, image, %s",
					    body->fields[i].name, known);
	resize->file = body->file;
	resize->name = upload_name(work->pool, body->filename);
	resize->fit = fit ? fit : "inside";
	resize->format = upload_body_field(body, "format");
	resize->recipe = upload_body_field(body, "recipe");
	resize->priority = upload_body_field(body, "priority");
	if (resize->recipe)
		return check_recipe(work, body);
	return read_number(&resize->width, work, body, "width",
			   RESIZE_MAX_SIDE) &&
	       read_number(&resize->height, work, body, "height",
			   RESIZE_MAX_SIDE) &&
	       read_number(&resize->quality, work, body, "quality", 100);
}

bool resize_create(struct request *req, struct response *res)
{
	struct work *work = req->work;
	struct resize resize = {
		.user = &req->who->user,
		.tier = &req->who->tier,
		.later = request_prefers(req, "respond-async"),
	};
	struct job job;
	bool done;

	if (!read_order(&resize, work, &req->body) ||
	    !resize_take(&job, work, &resize))
		return false;
	done = job.state == JOB_DONE;
	response_json(res, req, done ? 201 : 202,
		      json_view_job(req->work, &job));
	response_location(res, req, "/v1/jobs", job.id);
	if (!done)
		response_header(res, work->pool, "Retry-After", "1");
	return true;
}
