/* content_coding.c: decodes the bodies of answers. */
#include "config.h"

#include "lib/net/content_coding.h"

#include <string.h>
#include <strings.h>
#define ZLIB_CONST
#include <zlib.h>

#include "lib/base/pool.h"
#include "lib/base/text.h"

/* Bytes that identify the format, and bytes that are decoded at once. */
enum { MAGIC = 2, CHUNK = 1 << 15 };

/* Added to the window size that inflateInit2() gets, see zlib.h. */
enum { ZLIB_HEADER = MAX_WBITS, GZIP_HEADER = MAX_WBITS + 16 };

struct content_coding {
	enum { PLAIN, GZIP, DEFLATE } kind;
	unsigned char magic[MAGIC];
	size_t magic_len;
	bool inflates, ended;
	z_stream stream;
};

struct content_coding *content_coding_new(struct pool *pool, const char *header)
{
	static const struct {
		const char *name;
		int kind;
	} names[] = { { "gzip", GZIP },
		      { "x-gzip", GZIP },
		      { "deflate", DEFLATE } };
	struct content_coding *coding = pool_alloc(pool, sizeof(*coding));

	for (size_t i = 0; header && i < ARRAY_LEN(names); i++)
		if (!strcasecmp(header, names[i].name))
			coding->kind = names[i].kind;
	return coding;
}

static void end_stream(void *stream)
{
	inflateEnd(stream);
}

/* "deflate" is the zlib format (RFC 9110 section 8.4.1.2), but some servers
   send raw deflate data. */
static int window_bits(const struct content_coding *coding)
{
	const unsigned char *magic = coding->magic;
	const bool is_zlib = (magic[0] & 0xf) == Z_DEFLATED &&
			     (magic[0] << 8 | magic[1]) % 31 == 0;

	if (coding->kind == GZIP)
		return GZIP_HEADER;
	return is_zlib ? ZLIB_HEADER : -MAX_WBITS;
}

static bool start(struct content_coding *coding, struct work *work)
{
	if (coding->kind == GZIP &&
	    (coding->magic[0] != 0x1f || coding->magic[1] != 0x8b)) {
		coding->kind = PLAIN;
		return true;
	}
	if (inflateInit2(&coding->stream, window_bits(coding)) != Z_OK)
		return fail(work, ERR_INTERNAL, "zlib cannot be initialized");
	pool_defer(work->pool, end_stream, &coding->stream);
	coding->inflates = true;
	return true;
}

/* Ignores bytes after the end of the compressed data, as browsers do. */
static bool inflate_bytes(struct content_coding *coding, struct work *work,
			  const void *bytes, size_t len, client_sink *sink,
			  void *arg)
{
	unsigned char out[CHUNK];
	z_stream *stream = &coding->stream;

	stream->next_in = bytes;
	stream->avail_in = (uInt)len;
	while (!coding->ended) {
		size_t made;
		int code;

		stream->next_out = out;
		stream->avail_out = sizeof(out);
		code = inflate(stream, Z_NO_FLUSH);
		made = sizeof(out) - stream->avail_out;
		if (made && !sink(arg, work, out, made))
			return false;
		if (code == Z_BUF_ERROR)
			return true; /* needs more input */
		if (code != Z_OK && code != Z_STREAM_END)
			return fail(
				work, ERR_FETCH_FAILED,
				"the answer's body is not in the format that its "
				"Content-Encoding header names");
		coding->ended = code == Z_STREAM_END;
	}
	return true;
}

static bool pass(struct content_coding *coding, struct work *work,
		 const void *bytes, size_t len, client_sink *sink, void *arg)
{
	if (!len)
		return true;
	return coding->inflates
		       ? inflate_bytes(coding, work, bytes, len, sink, arg)
		       : sink(arg, work, bytes, len);
}

bool content_coding_decode(struct content_coding *coding, struct work *work,
			   const void *bytes, size_t len, client_sink *sink,
			   void *arg)
{
	const unsigned char *at = bytes;

	if (coding->kind == PLAIN || coding->inflates)
		return pass(coding, work, at, len, sink, arg);
	for (; len && coding->magic_len < MAGIC; len--)
		coding->magic[coding->magic_len++] = *at++;
	if (coding->magic_len < MAGIC)
		return true;
	return start(coding, work) &&
	       pass(coding, work, coding->magic, MAGIC, sink, arg) &&
	       pass(coding, work, at, len, sink, arg);
}

bool content_coding_end(struct content_coding *coding, struct work *work,
			client_sink *sink, void *arg)
{
	if (coding->kind == PLAIN)
		return true;
	if (!coding->inflates)
		return pass(coding, work, coding->magic, coding->magic_len,
			    sink, arg);
	return coding->ended || fail_transient(work, ERR_FETCH_FAILED,
					       "the answer ended too early");
}
