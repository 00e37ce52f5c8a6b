#ifndef LIB_BASE_ENCODED_WORD_H
#define LIB_BASE_ENCODED_WORD_H

struct pool;

/*
 * UTF-8 text with its encoded words (RFC 2047) decoded, as some clients write
 * file names: `=?charset?B?base64?=` or `=?charset?Q?text?=`, wherever they
 * stand. Blanks between two words go, and a character may be divided between
 * two words of one charset. The charsets are those of charset_decode(). A word
 * that cannot be decoded stays, but with "_" for "/" and "\", which are no
 * separators in it.
 */
const char *encoded_word_decode(struct pool *pool, const char *text);

#endif
