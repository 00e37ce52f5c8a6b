/* thumbnail_generator.c: a dialect. Thumbnails of 100x100, fetched by task
   id. */
#include "config.h"

#include "fcgi/deliver.h"
#include "fcgi/response.h"
#include "fcgi/routes.h"
#include "lib/base/json.h"
#include "lib/base/pool.h"
#include "lib/service/access.h"
#include "lib/service/link.h"
#include "lib/service/login.h"
#include "lib/service/resize.h"
#include "lib/service/upload.h"

/* The status and the text of an error. Invalid requests and pictures are 400
   here. */
static int status_of(const char **text, struct request *req)
{
	*text = response_detail(req);
	switch (req->work->err) {
	case ERR_INVALID_FIELD:
		return 400;
	case ERR_UNKNOWN_FIELD:
	case ERR_UNSUPPORTED_MEDIA_TYPE:
		*text = "image: a file in a multipart form is needed";
		return 400;
	case ERR_UNSUPPORTED_FORMAT:
	case ERR_CORRUPT_IMAGE:
	case ERR_TOO_MANY_PIXELS:
		*text = pool_printf(req->work->pool, "image: %s", *text);
		return 400;
	default:
		return err_http_status(req->work->err);
	}
}

/* Its clients distinguish errors by the fields of the body. */
void thumbnail_generator_problem(struct response *res, struct request *req)
{
	struct json *json = json_object(req->work->pool);
	const char *task = req->param[0], *text;
	const int status = status_of(&text, req);

	json_set_text(json, "status", "failed");
	if (status == 404 && task)
		json_set_text(json, "task_id", task);
	else
		json_set_int(json, "error_code", status);
	json_set_text(json, "message", text);
	response_json(res, req, status, json);
}

bool thumbnail_generator_create(struct request *req, struct response *res)
{
	struct work *work = req->work;
	struct json *json = json_object(work->pool);
	struct resize resize = {
		.user = &req->who->user,
		.tier = &req->who->tier,
		.width = 100,
		.height = 100,
		.fit = "exact",
		.same_format = true,
		.formats = "png jpeg tiff bmp gif",
	};
	struct job job;

	resize.file = req->body.file;
	resize.name = upload_name(work->pool, req->body.filename);
	if (!resize_take(&job, work, &resize))
		return false;
	json_set_text(json, "status", "success");
	json_set_text(json, "task_id", UUID_TEXT(job.id));
	json_set_text(json, "message", "The thumbnail is being generated");
	return response_json(res, req, 202, json);
}

static bool add_image(struct json *json, struct request *req,
		      const struct resized *made)
{
	struct json *image = json_object(req->work->pool);
	enum format format;
	const char *url;

	if (!link_format(&format, req->work, made->variant.format) ||
	    !deliver_url(&url, req, made->image.id, made->variant.variant,
			 made->variant.format, made->image.name))
		return false;
	json_set_text(
		image, "name",
		link_file_name(req->work->pool, made->image.name, format));
	json_set_text(image, "image", url);
	json_set(json, "image", image);
	return true;
}

static struct json *task_json(struct request *req, const char *task_status,
			      const char *message)
{
	struct json *json = json_object(req->work->pool);

	json_set_text(json, "status", "success");
	json_set_text(json, "task_id", req->param[0]);
	json_set_text(json, "task_status", task_status);
	json_set_text(json, "message", message);
	return json;
}

bool thumbnail_generator_show(struct request *req, struct response *res)
{
	struct work *work = req->work;
	struct resized made;
	struct json *json;
	struct job job;

	if (!access_job(&job, work, req->who->user.id, req->param[0]))
		return false;
	if (!resize_result(&made, work, &req->who->tier, &job)) {
		if (work->err != ERR_JOB_FAILED)
			return false;
		json = task_json(req, "FAILED", response_detail(req));
	} else if (made.variant.status != VARIANT_READY) {
		json = task_json(req, "PENDING",
				 "The thumbnail is being generated");
	} else {
		json = task_json(req, "SUCCESS", "The thumbnail is ready");
		if (!add_image(json, req, &made))
			return false;
	}
	return response_json(res, req, 200, json);
}
