/* xmp.c: finds texts in an XMP packet. */
#include "config.h"

#include "lib/picture/xmp.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/metadata.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/base/util.h"
#include "lib/picture/metadata_text.h"

enum { MAX_BYTES = 1 << 18, MAX_PREFIX = 32, MAX_VALUES = 16 };

static const char dublin_core[] = "http://purl.org/dc/elements/1.1/";
static const char rdf[] = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

static bool is_space(uint8_t byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* Returns the bytes that begin with the text; empty if there is none. */
static struct bytes search(struct bytes in, const char *text)
{
	const uint8_t *at =
		in.len ? memmem(in.data, in.len, text, strlen(text)) : NULL;

	return at ? (struct bytes){ at, in.len - (size_t)(at - in.data) }
		  : (struct bytes){ 0 };
}

static struct bytes skip(struct bytes bytes, size_t len)
{
	return (struct bytes){ bytes.data + len, bytes.len - len };
}

/* Returns the prefix of the namespace's first declaration, xmlns:PREFIX="URI",
   or NULL. */
static const char *find_prefix(struct pool *pool, struct bytes xmp,
			       const char *uri)
{
	struct bytes found = search(xmp, uri);
	const uint8_t *at, *end;

	if (!found.len)
		return NULL;
	at = found.data;
	if (at > xmp.data && (at[-1] == '"' || at[-1] == '\''))
		at--;
	while (at > xmp.data && is_space(at[-1]))
		at--;
	if (at == xmp.data || at[-1] != '=')
		return NULL;
	at--;
	while (at > xmp.data && is_space(at[-1]))
		at--;
	for (end = at; at > xmp.data && at[-1] != ':' && !is_space(at[-1]);)
		at--;
	if (at == end || end - at > MAX_PREFIX || at - xmp.data < 6 ||
	    memcmp(at - 6, "xmlns:", 6) != 0)
		return NULL;
	return pool_strndup(pool, (const char *)at, (size_t)(end - at));
}

/* Returns the content of the first element of that name up to the end tag, and
   moves `*in` after the start of the end tag. False if there is none. */
static bool next_element(struct bytes *content, struct bytes *in,
			 struct pool *pool, const char *name)
{
	const char *start = pool_printf(pool, "<%s", name);
	const char *end = pool_printf(pool, "</%s", name);
	struct bytes rest = *in, close;
	uint8_t quote = 0;

	do {
		rest = search(rest, start);
		if (rest.len <= strlen(start))
			return false;
		rest = skip(rest, strlen(start));
	} while (*rest.data != '>' && *rest.data != '/' &&
		 !is_space(*rest.data));
	for (; rest.len && (quote || *rest.data != '>'); rest = skip(rest, 1))
		if (quote ? *rest.data == quote
			  : *rest.data == '"' || *rest.data == '\'')
			quote = quote ? 0 : *rest.data;
	if (!rest.len)
		return false;
	*content = skip(rest, 1);
	if (rest.data[-1] == '/') {
		*in = *content;
		content->len = 0;
		return true;
	}
	close = search(rest, end);
	if (!close.len)
		return false;
	content->len = (size_t)(close.data - content->data);
	*in = close;
	return true;
}

static size_t put_character(char *to, unsigned long code)
{
	if (code < 0x80) {
		to[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		to[0] = (char)(0xc0 | code >> 6);
		to[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		to[0] = (char)(0xe0 | code >> 12);
		to[1] = (char)(0x80 | (code >> 6 & 0x3f));
		to[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	to[0] = (char)(0xf0 | code >> 18);
	to[1] = (char)(0x80 | (code >> 12 & 0x3f));
	to[2] = (char)(0x80 | (code >> 6 & 0x3f));
	to[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

/* XML 1.0 4.1 and 4.6. A reference is never shorter than its character in
   UTF-8. Returns its length, or 0 if it is none. */
static size_t read_reference(char *to, size_t *written, const char *from)
{
	static const struct {
		const char *name;
		char character;
	} entities[] = { { "&amp;", '&' },
			 { "&lt;", '<' },
			 { "&gt;", '>' },
			 { "&quot;", '"' },
			 { "&apos;", '\'' } };
	const bool hex = text_starts(from, "&#x");
	unsigned long code;
	char *end;

	for (size_t i = 0; i < ARRAY_LEN(entities); i++)
		if (text_starts(from, entities[i].name)) {
			*to = entities[i].character;
			*written = 1;
			return strlen(entities[i].name);
		}
	if (!text_starts(from, "&#"))
		return 0;
	code = strtoul(from + (hex ? 3 : 2), &end, hex ? 16 : 10);
	if (*end != ';' || !code || code > 0x10ffff ||
	    (code >= 0xd800 && code < 0xe000))
		return 0;
	*written = put_character(to, code);
	return (size_t)(end - from) + 1;
}

/* Replaces the references in place. */
static void unescape(char *text)
{
	char *to = text;
	size_t len, written;

	for (const char *from = text; *from; from += len, to += written) {
		len = *from == '&' ? read_reference(to, &written, from) : 0;
		if (!len) {
			*to = *from;
			len = written = 1;
		}
	}
	*to = '\0';
}

/* Up to the first tag or comment. */
static const char *text_of(struct pool *pool, struct bytes content)
{
	const uint8_t *tag =
		content.len ? memchr(content.data, '<', content.len) : NULL;
	char *text;

	if (tag)
		content.len = (size_t)(tag - content.data);
	text = pool_strndup(pool, (const char *)content.data, content.len);
	unescape(text);
	return metadata_text(
		pool, (struct bytes){ (const uint8_t *)text, strlen(text) },
		METADATA_TEXT_MAX);
}

const char *xmp_find(struct pool *pool, struct bytes xmp, const char *property)
{
	const bool is_list = !strcmp(property, "creator");
	const char *outer, *inner, *found = NULL;
	struct bytes element, item;
	size_t count = 0;

	if (xmp.len > MAX_BYTES)
		xmp.len = MAX_BYTES;
	outer = find_prefix(pool, xmp, dublin_core);
	inner = find_prefix(pool, xmp, rdf);
	if (!outer || !inner ||
	    !next_element(&element, &xmp, pool,
			  pool_printf(pool, "%s:%s", outer, property)))
		return NULL;
	inner = pool_printf(pool, "%s:li", inner);
	while ((is_list || !found) && count++ < MAX_VALUES &&
	       next_element(&item, &element, pool, inner))
		found = metadata_join(pool, found, text_of(pool, item));
	return found;
}
