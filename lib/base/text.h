#ifndef LIB_BASE_TEXT_H
#define LIB_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/util.h"

struct pool;

/* Reads decimal digits with an optional sign and nothing else, within the
   bounds. */
bool text_int(int64_t *number, const char *text, int64_t min,
	      int64_t max) MUST_CHECK;

/* Reads a time in seconds: such a number without a sign, with an optional unit
   s, m, h, d or w: "90", "15m", "12h", "30d". */
bool text_seconds(int64_t *seconds, const char *text, int64_t min,
		  int64_t max) MUST_CHECK;

/* Checks one or more numbers with spaces between; or whether a list has
   this number. */
bool text_is_numbers(const char *list, int64_t min, int64_t max);
bool text_has_number(const char *list, int64_t number);

/* Whether `len` bytes are well-formed UTF-8 (RFC 3629) without a NUL. */
bool text_is_utf8(const char *text, size_t len);

/* Returns the code point of the UTF-8 character at `text`, which is before
   `end`, and moves `text` to the next one. If it is not well-formed, or a NUL,
   returns TEXT_INVALID and moves over one byte. */
#define TEXT_INVALID UINT32_MAX
enum { TEXT_MAX_CHARACTER = 4 };
uint32_t text_next(const char **text, const char *end);

/* Returns the number of characters; a byte that is not UTF-8 counts as one. */
size_t text_length(const char *text);

/* Whether no byte is a control character (below 0x20, or 0x7f). */
bool text_is_printable(const char *text);

/* Whether `len` bytes have no control characters except those in `allowed`. */
bool text_is_clean(const char *text, size_t len, const char *allowed);

bool text_starts(const char *text, const char *prefix);

/* Writes lower-case digits and a NUL: `hex` has room for 2 * len + 1. */
void text_hex(char *hex, const void *bytes, size_t len);
/* Reads exactly 2 * len digits, in upper or lower case. */
bool text_unhex(void *bytes, size_t len, const char *hex) MUST_CHECK;

/* RFC 4648 section 5 without padding. text_unbase64url() accepts only what
   text_base64url() writes: no other byte, no padding, no stray tail bits. */
char *text_base64url(struct pool *pool, const void *bytes, size_t len);
bool text_unbase64url(struct pool *pool, void **bytes, size_t *len,
		      const char *text) MUST_CHECK;

/* RFC 4648 section 4 with padding, as in HTTP Basic (RFC 7617). The result ends
   in a NUL that `len` does not count. */
char *text_base64(struct pool *pool, const void *bytes, size_t len);
bool text_unbase64(struct pool *pool, void **bytes, size_t *len,
		   const char *text) MUST_CHECK;

/* Encodes every byte outside RFC 3986's unreserved set as %XX. */
char *text_percent(struct pool *pool, const char *text);

/* Copies the text with a to z for A to Z; other characters stay. */
char *text_lower(struct pool *pool, const char *text);

/* Whether `word` is one of `words`, which have spaces between. */
bool text_has_word(const char *words, const char *word);

/* Returns the words with one more at the end. */
const char *text_add_word(struct pool *pool, const char *words,
			  const char *word);

/* Returns the i-th word of `words`, or NULL after the last. */
const char *text_word(struct pool *pool, const char *words, size_t i);

/* Escapes text for HTML or for the value of a quoted attribute. */
char *text_html(struct pool *pool, const char *text);

/* Decodes `len` bytes of text, in which each %XX is one byte, and adds a NUL
   that `size` does not count. Returns false if two digits do not follow a %. */
bool text_unpercent(struct pool *pool, char **bytes, size_t *size,
		    const char *text, size_t len) MUST_CHECK;

/* Returns the length of the longest prefix of UTF-8 text that has at most `max`
   bytes and ends with a whole character. */
size_t text_cut(const char *text, size_t max);

/* Returns the text after its first spaces and tabs. */
const char *text_skip_blanks(const char *text);

/* Returns the number of digits that the text begins with. */
size_t text_digits(const char *text);

#endif
