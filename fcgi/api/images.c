/* images.c: the routes under /v1/images. */
#include "config.h"

#include <string.h>

#include "fcgi/api/image_fields.h"
#include "fcgi/api/image_html.h"
#include "fcgi/api/json.h"
#include "fcgi/body.h"
#include "fcgi/page.h"
#include "fcgi/response.h"
#include "fcgi/routes.h"
#include "fcgi/upload.h"
#include "lib/base/json.h"
#include "lib/base/text.h"
#include "lib/model/image_match.h"
#include "lib/model/image_search.h"
#include "lib/service/access.h"
#include "lib/service/fetch.h"
#include "lib/service/focus.h"
#include "lib/service/image_update.h"
#include "lib/service/login.h"
#include "lib/service/publish.h"
#include "lib/service/purge.h"
#include "lib/service/upload.h"

static bool check_fields(struct request *req, const struct request_body *body)
{
	for (size_t i = 0; i < body->field_count; i++)
		if (!text_has_word("name public alt tags focus on_duplicate",
				   body->fields[i].name))
			return fail_unknown(
				req->work, body->fields[i].name,
				"unknown field \"%.60s\"; known "
				"fields here: image, file, name, "
				"public, alt, tags, focus, on_duplicate",
				body->fields[i].name);
	return true;
}

/* Shows the job unless the image is ready. */
static bool answer_image(struct request *req, struct response *res,
			 const struct image *image)
{
	struct work *work = req->work;
	struct variant *variants;
	struct job job;
	struct json *json;
	size_t count;
	bool has_job = false;

	if (!variant_list(&variants, &count, work, image->id))
		return false;
	if (image->status != IMAGE_READY) {
		has_job = job_of_image(&job, work, image->id);
		if (!has_job && work->err != ERR_NOT_FOUND)
			return false;
	}
	return api_json_image(&json, req, &req->who->tier, image, variants,
			      count, has_job ? &job : NULL) &&
	       image_html_add(json, req, image, variants, count) &&
	       response_json(res, req, 200, json);
}

static bool answer_uploaded(struct request *req, struct response *res,
			    const struct uploaded *uploaded)
{
	struct work *work = req->work;
	const bool waits = !uuid_is_nil(uploaded->job.id);
	struct json *json;

	if (uploaded->is_duplicate)
		return answer_image(req, res, &uploaded->image);
	if (!api_json_image(&json, req, &req->who->tier, &uploaded->image,
			    uploaded->variants, uploaded->count,
			    waits ? &uploaded->job : NULL))
		return false;
	response_json(res, req, waits ? 202 : 201, json);
	response_location(res, req, "/v1/images", uploaded->image.id);
	if (waits)
		response_header(res, work->pool, "Retry-After", "1");
	return true;
}

static bool create_by_bytes(struct request *req, struct response *res)
{
	struct work *work = req->work;
	struct upload upload = { .user = &req->who->user,
				 .tier = &req->who->tier };
	struct image_fields fields;
	struct uploaded uploaded;

	if (!check_fields(req, &req->body) ||
	    !image_fields_of_form(&fields, req))
		return false;
	upload.name = fields.name;
	upload.alt = fields.alt;
	upload.tags = fields.tags;
	upload.focus = fields.focus;
	upload.public = fields.public;
	upload.on_duplicate = fields.on_duplicate;
	upload.file = req->body.file;
	upload.later = request_prefers(req, "respond-async");
	return upload_take(&uploaded, work, &upload) &&
	       answer_uploaded(req, res, &uploaded);
}

/* Always leaves the fetch to a worker: a slow web server would block a
   responder. */
static bool create_by_url(struct request *req, struct response *res)
{
	static const char *const known[] = { "url",  "name",  "public", "alt",
					     "tags", "focus", NULL };
	struct work *work = req->work;
	struct fetch_request fetch = { .user = &req->who->user,
				       .tier = &req->who->tier };
	struct image_fields fields;
	struct uploaded uploaded;
	const char *filename;

	if (!fetch_is_allowed(work, fetch.tier) ||
	    !json_only(req->body.json, work, known) ||
	    !json_get_text(&fetch.url, work, req->body.json, "url", 1,
			   JSON_MAX_BYTES) ||
	    !fetch_check_url(&filename, work, fetch.url) ||
	    !image_fields_of_json(&fields, req, filename))
		return false;
	fetch.name = fields.name;
	fetch.alt = fields.alt;
	fetch.tags = fields.tags;
	fetch.focus = fields.focus;
	fetch.public = fields.public;
	return fetch_queue(&uploaded, work, &fetch) &&
	       answer_uploaded(req, res, &uploaded);
}

bool images_create(struct request *req, struct response *res)
{
	return req->body.json ? create_by_url(req, res)
			      : create_by_bytes(req, res);
}

bool images_show(struct request *req, struct response *res)
{
	struct image image;

	return access_image(&image, req->work, req->who->user.id,
			    req->param[0]) &&
	       answer_image(req, res, &image);
}

static bool read_filter(struct image_filter *filter, struct request *req,
			struct page *page)
{
	enum image_status status;

	if (!page_read(page, req) ||
	    !image_status_read(&status, req->work,
			       request_query(req, "status")))
		return false;
	*filter = (struct image_filter){
		.user_id = req->who->user.id,
		.status = status,
		.name = request_query(req, "name"),
		.before = page->before,
		.limit = page->row_limit,
	};
	return image_fields_of_filter(filter, req);
}

static bool list(struct image **images, size_t *count, struct uuid *next,
		 struct work *work, const struct image_filter *filter)
{
	if (filter->tag || filter->sha256)
		return image_match(images, count, next, work, filter);
	if (filter->name)
		return image_search(images, count, next, work, filter);
	return image_list(images, count, work, filter);
}

bool images_list(struct request *req, struct response *res)
{
	struct work *work = req->work;
	struct json *items = json_array(work->pool), *item;
	struct image_filter filter;
	struct page page;
	struct image *images;
	struct variant *variants = NULL;
	size_t count, variant_count = 0;

	if (!read_filter(&filter, req, &page) ||
	    !list(&images, &count, &page.last, work, &filter))
		return false;
	if (page_cut(&page, &count))
		page.last = images[count - 1].id;
	if (!variant_list_of(&variants, &variant_count, work, images, count))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!api_json_image(&item, req, &req->who->tier, &images[i],
				    variants, variant_count, NULL))
			return false;
		json_push(items, item);
	}
	return page_answer(res, req, &page, items);
}

bool images_change(struct request *req, struct response *res)
{
	struct work *work = req->work;
	struct image_wanted wanted;
	struct image image;

	return access_image(&image, work, req->who->user.id, req->param[0]) &&
	       image_fields_of_update(&wanted, req) &&
	       image_update(&image, work, &req->who->tier, &wanted.update) &&
	       (!wanted.moves || focus_set(&image, work, &wanted.focus)) &&
	       answer_image(req, res, &image);
}

bool images_delete(struct request *req, struct response *res)
{
	struct image image;

	return access_image(&image, req->work, req->who->user.id,
			    req->param[0]) &&
	       purge_image(req->work, &image) && response_empty(res, 204);
}
