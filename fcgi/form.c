/* form.c: reads the fields of all body encodings. */
#include "config.h"

#include "fcgi/form.h"

#include <string.h>

#include "fcgi/body.h"
#include "fcgi/upload.h"
#include "lib/base/json.h"

static bool unsupported(struct request *req)
{
	return fail(req->work, ERR_UNSUPPORTED_MEDIA_TYPE,
		    "Content-Type: application/x-www-form-urlencoded, "
		    "multipart/form-data or application/json is expected, "
		    "not \"%.60s\"",
		    req->content_type);
}

static bool refuse_bytes(void *arg, struct work *work, const void *bytes,
			 size_t len)
{
	(void)work;
	(void)bytes;
	(void)len;
	return unsupported(arg);
}

bool form_parse(struct request_body *body, struct work *work, const char *bytes,
		size_t len)
{
	body->filename = "";
	if (memchr(bytes, '\0', len))
		return fail(work, ERR_BAD_REQUEST,
			    "form: bytes without NUL are expected");
	return uri_parse_form(&body->fields, &body->field_count, work, bytes);
}

/* A request without a media type may only have an empty body. */
static bool read_nothing(struct request *req)
{
	return body_stream(req, INT64_MAX, refuse_bytes, req);
}

bool form_read(struct request *req, int64_t max_bytes)
{
	req->body.filename = "";
	if (!req->content_length || !*req->content_type)
		return read_nothing(req);
	if (body_is(req, "application/x-www-form-urlencoded"))
		return body_read_text(req, FORM_MAX_BYTES, "form") &&
		       form_parse(&req->body, req->work, req->body.text,
				  req->body.text_len);
	if (body_is(req, "multipart/form-data"))
		return upload_body_read_form(req, max_bytes);
	if (body_is(req, "application/json"))
		return body_read_json(req);
	return unsupported(req);
}

static enum form_kind get_json(const char **text, const struct json *json,
			       const char *name)
{
	const char *value;

	if (!json_names(json, name))
		return FORM_ABSENT;
	if (!json_has(json, name))
		return FORM_NULL;
	value = json_scalar(json, name);
	if (!value)
		return FORM_OTHER;
	*text = value;
	return FORM_TEXT;
}

enum form_kind form_get(const char **text, const struct request_body *body,
			const char *name)
{
	const char *value;

	if (body->json)
		return get_json(text, body->json, name);
	value = upload_body_field(body, name);
	if (!value)
		return FORM_ABSENT;
	*text = value;
	return FORM_TEXT;
}
