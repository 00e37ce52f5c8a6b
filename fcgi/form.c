/* form.c: fields, however they are sent. */
#include "config.h"

#include "fcgi/form.h"

#include <string.h>

#include "fcgi/body.h"
#include "fcgi/csrf.h"
#include "fcgi/intake.h"
#include "lib/base/buf.h"
#include "lib/base/json.h"
#include "lib/base/pool.h"

static bool unsupported(struct request *req)
{
	return fail(req->work, ERR_UNSUPPORTED_MEDIA_TYPE,
		    "Content-Type: application/x-www-form-urlencoded, "
		    "multipart/form-data or application/json, not \"%.60s\"",
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

static bool add_to_buf(void *arg, struct work *work, const void *bytes,
		       size_t len)
{
	return buf_add(arg, bytes, len) ||
	       fail(work, ERR_TOO_LARGE, "form: at most %d bytes are taken",
		    FORM_MAX_BYTES);
}

bool form_parse(struct form *form, struct work *work, const char *bytes,
		size_t len)
{
	struct form parsed = { .filename = "" };

	if (memchr(bytes, '\0', len))
		return fail(work, ERR_BAD_REQUEST, "form: no byte may be 0");
	if (!uri_parse_form(&parsed.fields, &parsed.field_count, work, bytes))
		return false;
	*form = parsed;
	return true;
}

static bool read_pairs(struct form *form, struct request *req)
{
	struct buf *buf = buf_new(req->work->pool, FORM_MAX_BYTES);

	return body_read(req, FORM_MAX_BYTES, add_to_buf, buf) &&
	       form_parse(form, req->work, buf->data, buf->len);
}

static bool read_parts(struct form *form, struct request *req,
		       const char *file_part, int64_t max_bytes)
{
	struct intake intake;

	if (!intake_read_form(&intake, req, max_bytes, file_part))
		return false;
	*form = (struct form){
		.fields = intake.fields,
		.field_count = intake.field_count,
		.file = intake.file,
		.filename = intake.filename,
	};
	return true;
}

static bool read_object(struct form *form, struct request *req)
{
	if (!body_read_json(req))
		return false;
	*form = (struct form){ .json = req->json, .filename = "" };
	return true;
}

/* What comes without a type may be nothing, if it is. */
static bool read_nothing(struct form *form, struct request *req)
{
	if (!body_read(req, INT64_MAX, refuse_bytes, req))
		return false;
	*form = (struct form){ .filename = "" };
	return true;
}

static bool read_any(struct form *form, struct request *req,
		     const char *file_part, int64_t max_bytes)
{
	if (!req->content_length || !*req->content_type)
		return read_nothing(form, req);
	if (body_is(req, "application/x-www-form-urlencoded"))
		return read_pairs(form, req);
	if (body_is(req, "multipart/form-data"))
		return read_parts(form, req, file_part, max_bytes);
	if (body_is(req, "application/json"))
		return read_object(form, req);
	return unsupported(req);
}

bool form_read(struct form *form, struct request *req, const char *file_part,
	       int64_t max_bytes)
{
	struct form read;

	if (!read_any(&read, req, file_part, max_bytes) ||
	    !csrf_check_form(req, &read))
		return false;
	*form = read;
	return true;
}

bool form_read_fields(struct request *req)
{
	struct form *form = pool_alloc(req->work->pool, sizeof(*form));

	if (!form_read(form, req, NULL, 0))
		return false;
	req->form = form;
	return true;
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

enum form_kind form_get(const char **text, const struct form *form,
			const char *name)
{
	if (form->json)
		return get_json(text, form->json, name);
	for (size_t i = 0; i < form->field_count; i++)
		if (!strcmp(form->fields[i].name, name)) {
			*text = form->fields[i].value;
			return FORM_TEXT;
		}
	return FORM_ABSENT;
}
