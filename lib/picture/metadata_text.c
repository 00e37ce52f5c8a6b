/* metadata_text.c: makes texts of the bytes in metadata. */
#include "config.h"

#include "lib/picture/metadata_text.h"

#include <string.h>

#include "lib/base/charset.h"
#include "lib/base/metadata.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"

/* Unicode's C0 and C1. */
static bool is_control(uint32_t character)
{
	return character < 0x20 || (character >= 0x7f && character < 0xa0);
}

/* Copies the characters but control characters, in place. */
static void remove_controls(char *text)
{
	const char *at = text, *end = text + strlen(text);
	char *to = text;

	while (at < end) {
		const char *from = at;
		const uint32_t character = text_next(&at, end);

		if (*from == '\t' || *from == '\n' || *from == '\r')
			*to++ = ' ';
		else if (!is_control(character))
			for (; from < at; from++)
				*to++ = *from;
	}
	*to = '\0';
}

/* Returns the length without the character that was cut at `len`, if the text
   is UTF-8. */
static size_t whole_characters(const uint8_t *text, size_t len)
{
	for (int i = 0; i < 3 && len && text[len - 1] >> 6 == 2; i++)
		len--;
	return len - (len && text[len - 1] >> 6 == 3);
}

const char *metadata_text(struct pool *pool, struct bytes bytes, size_t max)
{
	const char *from = (const char *)bytes.data;
	char *text;
	size_t len;

	/* Windows-1252 may become three times as long. More than that, and
	   spaces before the text, never matter. */
	if (bytes.len > 16 * max)
		bytes.len = whole_characters(bytes.data, 16 * max);
	if (!bytes.len)
		return NULL;
	text = pool_strndup(pool, from, strnlen(from, bytes.len));
	text = pool_strdup(pool, charset_guess(pool, text));
	remove_controls(text);
	while (*text == ' ')
		text++;
	len = text_cut(text, max);
	while (len && text[len - 1] == ' ')
		len--;
	text[len] = '\0';
	return len ? text : NULL;
}

const char *metadata_join(struct pool *pool, const char *first,
			  const char *second)
{
	const char *both;

	if (!first || !second)
		return first ? first : second;
	both = pool_printf(pool, "%s; %s", first, second);
	return pool_strndup(pool, both, text_cut(both, METADATA_TEXT_MAX));
}
