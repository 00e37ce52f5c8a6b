/* images.c: the routes under /v1/images. */
#include "config.h"

#include <string.h>

#include "fcgi/api/json.h"
#include "fcgi/body.h"
#include "fcgi/page.h"
#include "fcgi/response.h"
#include "fcgi/routes.h"
#include "fcgi/upload.h"
#include "lib/base/json.h"
#include "lib/base/text.h"
#include "lib/model/image_search.h"
#include "lib/service/access.h"
#include "lib/service/fetch.h"
#include "lib/service/focus.h"
#include "lib/service/image_update.h"
#include "lib/service/login.h"
#include "lib/service/publish.h"
#include "lib/service/purge.h"
#include "lib/service/upload.h"

/* Reads the name of the image: the body's or the query's `name`, else the file
   name of the upload. */
static bool read_name(const char **name, struct request *req, const char *given,
		      const char *filename)
{
	if (!given)
		given = request_query(req, "name");
	if (!given) {
		*name = upload_name(req->work->pool, filename);
		return true;
	}
	if (!*given || strlen(given) > IMAGE_NAME_MAX ||
	    !text_is_printable(given))
		return fail_field(req->work, "name",
				  "name: 1 to %d bytes without control "
				  "characters, not %zu bytes",
				  IMAGE_NAME_MAX, strlen(given));
	*name = given;
	return true;
}

/* An array of x and y, or null. */
static bool read_focus(struct image_focus *focus, struct work *work,
		       const struct json *json)
{
	int64_t numbers[2];

	*focus = (struct image_focus){ 0 };
	if (!json_has(json, "focus"))
		return true;
	if (!json_get_shares(numbers, work, json, "focus", 2,
			     IMAGE_FOCUS_DECIMALS))
		return false;
	*focus = (struct image_focus){ true, numbers[0], numbers[1] };
	return true;
}

/* Reads whether the image becomes public: the form's or the query's
   `public`. */
static bool read_public(bool *public, struct request *req)
{
	const char *given = upload_body_field(&req->body, "public");

	if (!given)
		given = request_query(req, "public");
	if (given && strcmp(given, "true") && strcmp(given, "false"))
		return fail_field(req->work, "public",
				  "public: true or false, not \"%.60s\"",
				  given);
	*public = given && !strcmp(given, "true");
	return !*public || publish_is_allowed(req->work, &req->who->tier);
}

static bool check_fields(struct request *req, const struct request_body *body)
{
	for (size_t i = 0; i < body->field_count; i++)
		if (!text_has_word("name public focus", body->fields[i].name))
			return fail_unknown(req->work, body->fields[i].name,
					    "unknown field \"%.60s\"; known "
					    "fields here: image, file, name, "
					    "public, focus",
					    body->fields[i].name);
	return true;
}

static bool answer_uploaded(struct request *req, struct response *res,
			    const struct uploaded *uploaded)
{
	struct work *work = req->work;
	const bool waits = !uuid_is_nil(uploaded->job.id);
	struct json *json;

	if (!api_json_image(&json, req, &uploaded->image, uploaded->variants,
			    uploaded->count, waits ? &uploaded->job : NULL))
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
	const char *focus = upload_body_field(&req->body, "focus");
	struct uploaded uploaded;

	if (!check_fields(req, &req->body) ||
	    !read_name(&upload.name, req, upload_body_field(&req->body, "name"),
		       req->body.filename) ||
	    (focus && !focus_read(&upload.focus, work, focus)) ||
	    !read_public(&upload.public, req))
		return false;
	upload.file = req->body.file;
	upload.later = request_prefers(req, "respond-async");
	return upload_take(&uploaded, work, &upload) &&
	       answer_uploaded(req, res, &uploaded);
}

/* Always leaves the fetch to a worker: a slow web server would block a
   responder. */
static bool create_by_url(struct request *req, struct response *res)
{
	static const char *const known[] = { "url", "name", "public", "focus",
					     NULL };
	struct work *work = req->work;
	struct fetch_request fetch = { .user = &req->who->user,
				       .tier = &req->who->tier };
	struct uploaded uploaded;
	const char *name = NULL, *filename;

	if (!fetch_is_allowed(work, fetch.tier) ||
	    !json_only(req->body.json, work, known) ||
	    !json_get_text(&fetch.url, work, req->body.json, "url", 1,
			   JSON_MAX_BYTES) ||
	    (json_has(req->body.json, "name") &&
	     !json_get_text(&name, work, req->body.json, "name", 1,
			    IMAGE_NAME_MAX)) ||
	    (json_has(req->body.json, "public") &&
	     !json_get_bool(&fetch.public, work, req->body.json, "public")) ||
	    (fetch.public && !publish_is_allowed(work, fetch.tier)) ||
	    !read_focus(&fetch.focus, work, req->body.json) ||
	    !fetch_check_url(&filename, work, fetch.url) ||
	    !read_name(&fetch.name, req, name, filename))
		return false;
	return fetch_queue(&uploaded, work, &fetch) &&
	       answer_uploaded(req, res, &uploaded);
}

bool images_create(struct request *req, struct response *res)
{
	return req->body.json ? create_by_url(req, res)
			      : create_by_bytes(req, res);
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
	return api_json_image(&json, req, image, variants, count,
			      has_job ? &job : NULL) &&
	       response_json(res, req, 200, json);
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
	return true;
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
	    !(filter.name
		      ? image_search(&images, &count, &page.last, work, &filter)
		      : image_list(&images, &count, work, &filter)))
		return false;
	if (page_cut(&page, &count))
		page.last = images[count - 1].id;
	if (!variant_list_of(&variants, &variant_count, work, images, count))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!api_json_image(&item, req, &images[i], variants,
				    variant_count, NULL))
			return false;
		json_push(items, item);
	}
	return page_answer(res, req, &page, items);
}

static bool read_new_name(const char **name, struct work *work,
			  const struct json *json)
{
	if (!json_get_text(name, work, json, "name", 1, IMAGE_NAME_MAX))
		return false;
	return text_is_printable(*name) ||
	       fail_field(work, "name",
			  "name: text without control characters is expected");
}

/* What a client wants to change, with places for its values. */
struct wanted {
	struct image_update update;
	bool public;
	bool moves;
	struct image_focus focus;
};

/* Without any field, the error names the first. */
static bool read_update(struct wanted *wanted, struct work *work,
			const struct json *json)
{
	static const char *const known[] = { "name", "public", "focus", NULL };
	const bool sets_public = json_names(json, "public");

	*wanted = (struct wanted){ .moves = json_names(json, "focus") };
	if (!json_only(json, work, known))
		return false;
	if ((json_names(json, "name") || !(sets_public || wanted->moves)) &&
	    !read_new_name(&wanted->update.name, work, json))
		return false;
	if (sets_public) {
		wanted->update.public = &wanted->public;
		if (!json_get_bool(&wanted->public, work, json, "public"))
			return false;
	}
	return !wanted->moves || read_focus(&wanted->focus, work, json);
}

/* Checks all fields before it changes anything. */
bool images_change(struct request *req, struct response *res)
{
	struct work *work = req->work;
	struct wanted wanted;
	struct image image;

	return access_image(&image, work, req->who->user.id, req->param[0]) &&
	       read_update(&wanted, work, req->body.json) &&
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
