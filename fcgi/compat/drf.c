/* drf.c: fields and errors in the format of Django REST framework. */
#include "config.h"

#include "fcgi/compat/drf.h"

#include <string.h>

#include "fcgi/router.h"
#include "lib/base/json.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/service/login.h"
#include "lib/service/upload.h"

enum { LIST_MAX = 1000 };

static const char forbidden[] =
	"You do not have permission to perform this action.";

void drf_wrong(struct request *req, const char *field, const char *text)
{
	struct json *texts = json_array(req->work->pool);

	if (!req->errors)
		req->errors = json_object(req->work->pool);
	if (json_names(req->errors, field))
		return;
	json_push_text(texts, text);
	json_set(req->errors, field, texts);
}

bool drf_is_right(struct request *req)
{
	return !req->errors ||
	       fail(req->work, ERR_INVALID_FIELD, "%s",
		    json_print(req->work->pool, req->errors, NULL));
}

static void not_a_file(struct request *req, const char *field)
{
	drf_wrong(req, field,
		  "The submitted data was not a file. Check the encoding type "
		  "on the form.");
}

/* Browsers send a file without name and bytes if the user chose none. */
void drf_check_file(struct request *req, const char *field)
{
	const char *text;

	if (req->body.file && req->body.file->bytes)
		return;
	if (req->body.file && *req->body.filename)
		drf_wrong(req, field, "The submitted file is empty.");
	else if (form_get(&text, &req->body, field) == FORM_ABSENT)
		drf_wrong(req, field, "No file was submitted.");
	else
		not_a_file(req, field);
}

bool drf_refuse_picture(struct request *req, const char *field)
{
	switch (req->work->err) {
	case ERR_UNSUPPORTED_FORMAT:
	case ERR_CORRUPT_IMAGE:
		drf_wrong(req, field,
			  "Upload a valid image. The file you uploaded was "
			  "either not an image or a corrupted image.");
		return drf_is_right(req);
	case ERR_TOO_MANY_PIXELS:
		drf_wrong(req, field, response_detail(req));
		return drf_is_right(req);
	default:
		return false;
	}
}

/* Gets the text of a field. `other` is the error for a value that is neither
   text nor number. */
static const char *get(struct request *req, const char *field,
		       const char *other)
{
	const char *text = NULL;

	switch (form_get(&text, &req->body, field)) {
	case FORM_TEXT:
		return text;
	case FORM_ABSENT:
		drf_wrong(req, field, "This field is required.");
		break;
	case FORM_NULL:
		drf_wrong(req, field, "This field may not be null.");
		break;
	case FORM_OTHER:
		drf_wrong(req, field, other);
		break;
	}
	return NULL;
}

const char *drf_text(struct request *req, const char *field)
{
	const char *text = get(req, field, "Not a valid string.");

	if (!text || *text)
		return text;
	drf_wrong(req, field, "This field may not be blank.");
	return NULL;
}

static const char *trimmed(struct pool *pool, const char *text)
{
	static const char blanks[] = " \t\r\n\v\f";
	size_t len;

	text += strspn(text, blanks);
	len = strlen(text);
	while (len && strchr(blanks, text[len - 1]))
		len--;
	return pool_strndup(pool, text, len);
}

const char *drf_line(struct request *req, const char *field, size_t max)
{
	struct pool *pool = req->work->pool;
	const char *text = drf_text(req, field);

	if (!text)
		return NULL;
	text = trimmed(pool, text);
	if (!*text)
		drf_wrong(req, field, "This field may not be blank.");
	else if (text_length(text) > max)
		drf_wrong(req, field,
			  pool_printf(pool,
				      "Ensure this field has no more than "
				      "%zu characters.",
				      max));
	else if (!text_is_printable(text))
		drf_wrong(req, field, "Not a valid string.");
	else
		return text;
	return NULL;
}

bool drf_int(int64_t *number, struct request *req, const char *field)
{
	static const char invalid[] = "A valid integer is required.";
	const char *text = get(req, field, invalid);

	if (!text)
		return false;
	if (text_int(number, trimmed(req->work->pool, text), INT64_MIN,
		     INT64_MAX))
		return true;
	drf_wrong(req, field, invalid);
	return false;
}

bool drf_uuid(struct uuid *uuid, struct request *req, const char *field)
{
	static const char invalid[] = "Must be a valid UUID.";
	const char *text = get(req, field, invalid);

	if (!text)
		return false;
	if (uuid_parse(uuid, text) ||
	    text_unhex(uuid->bytes, sizeof(uuid->bytes), text))
		return true;
	drf_wrong(req, field, invalid);
	return false;
}

bool drf_list_images(struct image **images, size_t *count, struct page *page,
		     struct request *req)
{
	struct image_filter filter = { .user_id = req->who->user.id };

	if (!page_read_cursor(page, req, LIST_MAX))
		return false;
	filter.before = page->before;
	filter.limit = page->row_limit;
	if (!image_list(images, count, req->work, &filter))
		return false;
	if (page_cut(page, count))
		page->last = (*images)[*count - 1].id;
	return true;
}

bool drf_has_no_credentials(const struct request *req)
{
	return req->work->err == ERR_UNAUTHENTICATED &&
	       req->credentials == CREDENTIALS_NONE;
}

int drf_status(const struct request *req)
{
	return req->work->err == ERR_INVALID_FIELD
		       ? 400
		       : err_http_status(req->work->err);
}

static const char *throttled(struct request *req)
{
	long long seconds = req->work->retry_after;

	if (seconds < 1)
		seconds = 1;
	return pool_printf(req->work->pool,
			   "Request was throttled. Expected available in %lld "
			   "second%s.",
			   seconds, seconds == 1 ? "" : "s");
}

static const char *detail_of(struct request *req)
{
	struct pool *pool = req->work->pool;

	switch (req->work->err) {
	case ERR_UNAUTHENTICATED:
		return drf_has_no_credentials(req)
			       ? "Authentication credentials were not provided."
			       : response_detail(req);
	case ERR_FORBIDDEN:
	case ERR_TIER_FORBIDS:
		return forbidden;
	case ERR_METHOD_NOT_ALLOWED:
		return pool_printf(pool, "Method \"%.20s\" not allowed.",
				   req->method_text);
	case ERR_UNSUPPORTED_MEDIA_TYPE:
		return pool_printf(
			pool, "Unsupported media type \"%.100s\" in request.",
			req->content_type);
	case ERR_RATE_LIMITED:
		return throttled(req);
	default:
		return response_detail(req);
	}
}

/* Adds the error of a file field that failed while the body was read. */
static void note_file(struct request *req)
{
	const struct work *work = req->work;

	if (work->err == ERR_INVALID_FIELD && req->route &&
	    req->route->body.file &&
	    text_has_word(req->route->body.file, work->field))
		not_a_file(req, work->field);
}

void drf_problem(struct response *res, struct request *req, int status)
{
	struct json *json;

	note_file(req);
	json = req->errors;
	if (!json || req->work->err != ERR_INVALID_FIELD) {
		json = json_object(req->work->pool);
		json_set_text(json, "detail", detail_of(req));
	}
	response_json(res, req, status, json);
}
