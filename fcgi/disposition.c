/* disposition.c: names the file that a browser saves. */
#include "config.h"

#include "fcgi/disposition.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/base/util.h"

/* Path and line separators, control characters (C0, DEL, C1) and the
   bidirectional controls of Unicode's UAX #9 section 2. */
static bool is_unwanted(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} unwanted[] = {
		{ 0x00, 0x1f },     { '/', '/' },       { '\\', '\\' },
		{ 0x7f, 0x9f },     { 0x061c, 0x061c }, { 0x200e, 0x200f },
		{ 0x2028, 0x202e }, { 0x2066, 0x2069 },
	};

	for (size_t i = 0; i < ARRAY_LEN(unwanted); i++)
		if (code >= unwanted[i].first && code <= unwanted[i].last)
			return true;
	return false;
}

static char *clean(struct pool *pool, const char *filename)
{
	const char *end = filename + strlen(filename), *from;
	char *out = pool_strdup(pool, filename), *to = out;

	if (!text_is_utf8(filename, strlen(filename)))
		return pool_strdup(pool, "");
	while ((from = filename) < end)
		if (!is_unwanted(text_next(&filename, end)))
			to = mempcpy(to, from, (size_t)(filename - from));
	*to = '\0';
	out[text_cut(out, DISPOSITION_MAX_NAME)] = '\0';
	return out;
}

/* RFC 6266 appendix D: avoid characters that need an escape, and %, which some
   browsers decode. */
static const char *fallback(struct pool *pool, const char *name)
{
	const char *end = name + strlen(name);
	char *out = pool_strdup(pool, name), *to = out;

	while (name < end) {
		uint32_t code = text_next(&name, end);

		*to++ = code > 0x7e || code == '"' || code == '%' ? '_'
								  : (char)code;
	}
	*to = '\0';
	return out;
}

const char *disposition_header(struct pool *pool, bool inline_,
			       const char *filename)
{
	const char *type = inline_ ? "inline" : "attachment";
	const char *name = clean(pool, filename);

	if (!name[strspn(name, ". ")])
		return type;
	return pool_printf(pool, "%s; filename=\"%s\"; filename*=UTF-8''%s",
			   type, fallback(pool, name),
			   text_percent(pool, name));
}
