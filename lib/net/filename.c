/* filename.c: reads the file's name in an answer's Content-Disposition. */
#include "config.h"

#include "lib/net/filename.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "lib/base/pool.h"
#include "lib/base/text.h"

/* Moves behind a value, quoted or not. Only \" and \\ are escapes: some
   servers quote a path of Windows as it is. */
static const char *read_value(struct pool *pool, const char **at)
{
	const bool quoted = **at == '"';
	char *out, *to;

	if (!quoted) {
		const char *value = *at;

		*at += strcspn(value, "; \t");
		return pool_strndup(pool, value, (size_t)(*at - value));
	}
	out = to = pool_alloc(pool, strlen(++*at) + 1);
	while (**at && **at != '"') {
		*at += **at == '\\' && ((*at)[1] == '"' || (*at)[1] == '\\');
		*to++ = *(*at)++;
	}
	*at += **at == '"';
	return out;
}

/* The value of the first parameter of this name, or NULL. */
static const char *find_param(struct pool *pool, const char *header,
			      const char *name)
{
	const size_t len = strlen(name);
	const char *at = header + strcspn(header, ";");

	while (*at) {
		const char *begin, *value;
		size_t found;

		at += strspn(at, "; \t");
		begin = at;
		found = strcspn(at, "=;");
		at += found;
		if (*at != '=')
			continue;
		at += 1 + strspn(at + 1, " \t");
		value = read_value(pool, &at);
		while (found && strchr(" \t", begin[found - 1]))
			found--;
		if (found == len && !strncasecmp(begin, name, len))
			return value;
		at += strcspn(at, ";");
	}
	return NULL;
}

static char *from_latin1(struct pool *pool, const char *bytes)
{
	char *out = pool_alloc(pool, 2 * strlen(bytes) + 1), *to = out;

	for (; *bytes; bytes++) {
		const unsigned char byte = (unsigned char)*bytes;

		if (byte >= 0x80)
			*to++ = (char)(0xc0 | byte >> 6);
		*to++ = byte < 0x80 ? (char)byte : (char)(0x80 | (byte & 0x3f));
	}
	return out;
}

/* RFC 8187 section 3.2.1: charset'language'percent-encoded. */
static const char *decode_extended(struct pool *pool, const char *value)
{
	const char *language = strchr(value, '\'');
	const char *text = language ? strchr(language + 1, '\'') : NULL;
	char *bytes;
	size_t size;

	if (!text ||
	    !text_unpercent(pool, &bytes, &size, text + 1, strlen(text + 1)) ||
	    strlen(bytes) != size)
		return NULL;
	if (!strncasecmp(value, "ISO-8859-1'", 11))
		return from_latin1(pool, bytes);
	return !strncasecmp(value, "UTF-8'", 6) ? bytes : NULL;
}

static const char *last_part(const char *path)
{
	const char *last = path;

	for (const char *at = path; *at; at++)
		if (*at == '/' || *at == '\\')
			last = at + 1;
	return strcmp(last, ".") && strcmp(last, "..") ? last : "";
}

static const char *clean(const char *name)
{
	return text_is_utf8(name, strlen(name)) && text_is_printable(name)
		       ? last_part(name)
		       : "";
}

const char *filename_of_disposition(struct pool *pool, const char *header)
{
	const char *value, *name;

	if (!header)
		return "";
	value = find_param(pool, header, "filename*");
	name = value ? decode_extended(pool, value) : NULL;
	if (name && *clean(name))
		return clean(name);
	value = find_param(pool, header, "filename");
	if (!value)
		return "";
	return clean(text_is_utf8(value, strlen(value))
			     ? value
			     : from_latin1(pool, value));
}
