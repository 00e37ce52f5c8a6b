/* intake.c: streams an upload to a temporary file. */
#include "config.h"

#include "fcgi/intake.h"

#include <string.h>
#include <strings.h>

#include "fcgi/body.h"
#include "fcgi/multipart.h"
#include "fcgi/part.h"
#include "fcgi/replay.h"
#include "lib/base/pool.h"

/* What a form has beside the file: boundaries, part headers, other fields. */
enum { FORM_OVERHEAD = 1 << 20 };

struct reading {
	struct intake *intake;
	struct uri_pair *fields; /* room for MULTIPART_MAX_PARTS */
	int64_t max_bytes;
	const char *file_part, *other_part;
	bool any_part; /* a file in another is dropped */
	bool drops;    /* this one */
	struct multipart *form;
};

static bool is_wanted(const struct reading *r, const char *name)
{
	return (r->file_part && !strcmp(name, r->file_part)) ||
	       (r->other_part && !strcmp(name, r->other_part));
}

static bool on_field(void *arg, struct work *work, const char *name,
		     const char *value)
{
	struct reading *r = arg;
	struct intake *intake = r->intake;

	if (!r->any_part && is_wanted(r, name))
		return part_needs_filename(work, name);
	if (intake_field(intake, name))
		return fail(work, ERR_BAD_REQUEST,
			    "the field \"%.60s\" came twice", name);
	r->fields[intake->field_count++] = (struct uri_pair){ name, value };
	return true;
}

static bool wrong_part(const struct reading *r, struct work *work,
		       const char *name)
{
	return fail_unknown(work, name,
			    "the file is expected in the part \"%s\"%s%s%s, "
			    "not \"%.60s\"",
			    r->file_part, r->other_part ? " or \"" : "",
			    r->other_part ? r->other_part : "",
			    r->other_part ? "\"" : "", name);
}

static bool on_file(void *arg, struct work *work, const char *name,
		    const char *filename, const char *media_type)
{
	struct reading *r = arg;

	(void)media_type; /* the bytes tell what it is */
	r->drops = !is_wanted(r, name);
	if (r->drops)
		return r->any_part || wrong_part(r, work, name);
	r->intake->filename = filename;
	return store_temp_new(&r->intake->file, work);
}

static bool on_data(void *arg, struct work *work, const void *bytes, size_t len)
{
	struct reading *r = arg;
	struct store_temp *file = r->intake->file;

	if (r->drops)
		return true;
	if (file->bytes + (int64_t)len > r->max_bytes)
		return fail(work, ERR_TOO_LARGE,
			    "at most %lld bytes are taken here, more came",
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

	replay_by_parts(req);
	return multipart_open(&r->form, req->work, req->content_type, &sink) &&
	       body_read(req, r->max_bytes + FORM_OVERHEAD, feed_form, r) &&
	       multipart_close(r->form);
}

static bool read_raw(struct reading *r, struct request *req)
{
	return store_temp_new(&r->intake->file, req->work) &&
	       body_read(req, r->max_bytes, on_data, r);
}

static bool is_raw(const struct request *req)
{
	return !strncasecmp(req->content_type, "image/", 6) ||
	       body_is(req, "application/octet-stream");
}

static void feed_text(struct request *req, const char *text)
{
	replay_feed(req, text, strlen(text) + 1);
}

/* Of a form, which has another boundary each time, what it contains counts. */
static bool begin(struct request *req, const struct intake *intake)
{
	if (intake->file)
		store_temp_end(intake->file);
	if (!replay_is_by_parts(req))
		return true;
	for (size_t i = 0; i < intake->field_count; i++) {
		feed_text(req, intake->fields[i].name);
		feed_text(req, intake->fields[i].value);
	}
	feed_text(req, intake->filename);
	if (intake->file)
		replay_feed(req, intake->file->sha256,
			    sizeof(intake->file->sha256));
	return replay_begin(req);
}

static struct reading new_reading(struct intake *intake, struct request *req,
				  int64_t max_bytes, const char *file_part)
{
	struct uri_pair *fields = pool_alloc(
		req->work->pool, MULTIPART_MAX_PARTS * sizeof(*fields));

	*intake = (struct intake){ .filename = "", .fields = fields };
	return (struct reading){ .intake = intake,
				 .fields = fields,
				 .max_bytes = max_bytes,
				 .file_part = file_part };
}

bool intake_read(struct intake *intake, struct request *req, int64_t max_bytes,
		 const char *file_part, const char *other_part)
{
	struct intake got;
	struct reading r = new_reading(&got, req, max_bytes, file_part);

	r.other_part = other_part;
	if (is_raw(req)) {
		if (!read_raw(&r, req))
			return false;
	} else if (body_is(req, "multipart/form-data")) {
		if (!read_form(&r, req))
			return false;
	} else {
		return fail(req->work, ERR_UNSUPPORTED_MEDIA_TYPE,
			    "a file comes as Content-Type: "
			    "multipart/form-data or image/..., not \"%.60s\"",
			    req->content_type);
	}
	if (!got.file)
		return fail_field(req->work, file_part,
				  "%s: a file, but none came", file_part);
	if (!begin(req, &got))
		return false;
	*intake = got;
	return true;
}

bool intake_read_form(struct intake *intake, struct request *req,
		      int64_t max_bytes, const char *file_part)
{
	struct intake got;
	struct reading r = new_reading(&got, req, max_bytes, file_part);

	r.any_part = true;
	if (!read_form(&r, req) || !begin(req, &got))
		return false;
	*intake = got;
	return true;
}

const char *intake_field(const struct intake *intake, const char *name)
{
	for (size_t i = 0; i < intake->field_count; i++)
		if (!strcmp(intake->fields[i].name, name))
			return intake->fields[i].value;
	return NULL;
}
