/* charset.c: converts text in other charsets to UTF-8. */
#include "config.h"

#include "lib/base/charset.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "lib/base/pool.h"
#include "lib/base/text.h"

enum encoding { UTF_8, WINDOWS_1252 };

/*
 * Some clients label UTF-8 as US-ASCII. ISO-8859-1 is read as windows-1252, as
 * in browsers (WHATWG Encoding, "Names and labels"). iconv() knows more
 * charsets, but it loads a module for each of them: a system may lack it, and
 * the client would choose the code that reads its bytes.
 */
static const struct {
	const char *label;
	enum encoding encoding;
} charsets[] = {
	{ "utf-8", UTF_8 },
	{ "utf8", UTF_8 },
	{ "us-ascii", UTF_8 },
	{ "ascii", UTF_8 },
	{ "iso-8859-1", WINDOWS_1252 },
	{ "iso8859-1", WINDOWS_1252 },
	{ "latin1", WINDOWS_1252 },
	{ "windows-1252", WINDOWS_1252 },
	{ "cp1252", WINDOWS_1252 },
};

enum { FIRST = 0x80, MAX_UTF8 = 3 };

/* The characters 0x80 to 0x9f. The five bytes without a character are
   U+FFFD. */
/* clang-format off */
static const uint16_t windows_1252[] = {
	0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
	0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0xfffd, 0x017d, 0xfffd,
	0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
	0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0xfffd, 0x017e, 0x0178,
};
/* clang-format on */

static char *put_utf8(char *to, uint32_t code)
{
	if (code < 0x80) {
		*to++ = (char)code;
	} else if (code < 0x800) {
		*to++ = (char)(0xc0 | code >> 6);
		*to++ = (char)(0x80 | (code & 0x3f));
	} else {
		*to++ = (char)(0xe0 | code >> 12);
		*to++ = (char)(0x80 | (code >> 6 & 0x3f));
		*to++ = (char)(0x80 | (code & 0x3f));
	}
	return to;
}

static char *put_byte(char *to, unsigned char byte)
{
	const size_t i = (size_t)byte - FIRST;

	return put_utf8(to, byte >= FIRST && i < ARRAY_LEN(windows_1252)
				    ? windows_1252[i]
				    : byte);
}

static const char *from_windows_1252(struct pool *pool, const char *bytes,
				     size_t len)
{
	char *text = pool_alloc(pool, MAX_UTF8 * len + 1), *to = text;

	for (size_t i = 0; i < len; i++)
		to = put_byte(to, (unsigned char)bytes[i]);
	return text;
}

static bool is_ascii(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!bytes[i] || (unsigned char)bytes[i] >= 0x80)
			return false;
	return true;
}

static bool find_encoding(enum encoding *encoding, const char *charset)
{
	for (size_t i = 0; i < ARRAY_LEN(charsets); i++)
		if (!strcasecmp(charset, charsets[i].label)) {
			*encoding = charsets[i].encoding;
			return true;
		}
	return false;
}

bool charset_decode(const char **text, struct pool *pool, const char *charset,
		    const char *bytes, size_t len)
{
	enum encoding encoding = UTF_8;

	if (!is_ascii(bytes, len) && !find_encoding(&encoding, charset))
		return false;
	if (encoding == WINDOWS_1252) {
		if (memchr(bytes, '\0', len))
			return false;
		*text = from_windows_1252(pool, bytes, len);
		return true;
	}
	if (!text_is_utf8(bytes, len))
		return false;
	*text = pool_strndup(pool, bytes, len);
	return true;
}

size_t charset_step(const char *at)
{
	const unsigned char lead = (unsigned char)at[0];

	return lead > 0x80 && lead < 0xff && (unsigned char)at[1] >= 0x40 ? 2
									  : 1;
}

const char *charset_guess(struct pool *pool, const char *text)
{
	const size_t len = strlen(text);
	char *bytes;

	if (text_is_utf8(text, len))
		return text;
	bytes = pool_strdup(pool, text);
	for (char *at = bytes; *at; at += charset_step(at))
		if (charset_step(at) == 2 && at[1] == '\\')
			at[1] = '_';
	return from_windows_1252(pool, bytes, len);
}
