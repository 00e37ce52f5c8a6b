/* uri.c: parses request targets. No other file decodes them. */
#include "config.h"

#include "fcgi/uri.h"

#include <string.h>
#include <strings.h>

#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/base/work.h"

/* Refuses bytes that clients must encode. nginx and lighttpd pass on different
   ones of these, so this check does not rely on either. A backslash is not a
   URI character, and some programs treat it as a slash. */
static bool check_raw(struct work *work, const char *text, size_t len)
{
	for (const char *at = text; at < text + len; at++) {
		unsigned char c = (unsigned char)*at;

		if (c <= ' ' || c == 0x7f || c == '\\' || c == '#')
			return fail(work, ERR_BAD_REQUEST,
				    "address: the byte 0x%02x at %zu must be "
				    "sent as %%%02X",
				    c, (size_t)(at - text), c);
	}
	return true;
}

/* Decodes `len` bytes; `what` names the part of the request in errors. */
static bool decode(const char **decoded, struct work *work, const char *what,
		   const char *text, size_t len)
{
	char *bytes;
	size_t size;

	if (!text_unpercent(work->pool, &bytes, &size, text, len))
		return fail(work, ERR_BAD_REQUEST,
			    "%s: %% must be followed by two hexadecimal digits",
			    what);
	if (!text_is_utf8(bytes, size))
		return fail(work, ERR_BAD_REQUEST,
			    "%s: UTF-8 without NUL is expected", what);
	if (!text_is_printable(bytes))
		return fail(work, ERR_BAD_REQUEST,
			    "%s: control characters (%%00 to %%1F, %%7F) are "
			    "not accepted",
			    what);
	*decoded = bytes;
	return true;
}

/* Refuses segments that a server in front would merge or resolve, so that both
   servers see the same path. */
static bool check_segments(struct work *work, const char *path)
{
	for (const char *at = path; *at;) {
		size_t len = strcspn(++at, "/");

		if (!len && *at)
			return fail(work, ERR_BAD_REQUEST,
				    "path: one \"/\" is expected between "
				    "segments, not \"//\"");
		if ((len == 1 && at[0] == '.') ||
		    (len == 2 && at[0] == '.' && at[1] == '.'))
			return fail(work, ERR_BAD_REQUEST,
				    "path: no segment may be \".\" or \"..\"");
		at += len;
	}
	return true;
}

static bool parse_path(const char **path, struct work *work, const char *text)
{
	const char *raw = pool_strndup(work->pool, text, strcspn(text, "?"));

	/* After decoding, %2F could not be distinguished from a slash: a server
	   that routes on the encoded path would see one segment where this one
	   sees two. No name here contains a slash, so refusing it loses
	   nothing. */
	if (strcasestr(raw, "%2f"))
		return fail(work, ERR_BAD_REQUEST,
			    "path: an encoded slash (%%2F) is not accepted");
	if (strcasestr(raw, "%5c"))
		return fail(work, ERR_BAD_REQUEST,
			    "path: a backslash (%%5C) is not accepted");
	return decode(path, work, "path", raw, strlen(raw)) &&
	       check_segments(work, *path);
}

/* Skips scheme and authority (RFC 9112 section 3.2.2); NULL if they are
   malformed. */
static const char *skip_authority(const char *text)
{
	if (strncasecmp(text, "http://", 7) && strncasecmp(text, "https://", 8))
		return NULL;
	text = strchr(text, ':') + 3;
	return strchr("/?", *text) ? NULL : text + strcspn(text, "/?");
}

static bool is_repeated(const struct uri_pair *pairs, size_t count,
			const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(pairs[i].name, name))
			return true;
	return false;
}

static bool parse_pair(struct uri_pair *pair, struct work *work,
		       const char *text, size_t len)
{
	const char *equals = memchr(text, '=', len);
	size_t name_len = equals ? (size_t)(equals - text) : len;
	const char *value = equals ? equals + 1 : text + len;

	if (!name_len)
		return fail(work, ERR_BAD_REQUEST,
			    "parameters: a name is expected before \"=\"");
	return decode(&pair->name, work, "parameters", text, name_len) &&
	       decode(&pair->value, work, "parameters", value,
		      len - (size_t)(value - text));
}

/* Each name may occur once: with two values, a check could read one and the use
   the other. */
static bool add_pair(struct uri_pair *pairs, size_t *count, struct work *work,
		     const char *text, size_t len)
{
	struct uri_pair pair;

	if (*count == URI_MAX_PAIRS)
		return fail(work, ERR_BAD_REQUEST,
			    "parameters: at most %d are accepted",
			    URI_MAX_PAIRS);
	if (!parse_pair(&pair, work, text, len))
		return false;
	if (is_repeated(pairs, *count, pair.name))
		return fail(work, ERR_BAD_REQUEST,
			    "parameters: \"%.*s\" comes more than once",
			    (int)text_cut(pair.name, 64), pair.name);
	pairs[(*count)++] = pair;
	return true;
}

static bool parse_pairs(const struct uri_pair **pairs, size_t *count,
			struct work *work, const char *text)
{
	char *spaced = pool_strdup(work->pool, text);
	struct uri_pair *list =
		pool_alloc(work->pool, URI_MAX_PAIRS * sizeof(*list));
	size_t used = 0;

	for (char *at = spaced; *at; at++)
		if (*at == '+')
			*at = ' ';
	for (const char *at = spaced; *at;) {
		size_t len = strcspn(at, "&");

		if (len && !add_pair(list, &used, work, at, len))
			return false;
		at += len + (at[len] == '&');
	}
	*pairs = list;
	*count = used;
	return true;
}

bool uri_parse_form(const struct uri_pair **pairs, size_t *count,
		    struct work *work, const char *text)
{
	if (strnlen(text, URI_MAX_FORM + 1) > URI_MAX_FORM)
		return fail(work, ERR_TOO_LARGE,
			    "form: at most %d bytes are accepted",
			    URI_MAX_FORM);
	return parse_pairs(pairs, count, work, text);
}

bool uri_parse(struct uri *uri, struct work *work, const char *request_uri)
{
	const char *text = request_uri;
	struct uri parsed = { 0 };

	if (strnlen(text, URI_MAX_BYTES + 1) > URI_MAX_BYTES)
		return fail(work, ERR_URI_TOO_LONG,
			    "address: at most %d bytes are accepted",
			    URI_MAX_BYTES);
	if (!check_raw(work, text, strcspn(text, "?")))
		return false;
	parsed.text = pool_strdup(work->pool, text);
	parsed.query_text = parsed.text + strcspn(text, "?");
	parsed.query_text += *parsed.query_text == '?';
	if (*text != '/')
		text = skip_authority(text);
	if (!text)
		return fail(work, ERR_BAD_REQUEST,
			    "address: expected a path that begins with "
			    "\"/\", or http(s)://, a host and a path");
	if (!parse_path(&parsed.path, work, text))
		return false;
	if (!*parsed.path)
		parsed.path = "/";
	*uri = parsed;
	return true;
}

bool uri_strip(struct uri *uri, struct work *work, const char *base_path)
{
	const size_t len = strlen(base_path);

	if (!text_starts(uri->path, base_path) ||
	    (uri->path[len] && uri->path[len] != '/'))
		return fail(work, ERR_NOT_FOUND,
			    "the service is below %s, and has no %.200s",
			    base_path, uri->path);
	uri->path = uri->path[len] ? uri->path + len : "/";
	return true;
}

bool uri_parse_query(struct uri *uri, struct work *work)
{
	return check_raw(work, uri->text, strlen(uri->text)) &&
	       parse_pairs(&uri->query, &uri->query_count, work,
			   uri->query_text);
}

/* Browsers treat a backslash as a slash, and drop tabs and line ends (WHATWG
   URL section 4.4). */
bool uri_is_local(const char *text)
{
	if (text[0] != '/' || text[1] == '/')
		return false;
	for (; *text; text++)
		if (*text <= ' ' || *text >= 0x7f || *text == '\\')
			return false;
	return true;
}
