/* script.c: splits a schema file into statements. */
#include "config.h"

#include "lib/db/script.h"

#include <string.h>

#include "lib/base/pool.h"

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* "--" begins a comment only if a space or the end of the line follows. */
static bool is_line_comment(const char *at)
{
	return *at == '#' ||
	       (at[0] == '-' && at[1] == '-' && (is_space(at[2]) || !at[2]));
}

/* Comments whose content a server runs count as statements. */
static bool is_block_comment(const char *at)
{
	return at[0] == '/' && at[1] == '*' && at[2] != '!' && at[2] != 'M';
}

/* Returns the end of a comment; `at` itself if there is none; NULL if the
   comment does not end. */
static const char *past_comment(const char *at)
{
	const char *end;

	if (is_line_comment(at))
		return at + strcspn(at, "\n");
	if (!is_block_comment(at))
		return at;
	end = strstr(at + 2, "*/");
	return end ? end + 2 : NULL;
}

/* Returns the end of a quoted text; NULL if it does not end. A doubled quote
   counts as two texts, with the same result. Backslashes escape, except in
   names. */
static const char *past_quote(const char *at)
{
	const char quote = *at++;

	while (*at && *at != quote)
		at += *at == '\\' && quote != '`' && at[1] ? 2 : 1;
	return *at ? at + 1 : NULL;
}

static const char *past_token(const char *at)
{
	const char *next = past_comment(at);

	if (next != at)
		return next;
	return *at == '\'' || *at == '"' || *at == '`' ? past_quote(at)
						       : at + 1;
}

static bool is_unended(struct work *work, const char *at, const char *name)
{
	return fail(
		work, ERR_INTERNAL,
		"%s: a comment or quoted text does not end; it begins with %.20s",
		name, at);
}

bool script_next(const char **statement, struct work *work, const char **rest,
		 const char *name)
{
	const char *at = *rest, *begin = NULL, *end = NULL, *next;

	while (*at && (*at != ';' || !begin)) {
		next = past_token(at);
		if (!next)
			return is_unended(work, at, name);
		if (!is_space(*at) && *at != ';' && past_comment(at) == at) {
			begin = begin ? begin : at;
			end = next;
		}
		at = next;
	}
	*rest = *at ? at + 1 : at;
	*statement =
		begin ? pool_strndup(work->pool, begin, (size_t)(end - begin))
		      : NULL;
	return true;
}
