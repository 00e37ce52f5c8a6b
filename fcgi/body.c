/* body.c: reads what a request carries. */
#include "config.h"

#include "fcgi/body.h"

#include <fcgiapp.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "fcgi/replay.h"
#include "lib/base/buf.h"
#include "lib/base/json.h"
#include "lib/base/text.h"

enum { CHUNK = 65536 };

static bool too_large(struct request *req, int64_t max_bytes)
{
	return fail(req->work, ERR_TOO_LARGE,
		    "at most %lld bytes are taken here%s", (long long)max_bytes,
		    req->content_length > max_bytes ? "" : ", more came");
}

/* libfcgi hands over damaged requests as good ones: its error tells. */
static bool check_end(struct request *req, int64_t came)
{
	int error = FCGX_GetError(req->in);

	if (error)
		return fail(req->work, ERR_BAD_REQUEST,
			    "the request's stream is damaged (%d)", error);
	if (req->content_length >= 0 && came != req->content_length)
		return fail(req->work, ERR_BAD_REQUEST,
			    "%lld bytes were announced, %lld came",
			    (long long)req->content_length, (long long)came);
	req->body_read = true;
	return true;
}

bool body_read(struct request *req, int64_t max_bytes, body_sink *sink,
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
		if (!replay_is_by_parts(req))
			replay_feed(req, chunk, (size_t)got);
		if (!sink(arg, req->work, chunk, (size_t)got))
			return false;
	}
	return check_end(req, came) &&
	       (replay_is_by_parts(req) || replay_begin(req));
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

static bool add_to_buf(void *arg, struct work *work, const void *bytes,
		       size_t len)
{
	return buf_add(arg, bytes, len) ||
	       fail(work, ERR_TOO_LARGE, "at most %d bytes of JSON",
		    BODY_MAX_JSON);
}

/* RFC 8259 section 8.1: a parser may ignore a byte order mark. */
static size_t mark_len(const struct buf *buf)
{
	static const char mark[] = "\xef\xbb\xbf";

	return text_starts(buf->data, mark) ? strlen(mark) : 0;
}

bool body_read_json(struct request *req)
{
	struct buf *buf = buf_new(req->work->pool, BODY_MAX_JSON);

	if (!body_is(req, "application/json"))
		return fail(req->work, ERR_UNSUPPORTED_MEDIA_TYPE,
			    "Content-Type: application/json, not \"%.60s\"",
			    req->content_type);
	return body_read(req, BODY_MAX_JSON, add_to_buf, buf) &&
	       json_parse(&req->json, req->work, buf->data + mark_len(buf),
			  buf->len - mark_len(buf));
}
