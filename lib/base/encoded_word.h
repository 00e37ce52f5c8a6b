#ifndef LIB_BASE_ENCODED_WORD_H
#define LIB_BASE_ENCODED_WORD_H

struct pool;

/*
 * Decodes the encoded words (RFC 2047) in UTF-8 text, which some clients use
 * for file names: `=?charset?B?base64?=` or `=?charset?Q?text?=`, at any place.
 * Blanks between two words are removed. Two words of one charset may each have
 * a part of a character. Charsets are those of charset_decode(). A word that
 * cannot be decoded stays, but "_" replaces "/" and "\", which are not
 * separators in it.
 */
const char *encoded_word_decode(struct pool *pool, const char *text);

#endif
