/* text.c: reads and writes numbers, UTF-8, hexadecimal and base64, strictly. */
#include "config.h"

#include "lib/base/text.h"

#include <b64/cdecode.h>
#include <b64/cencode.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/pool.h"

bool text_int(int64_t *number, const char *text, int64_t min, int64_t max)
{
	const char *digits = text + (*text == '-' || *text == '+');
	long long value;
	char *end;

	if (!isdigit((unsigned char)*digits))
		return false;
	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno || *end || value < min || value > max)
		return false;
	*number = value;
	return true;
}

/* Returns 0 if there is no such unit. */
static int64_t unit_seconds(const char *unit)
{
	/* clang-format off */
	static const struct { const char *unit; int64_t seconds; } units[] = {
		{ "", 1 }, { "s", 1 }, { "m", 60 }, { "h", 3600 },
		{ "d", 86400 }, { "w", 604800 },
	};
	/* clang-format on */

	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (!strcmp(units[i].unit, unit))
			return units[i].seconds;
	return 0;
}

bool text_seconds(int64_t *seconds, const char *text, int64_t min, int64_t max)
{
	char number[24];
	const size_t len = text_digits(text);
	const int64_t unit = unit_seconds(text + len);
	int64_t count, product;

	if (!unit || len >= sizeof(number))
		return false;
	memcpy(number, text, len);
	number[len] = '\0';
	if (!text_int(&count, number, 0, INT64_MAX) ||
	    __builtin_mul_overflow(count, unit, &product) || product < min ||
	    product > max)
		return false;
	*seconds = product;
	return true;
}

static bool next_number(int64_t *number, const char **list, int64_t min,
			int64_t max)
{
	char word[24];
	const size_t len = strcspn(*list, " ");

	if (len >= sizeof(word))
		return false;
	memcpy(word, *list, len);
	word[len] = '\0';
	*list += len;
	*list += strspn(*list, " ");
	return text_int(number, word, min, max);
}

bool text_is_numbers(const char *list, int64_t min, int64_t max)
{
	int64_t number;

	list += strspn(list, " ");
	do
		if (!next_number(&number, &list, min, max))
			return false;
	while (*list);
	return true;
}

bool text_has_number(const char *list, int64_t number)
{
	int64_t found;

	list += strspn(list, " ");
	while (*list)
		if (next_number(&found, &list, INT64_MIN, INT64_MAX) &&
		    found == number)
			return true;
	return false;
}

/* The lead byte of a character, and the least code point, by the number of
   bytes that follow: RFC 3629 section 3. NUL is no character here. */
static const struct {
	unsigned char mask, lead;
	uint32_t least;
} leads[] = {
	{ 0x80, 0x00, 1 },
	{ 0xe0, 0xc0, 0x80 },
	{ 0xf0, 0xe0, 0x800 },
	{ 0xf8, 0xf0, 0x10000 },
};

uint32_t text_next(const char **text, const char *end)
{
	const unsigned char *at = (const unsigned char *)*text;
	const size_t left = (size_t)(end - *text);
	uint32_t code;
	size_t tail = 0;

	++*text;
	while (tail < ARRAY_LEN(leads) &&
	       (*at & leads[tail].mask) != leads[tail].lead)
		tail++;
	if (tail == ARRAY_LEN(leads) || tail >= left)
		return TEXT_INVALID;
	code = *at & (unsigned char)~leads[tail].mask;
	for (size_t i = 1; i <= tail; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return TEXT_INVALID;
		code = code << 6 | (at[i] & 0x3f);
	}
	if (code < leads[tail].least || code > 0x10ffff ||
	    (code >= 0xd800 && code < 0xe000))
		return TEXT_INVALID;
	*text += tail;
	return code;
}

bool text_is_utf8(const char *text, size_t len)
{
	const char *end = text + len;

	while (text < end)
		if (text_next(&text, end) == TEXT_INVALID)
			return false;
	return true;
}

size_t text_length(const char *text)
{
	const char *end = text + strlen(text);
	size_t length = 0;

	for (; text < end; length++)
		text_next(&text, end);
	return length;
}

bool text_is_printable(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return false;
	return true;
}

bool text_is_clean(const char *text, size_t len, const char *allowed)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < 0x20 || c == 0x7f)
			if (!c || !strchr(allowed, c))
				return false;
	}
	return true;
}

bool text_starts(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

void text_hex(char *hex, const void *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *at = bytes;

	for (size_t i = 0; i < len; i++) {
		hex[2 * i] = digits[at[i] >> 4];
		hex[2 * i + 1] = digits[at[i] & 15];
	}
	hex[2 * len] = '\0';
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool text_unhex(void *bytes, size_t len, const char *hex)
{
	uint8_t *at = bytes;

	if (strlen(hex) != 2 * len)
		return false;
	for (size_t i = 0; i < len; i++) {
		int high = digit_of(hex[2 * i]);
		int low = digit_of(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		at[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

/* libb64 breaks lines at 72 columns; this joins them. */
char *text_base64(struct pool *pool, const void *bytes, size_t len)
{
	char *text = pool_alloc(pool, len / 3 * 4 + len / 54 + 16);
	base64_encodestate state;
	size_t used, kept = 0;

	base64_init_encodestate(&state);
	used = (size_t)base64_encode_block(bytes, (int)len, text, &state);
	used += (size_t)base64_encode_blockend(text + used, &state);
	for (size_t i = 0; i < used; i++)
		if (text[i] != '\n')
			text[kept++] = text[i];
	text[kept] = '\0';
	return text;
}

char *text_base64url(struct pool *pool, const void *bytes, size_t len)
{
	char *text = text_base64(pool, bytes, len);

	for (char *at = text; *at; at++) {
		if (*at == '+')
			*at = '-';
		else if (*at == '/')
			*at = '_';
		else if (*at == '=')
			*at = '\0';
	}
	return text;
}

/* libb64 skips bytes that are not base64 and accepts any tail. So the result is
   valid only if it encodes to the same text again. */
bool text_unbase64(struct pool *pool, void **bytes, size_t *len,
		   const char *text)
{
	size_t size = strlen(text);
	char *out = pool_alloc(pool, size + 4);
	base64_decodestate state;
	size_t used;

	if (size > 1 << 20)
		return false;
	base64_init_decodestate(&state);
	used = (size_t)base64_decode_block(text, (int)size, out, &state);
	out[used] = '\0';
	if (strcmp(text_base64(pool, out, used), text))
		return false;
	*bytes = out;
	*len = used;
	return true;
}

bool text_unbase64url(struct pool *pool, void **bytes, size_t *len,
		      const char *text)
{
	char *plain = pool_printf(pool, "%s%s", text,
				  &"==="[3 - (4 - strlen(text) % 4) % 4]);

	for (char *at = plain; *at; at++) {
		if (*at == '+' || *at == '/')
			return false;
		if (*at == '-')
			*at = '+';
		else if (*at == '_')
			*at = '/';
	}
	return text[strcspn(text, "=")] == '\0' &&
	       text_unbase64(pool, bytes, len, plain);
}

char *text_percent(struct pool *pool, const char *text)
{
	char *out = pool_alloc(pool, 3 * strlen(text) + 1);
	char *at = out;

	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (isalnum(c) || strchr("-._~", c)) {
			*at++ = (char)c;
		} else {
			*at++ = '%';
			*at++ = "0123456789ABCDEF"[c >> 4];
			*at++ = "0123456789ABCDEF"[c & 15];
		}
	}
	return out;
}

char *text_lower(struct pool *pool, const char *text)
{
	char *copy = pool_strdup(pool, text);

	for (char *at = copy; *at; at++)
		if (*at >= 'A' && *at <= 'Z')
			*at += 'a' - 'A';
	return copy;
}

const char *text_word(struct pool *pool, const char *words, size_t i)
{
	words += strspn(words, " ");
	for (; i && *words; i--) {
		words += strcspn(words, " ");
		words += strspn(words, " ");
	}
	return *words ? pool_strndup(pool, words, strcspn(words, " ")) : NULL;
}

const char *text_add_word(struct pool *pool, const char *words,
			  const char *word)
{
	return *words ? pool_printf(pool, "%s %s", words, word) : word;
}

bool text_has_word(const char *words, const char *word)
{
	size_t len = strlen(word);

	for (words += strspn(words, " "); *words; words += strspn(words, " ")) {
		size_t next = strcspn(words, " ");

		if (next == len && !memcmp(words, word, len))
			return true;
		words += next;
	}
	return false;
}

/* Returns at most five bytes. */
static const char *entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&#34;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

char *text_html(struct pool *pool, const char *text)
{
	char *out = pool_alloc(pool, 5 * strlen(text) + 1);
	char *at = out;

	for (; *text; text++) {
		const char *escaped = entity(*text);

		if (escaped)
			at = stpcpy(at, escaped);
		else
			*at++ = *text;
	}
	return out;
}

bool text_unpercent(struct pool *pool, char **bytes, size_t *size,
		    const char *text, size_t len)
{
	const char *end = text + len;
	char *out = pool_alloc(pool, len + 1);
	char *at = out;

	while (text < end) {
		int high, low;

		if (*text != '%') {
			*at++ = *text++;
			continue;
		}
		high = end - text < 3 ? -1 : digit_of(text[1]);
		low = end - text < 3 ? -1 : digit_of(text[2]);
		if (high < 0 || low < 0)
			return false;
		*at++ = (char)(high << 4 | low);
		text += 3;
	}
	*bytes = out;
	*size = (size_t)(at - out);
	return true;
}

size_t text_cut(const char *text, size_t max)
{
	const char *end = text + strnlen(text, max + TEXT_MAX_CHARACTER);
	const char *cut = text, *next = text;

	if (end <= text + max)
		return (size_t)(end - text);
	for (; next <= text + max; text_next(&next, end))
		cut = next;
	return (size_t)(cut - text);
}

const char *text_skip_blanks(const char *text)
{
	return text + strspn(text, " \t");
}

size_t text_digits(const char *text)
{
	return strspn(text, "0123456789");
}
