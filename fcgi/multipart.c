/* multipart.c: parses multipart forms while they arrive. */
#include "config.h"

#include "fcgi/multipart.h"

#include <string.h>
#include <strings.h>

#include "fcgi/part.h"
#include "lib/base/buf.h"
#include "lib/base/charset.h"
#include "lib/base/mime.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/base/work.h"

/* In the order in which a body passes through them. */
enum state {
	PREAMBLE,
	DELIMITED,
	PADDED,
	LINE_END,
	HEADER,
	FIELD,
	FILE_DATA,
	DASH,
	CLOSED,
	EPILOGUE,
};

struct multipart {
	struct work *work;
	const char *file_names;
	struct multipart_sink sink;
	enum state state;
	bool failed;

	/* CR LF "--" and the boundary. The last `matched` bytes of the input
	   match its beginning; the first `implied` of them are not bytes of
	   this content. */
	char delimiter[4 + MULTIPART_MAX_BOUNDARY + 1];
	size_t delimiter_len;
	size_t matched;
	size_t implied;

	size_t spare;
	unsigned parts;
	bool has_file;
	bool in_file; /* sink.file() was called for this part */

	struct part part;
	struct buf *header;
	size_t line_start;
	bool line_ended; /* complete unless the next line continues it */
	struct buf *value;
};

static bool bad(struct multipart *mp, const char *what)
{
	return fail(mp->work, ERR_BAD_REQUEST, "multipart: %s", what);
}

static bool begin_file(struct multipart *mp)
{
	const struct part *part = &mp->part;

	if (mp->has_file)
		return bad(mp, "one file is accepted, not a second one");
	mp->has_file = mp->in_file = true;
	return mp->sink.file(mp->sink.arg, mp->work, part->name, part->filename,
			     part->media_type);
}

static bool begin_content(struct multipart *mp)
{
	if (!part_finish(&mp->part, mp->work, mp->file_names))
		return false;
	/* The content is still empty, so the CR LF that ends its header may
	   also be the beginning of the next delimiter. */
	mp->matched = mp->implied = 2;
	/* Browsers send an empty part with the filename "" if the user chose no
	   file: such a part is a file only if it has bytes. */
	mp->state = mp->part.is_file ? FILE_DATA : FIELD;
	mp->in_file = false;
	buf_release(mp->value);
	return !mp->part.is_file || !*mp->part.filename || begin_file(mp);
}

static bool begin_header(struct multipart *mp)
{
	if (++mp->parts > MULTIPART_MAX_PARTS)
		return fail(mp->work, ERR_BAD_REQUEST,
			    "multipart: at most %d parts are accepted",
			    MULTIPART_MAX_PARTS);
	mp->part = (struct part){ 0 };
	mp->line_start = 0;
	mp->line_ended = false;
	buf_release(mp->header);
	return true;
}

static bool take_spare(struct multipart *mp, const char *bytes, size_t len)
{
	(void)bytes;
	if (len > MULTIPART_MAX_SPARE - mp->spare)
		return fail(mp->work, ERR_BAD_REQUEST,
			    "multipart: at most %d bytes may be outside the "
			    "parts",
			    MULTIPART_MAX_SPARE);
	mp->spare += len;
	return true;
}

static bool take_value(struct multipart *mp, const char *bytes, size_t len)
{
	const char *name = mp->part.name;

	if (buf_add(mp->value, bytes, len))
		return true;
	if (mp->part.lacks_filename)
		return part_needs_filename(mp->work, name);
	return fail(mp->work, ERR_TOO_LARGE,
		    "%.*s: at most %d bytes are accepted",
		    (int)text_cut(name, 64), name, MULTIPART_MAX_VALUE);
}

static bool refuse_value(struct multipart *mp)
{
	const char *name = mp->part.name;
	const char *charset = mp->part.charset;
	const int name_len = (int)text_cut(name, 64);

	if (mp->part.lacks_filename)
		return part_needs_filename(mp->work, name);
	if (charset)
		return fail(mp->work, ERR_BAD_REQUEST,
			    "%.*s: the bytes are not text in \"%.*s\"; send "
			    "text without control characters in UTF-8, "
			    "ISO-8859-1 or windows-1252",
			    name_len, name, (int)mime_token(charset), charset);
	return fail(mp->work, ERR_BAD_REQUEST,
		    "%.*s: text in UTF-8 without control characters is "
		    "expected; text in ISO-8859-1 needs Content-Type: "
		    "text/plain; charset=ISO-8859-1",
		    name_len, name);
}

/* RFC 7578 section 5.1.2: the default is UTF-8. */
static bool end_value(struct multipart *mp)
{
	const struct buf *value = mp->value;
	const char *charset = mp->part.charset ? mp->part.charset : "UTF-8";
	const char *text;

	if (!text_is_clean(value->data, value->len, "\t\r\n") ||
	    !charset_decode(&text, mp->work->pool, charset, value->data,
			    value->len))
		return refuse_value(mp);
	return mp->sink.field(mp->sink.arg, mp->work, mp->part.name, text);
}

static bool take_data(struct multipart *mp, const char *bytes, size_t len)
{
	return (mp->in_file || begin_file(mp)) &&
	       mp->sink.data(mp->sink.arg, mp->work, bytes, len);
}

static bool end_nothing(struct multipart *mp)
{
	(void)mp;
	return true;
}

/*
 * The table of states. `step` consumes one byte or more. States between
 * delimiters have `take`, which receives the content, and `end`, which runs at
 * its end. States of one byte have `turns`, the bytes that are allowed and the
 * states that follow.
 */
struct transition {
	char byte;
	enum state next;
};

struct row {
	bool (*step)(struct multipart *mp, const struct row *row,
		     const char **at, const char *end);
	bool (*take)(struct multipart *mp, const char *bytes, size_t len);
	bool (*end)(struct multipart *mp);
	const char *expected;
	struct transition transitions[4];
};

/* Continues a delimiter that has begun. CR occurs only at the beginning of a
   delimiter, so after a mismatch none of the bytes held back can begin another
   delimiter, and they equal the beginning of the delimiter: no copy of them is
   needed. */
static bool match_on(struct multipart *mp, const struct row *row,
		     const char **at, const char *end)
{
	size_t held;

	while (*at < end && mp->matched < mp->delimiter_len &&
	       **at == mp->delimiter[mp->matched]) {
		mp->matched++;
		(*at)++;
	}
	if (*at == end || mp->matched == mp->delimiter_len)
		return true;
	held = mp->matched - mp->implied;
	mp->matched = 0;
	return !held || row->take(mp, mp->delimiter + mp->implied, held);
}

/* The number of bytes at the end that may be the beginning of a delimiter. */
static size_t held_back(const struct multipart *mp, const char *from,
			const char *end)
{
	size_t len = (size_t)(end - from);
	size_t most = len < mp->delimiter_len ? len : mp->delimiter_len - 1;
	const char *cr = memrchr(end - most, '\r', most);
	size_t held = cr ? (size_t)(end - cr) : 0;

	return memcmp(end - held, mp->delimiter, held) ? 0 : held;
}

static bool search(struct multipart *mp, const struct row *row, const char **at,
		   const char *end)
{
	const char *from = *at;
	const char *hit = memmem(from, (size_t)(end - from), mp->delimiter,
				 mp->delimiter_len);
	size_t held = hit ? 0 : held_back(mp, from, end);
	const char *stop = hit ? hit : end - held;

	mp->implied = 0;
	mp->matched = hit ? mp->delimiter_len : held;
	*at = hit ? hit + mp->delimiter_len : end;
	return stop == from || row->take(mp, from, (size_t)(stop - from));
}

static bool content(struct multipart *mp, const struct row *row,
		    const char **at, const char *end)
{
	if (!(mp->matched ? match_on : search)(mp, row, at, end))
		return false;
	if (mp->matched < mp->delimiter_len)
		return true;
	mp->matched = 0;
	mp->state = DELIMITED;
	return row->end(mp);
}

static bool turn(struct multipart *mp, const struct row *row, const char **at,
		 const char *end)
{
	char byte = *(*at)++;

	(void)end;
	for (size_t i = 0; i < ARRAY_LEN(row->transitions); i++)
		if (row->transitions[i].byte == byte &&
		    row->transitions[i].next) {
			mp->state = row->transitions[i].next;
			return take_spare(mp, &byte, 1) &&
			       (mp->state != HEADER || begin_header(mp));
		}
	return bad(mp, row->expected);
}

/* Ends a header line, or continues it if the next byte is a blank; unfolding
   removes only the CRLF (RFC 5322 section 2.2.3). */
static bool end_line(struct multipart *mp, char next)
{
	struct buf *lines = mp->header;
	char *line = lines->data + mp->line_start;
	const size_t len = lines->len - mp->line_start - 2;

	mp->line_ended = false;
	if (next == ' ' || next == '\t') {
		lines->len -= 2;
		return true;
	}
	mp->line_start = lines->len;
	line[len] = '\0';
	return part_line(&mp->part, mp->work, line, len);
}

static bool header(struct multipart *mp, const struct row *row, const char **at,
		   const char *end)
{
	const char *lf = memchr(*at, '\n', (size_t)(end - *at));
	size_t count = (size_t)((lf ? lf + 1 : end) - *at);
	struct buf *lines = mp->header;

	if (mp->line_ended && !end_line(mp, **at))
		return false;
	if (!buf_add(mp->header, *at, count))
		return fail(mp->work, ERR_BAD_REQUEST,
			    "multipart: a part's header has at most %d bytes",
			    MULTIPART_MAX_HEADER);
	*at += count;
	if (!lf)
		return true;
	if (lines->len - mp->line_start < 2 ||
	    lines->data[lines->len - 2] != '\r')
		return bad(mp, row->expected);
	mp->line_ended = lines->len - mp->line_start > 2;
	return mp->line_ended || begin_content(mp);
}

static const char bchars[] = "0123456789"
			     "abcdefghijklmnopqrstuvwxyz"
			     "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			     "'()+_,-./:=? ";

static bool epilogue(struct multipart *mp, const struct row *row,
		     const char **at, const char *end)
{
	size_t len = (size_t)(end - *at);

	(void)row;
	*at = end;
	return take_spare(mp, NULL, len);
}

/* CRLF should follow, but some clients send LF, NUL or nothing. A byte that a
   boundary may have shows that this is another, longer boundary. */
static bool closed(struct multipart *mp, const struct row *row, const char **at,
		   const char *end)
{
	const char byte = **at;

	if (byte && byte != ' ' && strchr(bchars, byte))
		return bad(mp, row->expected);
	mp->state = EPILOGUE;
	return epilogue(mp, row, at, end);
}

static const char after_boundary[] =
	"a boundary must be followed by CRLF, or by \"--\" if it is the last";
static const char after_closing[] =
	"the last delimiter must be followed by CRLF or nothing, not by a "
	"byte that a boundary may have";

/* clang-format off */
static const struct row rows[] = {
	[PREAMBLE]        = { .step = content, .take = take_spare, .end = end_nothing },
	[DELIMITED]       = { .step = turn, .expected = after_boundary,
			      .transitions = { { '\r', LINE_END }, { '-', DASH },
					 { ' ', PADDED }, { '\t', PADDED } } },
	[PADDED]          = { .step = turn, .expected = after_boundary,
			      .transitions = { { '\r', LINE_END }, { ' ', PADDED }, { '\t', PADDED } } },
	[LINE_END]        = { .step = turn, .expected = after_boundary,
			      .transitions = { { '\n', HEADER } } },
	[HEADER]          = { .step = header, .expected = "a line of a part's header must end in CRLF" },
	[FIELD]           = { .step = content, .take = take_value, .end = end_value },
	[FILE_DATA]       = { .step = content, .take = take_data, .end = end_nothing },
	[DASH]            = { .step = turn, .expected = after_boundary,
			      .transitions = { { '-', CLOSED } } },
	[CLOSED]          = { .step = closed, .expected = after_closing },
	[EPILOGUE]        = { .step = epilogue },
};
/* clang-format on */
_Static_assert(ARRAY_LEN(rows) == EPILOGUE + 1, "every state needs a row");

static bool take_boundary(void *arg, const char *name, const char *value)
{
	struct multipart *mp = arg;
	size_t len = strlen(value);

	if (strcasecmp(name, "boundary"))
		return true;
	if (mp->delimiter_len)
		return bad(mp, "one boundary is expected, not two");
	if (!len || len > MULTIPART_MAX_BOUNDARY ||
	    strspn(value, bchars) != len || value[len - 1] == ' ')
		return bad(mp, "a boundary must be 1 to 70 of the characters "
			       "of RFC 2046 section 5.1.1");
	memcpy(mp->delimiter, "\r\n--", 4);
	memcpy(mp->delimiter + 4, value, len);
	mp->delimiter_len = 4 + len;
	return true;
}

bool multipart_open(struct multipart **opened, struct work *work,
		    const char *content_type, const char *file_names,
		    const struct multipart_sink *sink)
{
	struct multipart *mp = pool_alloc(work->pool, sizeof(*mp));
	const char *type;

	mp->work = work;
	mp->file_names = file_names;
	mp->sink = *sink;
	mp->header = buf_new(work->pool, MULTIPART_MAX_HEADER);
	mp->value = buf_new(work->pool, MULTIPART_MAX_VALUE);
	if (!mime_type(&type, work, &content_type))
		return false;
	if (strcmp(type, "multipart/form-data"))
		return fail(work, ERR_UNSUPPORTED_MEDIA_TYPE,
			    "multipart/form-data is expected, not %.80s", type);
	if (!mime_params(work, content_type, take_boundary, mp))
		return false;
	if (!mp->delimiter_len)
		return bad(mp, "Content-Type needs the parameter boundary");
	/* The first delimiter needs no CRLF before it. */
	mp->matched = mp->implied = 2;
	*opened = mp;
	return true;
}

bool multipart_feed(struct multipart *mp, const void *bytes, size_t len)
{
	const char *at = bytes;
	const char *end = len ? at + len : at;

	while (at < end && !mp->failed)
		mp->failed =
			!rows[mp->state].step(mp, &rows[mp->state], &at, end);
	return !mp->failed;
}

bool multipart_close(struct multipart *mp)
{
	if (mp->failed)
		return false;
	if (mp->state < CLOSED)
		return bad(mp, "the body ends before its last delimiter");
	return true;
}
