/* upload.c: streams an upload to a temporary file. */
#include "config.h"

#include "fcgi/upload.h"

#include <string.h>
#include <strings.h>

#include "fcgi/body.h"
#include "fcgi/multipart.h"
#include "fcgi/part.h"
#include "fcgi/router.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/store/store.h"

/* Bytes of a form beside the file: boundaries, part headers, other fields. */
enum { FORM_OVERHEAD = 1 << 20 };

struct reading {
	struct request_body *body;
	struct uri_pair *fields; /* room for MULTIPART_MAX_PARTS */
	const char *file_parts;  /* words */
	int64_t max_bytes;
	bool drops_others; /* drop a file in another part, without an error */
	bool drops;        /* drop the file that is read now */
	struct multipart *form;
};

static bool on_field(void *arg, struct work *work, const char *name,
		     const char *value)
{
	struct reading *r = arg;
	struct request_body *body = r->body;

	if (!r->drops_others && text_has_word(r->file_parts, name))
		return part_needs_filename(work, name);
	if (upload_body_field(body, name))
		return fail(work, ERR_BAD_REQUEST,
			    "the field \"%.60s\" must come once, but came "
			    "twice",
			    name);
	r->fields[body->field_count++] = (struct uri_pair){ name, value };
	return true;
}

static bool refuse_part(const struct reading *r, struct work *work,
			const char *name)
{
	const char *first = text_word(work->pool, r->file_parts, 0);
	const char *second = text_word(work->pool, r->file_parts, 1);

	return fail_unknown(work, name,
			    "the file is expected in the part \"%s\"%s%s%s, "
			    "not \"%.60s\"",
			    first, second ? " or \"" : "", second ? second : "",
			    second ? "\"" : "", name);
}

static bool on_file(void *arg, struct work *work, const char *name,
		    const char *filename, const char *media_type)
{
	struct reading *r = arg;

	(void)media_type; /* the format is detected from the bytes */
	r->drops = !text_has_word(r->file_parts, name);
	if (r->drops)
		return r->drops_others || refuse_part(r, work, name);
	r->body->filename = filename;
	return store_temp_new(&r->body->file, work);
}

static bool on_data(void *arg, struct work *work, const void *bytes, size_t len)
{
	struct reading *r = arg;
	struct store_temp *file = r->body->file;

	if (r->drops)
		return true;
	if (file->bytes + (int64_t)len > r->max_bytes)
		return fail(work, ERR_TOO_LARGE,
			    "at most %lld bytes are accepted here, more came",
			    (long long)r->max_bytes);
	return store_temp_write(file, work, bytes, len);
}

static bool feed_form(void *arg, struct work *work, const void *bytes,
		      size_t len)
{
	const struct reading *r = arg;

	(void)work;
	return multipart_feed(r->form, bytes, len);
}

static bool read_form(struct reading *r, struct request *req)
{
	const struct multipart_sink sink = { r, on_field, on_file, on_data };

	return multipart_open(&r->form, req->work, req->content_type,
			      r->file_parts, &sink) &&
	       body_stream(req, r->max_bytes + FORM_OVERHEAD, feed_form, r) &&
	       multipart_close(r->form);
}

static bool read_raw(struct reading *r, struct request *req)
{
	return store_temp_new(&r->body->file, req->work) &&
	       body_stream(req, r->max_bytes, on_data, r);
}

static bool is_raw(const struct request *req)
{
	return !strncasecmp(req->content_type, "image/", 6) ||
	       body_is(req, "application/octet-stream");
}

static bool read_any(struct reading *r, struct request *req)
{
	if (is_raw(req))
		return read_raw(r, req);
	if (body_is(req, "multipart/form-data"))
		return read_form(r, req);
	return fail(req->work, ERR_UNSUPPORTED_MEDIA_TYPE,
		    "Content-Type: multipart/form-data or image/... is "
		    "expected, not \"%.60s\"",
		    req->content_type);
}

static struct reading new_reading(struct request *req, int64_t max_bytes)
{
	const char *file = req->route->body.file;
	struct uri_pair *fields = pool_alloc(
		req->work->pool, MULTIPART_MAX_PARTS * sizeof(*fields));

	req->body.filename = "";
	req->body.fields = fields;
	return (struct reading){ .body = &req->body,
				 .fields = fields,
				 .file_parts = file ? file : "",
				 .max_bytes = max_bytes };
}

bool upload_body_read(struct request *req, int64_t max_bytes)
{
	struct reading r = new_reading(req, max_bytes);
	const char *part = text_word(req->work->pool, r.file_parts, 0);

	if (!read_any(&r, req))
		return false;
	if (!req->body.file)
		return fail_field(req->work, part,
				  "%s: a file is expected, but the request "
				  "has none",
				  part);
	store_temp_end(req->body.file);
	return true;
}

bool upload_body_read_form(struct request *req, int64_t max_bytes)
{
	struct reading r = new_reading(req, max_bytes);

	r.drops_others = true;
	if (!read_form(&r, req))
		return false;
	if (req->body.file)
		store_temp_end(req->body.file);
	return true;
}

const char *upload_body_field(const struct request_body *body, const char *name)
{
	for (size_t i = 0; i < body->field_count; i++)
		if (!strcmp(body->fields[i].name, name))
			return body->fields[i].value;
	return NULL;
}
