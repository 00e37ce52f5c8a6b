/* disposition.c: names the file that a browser saves. */
#include "config.h"

#include "fcgi/disposition.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/base/util.h"

/* The code point at the beginning of well-formed UTF-8, and its length in
   bytes. */
static uint32_t code_point(const char *text, size_t *len)
{
	const unsigned char *at = (const unsigned char *)text;

	*len = *at < 0x80 ? 1 : *at < 0xe0 ? 2 : *at < 0xf0 ? 3 : 4;
	if (*len == 1)
		return at[0];
	if (*len == 2)
		return (at[0] & 0x1fU) << 6 | (at[1] & 0x3fU);
	if (*len == 3)
		return (at[0] & 0x0fU) << 12 | (at[1] & 0x3fU) << 6 |
		       (at[2] & 0x3fU);
	return (at[0] & 0x07U) << 18 | (at[1] & 0x3fU) << 12 |
	       (at[2] & 0x3fU) << 6 | (at[3] & 0x3fU);
}

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
	char *out = pool_strdup(pool, filename), *to = out;
	size_t len;

	if (!text_is_utf8(filename, strlen(filename)))
		return pool_strdup(pool, "");
	for (; *filename; filename += len)
		if (!is_unwanted(code_point(filename, &len))) {
			memcpy(to, filename, len);
			to += len;
		}
	*to = '\0';
	out[text_cut(out, DISPOSITION_MAX_NAME)] = '\0';
	return out;
}

/* RFC 6266 appendix D: avoid characters that need an escape, and %, which some
   browsers decode. */
static const char *fallback(struct pool *pool, const char *name)
{
	char *out = pool_strdup(pool, name), *to = out;
	size_t len;

	for (; *name; name += len) {
		uint32_t code = code_point(name, &len);

		*to++ = code > 0x7e || code == '"' || code == '%' ? '_' : *name;
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
