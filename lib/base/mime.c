/* mime.c: media types and the parameters of header fields. */
#include "config.h"

#include "lib/base/mime.h"

#include <string.h>

#include "lib/base/charset.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/base/work.h"

size_t mime_token(const char *text)
{
	return strspn(text, "0123456789"
			    "abcdefghijklmnopqrstuvwxyz"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "!#$%&'*+-.^_`|~");
}

bool mime_type(const char **type, struct work *work, const char **text)
{
	size_t main_len = mime_token(*text);
	size_t sub_len = 0;

	if (main_len && (*text)[main_len] == '/')
		sub_len = mime_token(*text + main_len + 1);
	if (!sub_len)
		return fail(work, ERR_BAD_REQUEST,
			    "Content-Type: expected type/subtype");
	*type = text_lower(work->pool, pool_strndup(work->pool, *text,
						    main_len + 1 + sub_len));
	*text += main_len + 1 + sub_len;
	return true;
}

static bool is_escape(const char *text)
{
	return text[0] == '\\' && (text[1] == '"' || text[1] == '\\');
}

/* Returns the length of the next character or escape. In a charset such as
   Shift-JIS, the second byte of a character may be a backslash. */
static size_t step(const char *text, bool is_utf8)
{
	if (!is_utf8 && charset_step(text) == 2)
		return 2;
	return is_escape(text) ? 2 : 1;
}

/* `text` points after the opening quote. */
static bool read_quoted(const char **value, struct work *work,
			const char **text)
{
	const bool is_utf8 = text_is_utf8(*text, strlen(*text));
	const char *at = *text;
	char *out, *to;

	while (*at && *at != '"')
		at += step(at, is_utf8);
	if (!*at)
		return fail(work, ERR_BAD_REQUEST,
			    "a parameter's quoted value has no closing quote");
	out = to = pool_alloc(work->pool, (size_t)(at - *text) + 1);
	for (const char *from = *text, *next; from < at; from = next) {
		next = from + step(from, is_utf8);
		from += is_escape(from);
		to = mempcpy(to, from, (size_t)(next - from));
	}
	*value = out;
	*text = at + 1;
	return true;
}

static bool read_value(const char **value, struct work *work, const char **text)
{
	size_t len = strcspn(*text, "; \t\"");

	if (**text == '"') {
		++*text;
		return read_quoted(value, work, text);
	}
	if (!len)
		return fail(work, ERR_BAD_REQUEST,
			    "expected a value after a parameter's \"=\"");
	*value = pool_strndup(work->pool, *text, len);
	*text += len;
	return true;
}

bool mime_params(struct work *work, const char *text,
		 bool (*visit)(void *arg, const char *name, const char *value),
		 void *arg)
{
	for (;;) {
		const char *name, *value = NULL;
		size_t len;

		text = text_skip_blanks(text);
		if (!*text)
			return true;
		if (*text != ';')
			return fail(work, ERR_BAD_REQUEST,
				    "expected \";\" before a parameter");
		text = text_skip_blanks(text + 1);
		if (!*text || *text == ';')
			continue;
		len = mime_token(text);
		if (!len || text[len] != '=')
			return fail(
				work, ERR_BAD_REQUEST,
				"expected a parameter as a name, \"=\" and a value");
		name = pool_strndup(work->pool, text, len);
		text += len + 1;
		if (!read_value(&value, work, &text) ||
		    !visit(arg, name, value))
			return false;
	}
}
