/* body.c: reads the bodies of requests. */
#include "config.h"

#include "fcgi/body.h"

#include <fcgiapp.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/base/buf.h"
#include "lib/base/json.h"
#include "lib/base/text.h"

enum { CHUNK = 65536 };

static bool too_large(struct request *req, int64_t max_bytes)
{
	return fail(req->work, ERR_TOO_LARGE,
		    "at most %lld bytes are accepted here%s",
		    (long long)max_bytes,
		    req->content_length > max_bytes ? "" : ", more came");
}

/* libfcgi passes on damaged requests as if they were complete; only
   FCGX_GetError() shows the damage. */
static bool check_end(struct request *req, int64_t came)
{
	int error = FCGX_GetError(req->in);

	if (error)
		return fail(req->work, ERR_BAD_REQUEST,
			    "the FastCGI stream of the request is damaged "
			    "(error %d)",
			    error);
	if (req->content_length >= 0 && came != req->content_length)
		return fail(req->work, ERR_BAD_REQUEST,
			    "Content-Length announces %lld bytes, but %lld "
			    "came",
			    (long long)req->content_length, (long long)came);
	req->body_read = true;
	return true;
}

bool body_stream(struct request *req, int64_t max_bytes, body_sink *sink,
		 void *arg)
{
	int64_t length = req->content_length;
	int64_t came = 0;
	char chunk[CHUNK];

	if (length > max_bytes)
		return too_large(req, max_bytes);
	while (length < 0 || came < length) {
		int64_t want = length < 0 || length - came > CHUNK
				       ? CHUNK
				       : length - came;
		int got = FCGX_GetStr(chunk, (int)want, req->in);

		if (got <= 0)
			break;
		came += got;
		if (came > max_bytes)
			return too_large(req, max_bytes);
		if (!sink(arg, req->work, chunk, (size_t)got))
			return false;
	}
	return check_end(req, came);
}

bool body_is_done(struct request *req)
{
	return (req->body_read || req->content_length <= 0) &&
	       !FCGX_GetError(req->in) && FCGX_GetChar(req->in) == EOF;
}

bool body_is(const struct request *req, const char *media_type)
{
	size_t len = strlen(media_type);

	return !strncasecmp(req->content_type, media_type, len) &&
	       strchr("; \t", req->content_type[len]);
}

struct text {
	struct buf *buf;
	size_t max_bytes;
	const char *what;
};

static bool add_to_text(void *arg, struct work *work, const void *bytes,
			size_t len)
{
	const struct text *text = arg;

	return buf_add(text->buf, bytes, len) ||
	       fail(work, ERR_TOO_LARGE, "%s: at most %zu bytes are accepted",
		    text->what, text->max_bytes);
}

bool body_read_text(struct request *req, size_t max_bytes, const char *what)
{
	struct text text = { buf_new(req->work->pool, max_bytes), max_bytes,
			     what };

	if (!body_stream(req, (int64_t)max_bytes, add_to_text, &text))
		return false;
	req->body.text = text.buf->data;
	req->body.text_len = text.buf->len;
	return true;
}

/* RFC 8259 section 8.1: a parser may ignore a byte order mark. */
static size_t mark_len(const char *text)
{
	static const char mark[] = "\xef\xbb\xbf";

	return text_starts(text, mark) ? strlen(mark) : 0;
}

bool body_read_json(struct request *req)
{
	struct request_body *body = &req->body;
	size_t mark;

	if (!body_is(req, "application/json"))
		return fail(req->work, ERR_UNSUPPORTED_MEDIA_TYPE,
			    "Content-Type: application/json is expected, not "
			    "\"%.60s\"",
			    req->content_type);
	if (!body_read_text(req, BODY_MAX_JSON, "JSON"))
		return false;
	mark = mark_len(body->text);
	return json_parse(&body->json, req->work, body->text + mark,
			  body->text_len - mark);
}
