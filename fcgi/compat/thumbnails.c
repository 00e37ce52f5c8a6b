/* thumbnails.c: a dialect. Thumbnails of pictures that are fetched by URL. */
#include "config.h"

#include "fcgi/deliver.h"
#include "fcgi/response.h"
#include "fcgi/routes.h"
#include "fcgi/upload.h"
#include "lib/base/json.h"
#include "lib/base/pool.h"
#include "lib/service/access.h"
#include "lib/service/fetch.h"
#include "lib/service/login.h"
#include "lib/service/resize.h"

/* Clients expect a JSON string for 422, and an object with the status for other
   errors. */
void thumbnails_problem(struct response *res, struct request *req)
{
	struct pool *pool = req->work->pool;
	int status = err_http_status(req->work->err);
	const char *why = response_detail(req);
	struct json *json;

	if (status == 422) {
		json = json_text(pool, pool_printf(pool, "Error: %s", why));
	} else {
		json = json_object(pool);
		json_set_int(json, "status", status);
		json_set_text(json, "message", why);
	}
	response_json(res, req, status, json);
}

static struct json *view(struct request *req, const struct job *job,
			 const char *status)
{
	struct json *json = json_object(req->work->pool);

	json_set_text(json, "id", UUID_TEXT(job->id));
	json_set_text(json, "status", status);
	json_set_text(json, "url", job->url);
	return json;
}

static bool read_url(const char **url, struct request *req)
{
	const char *text = "";

	if (json_has(req->body.json, "url") &&
	    !json_get_text(&text, req->work, req->body.json, "url", 0,
			   JSON_MAX_BYTES))
		return false;
	if (!*text)
		return fail_field(req->work, "url",
				  "No url provided. Please specify a url.");
	*url = text;
	return true;
}

bool thumbnails_create(struct request *req, struct response *res)
{
	struct work *work = req->work;
	struct fetch_request fetch = {
		.user = &req->who->user,
		.tier = &req->who->tier,
		.variant = "100x100",
	};
	const char *filename;
	struct uploaded uploaded;

	if (!read_url(&fetch.url, req) ||
	    !fetch_check_url(&filename, work, fetch.url))
		return false;
	fetch.name = upload_name(work->pool, filename);
	return fetch_queue(&uploaded, work, &fetch) &&
	       response_json(res, req, 201, view(req, &uploaded.job, "queued"));
}

static const char *id_of(const struct request *req)
{
	const char *id = request_query(req, "id");

	return id ? id : "";
}

/* Jobs without a URL belong to other dialects: they are not found here. */
static bool find_thumbnail(struct job *job, struct request *req)
{
	return access_job(job, req->work, req->who->user.id, id_of(req)) &&
	       (job->url || fail(req->work, ERR_NOT_FOUND, "not a thumbnail"));
}

/* Builds the JSON of a job, whether it runs, is done or has failed. */
static bool look(struct json **json, struct request *req, const struct job *job)
{
	struct work *work = req->work;
	const char *url = NULL;
	struct resized made;

	if (!resize_result(&made, work, &req->who->tier, job)) {
		if (work->err != ERR_JOB_FAILED)
			return false;
		*json = view(req, job, "failed");
		json_set_text(*json, "error_message", response_detail(req));
	} else if (made.variant.status != VARIANT_READY) {
		*json = view(req, job, "queued");
	} else {
		*json = view(req, job, "completed");
		if (!deliver_url(&url, req, made.image.id, made.variant.variant,
				 made.variant.format, made.image.name))
			return false;
	}
	json_set_text(*json, "resized_url", url);
	return true;
}

bool thumbnails_show(struct request *req, struct response *res)
{
	struct json *json;
	struct job job;

	if (!find_thumbnail(&job, req) || !look(&json, req, &job))
		return req->work->err == ERR_NOT_FOUND &&
		       fail(req->work, ERR_NOT_FOUND,
			    "Thumbnail %.200s not found", id_of(req));
	return response_json(res, req, 200, json);
}
