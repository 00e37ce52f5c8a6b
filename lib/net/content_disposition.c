/* content_disposition.c: reads the file name in Content-Disposition. */
#include "config.h"

#include "lib/net/content_disposition.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "lib/base/filename.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"

/* Skips a value, quoted or not. Only \" and \\ are escapes, because some
   servers send a Windows path without escapes. */
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

/* Returns the value of the first parameter with this name, or NULL. */
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
		at = text_skip_blanks(at + 1);
		value = read_value(pool, &at);
		while (found && strchr(" \t", begin[found - 1]))
			found--;
		if (found == len && !strncasecmp(begin, name, len))
			return value;
		at += strcspn(at, ";");
	}
	return NULL;
}

static const char *clean(const char *name)
{
	return text_is_printable(name) ? filename_last_component(name) : "";
}

const char *content_disposition_filename(struct pool *pool, const char *header)
{
	const char *value, *name;

	if (!header)
		return "";
	value = find_param(pool, header, "filename*");
	if (value && filename_decode_extended(&name, pool, value) &&
	    *clean(name))
		return clean(name);
	value = find_param(pool, header, "filename");
	return value ? clean(filename_decode(pool, value)) : "";
}
