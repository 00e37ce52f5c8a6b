#ifndef LIB_BASE_TEXT_H
#define LIB_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/util.h"

struct pool;

/* Decimal digits with an optional sign, nothing else, within the bounds. */
bool text_int(int64_t *number, const char *text, int64_t min,
	      int64_t max) MUST_CHECK;

/* One or more such numbers, spaces between; and whether one of them is this. */
bool text_is_numbers(const char *list, int64_t min, int64_t max);
bool text_has_number(const char *list, int64_t number);

/* Well-formed UTF-8 (RFC 3629) of `len` bytes without a NUL. */
bool text_is_utf8(const char *text, size_t len);

/* The length of the UTF-8 character that begins here, or 0 if none does within
   `left` bytes. */
size_t text_character(const char *at, size_t left);

/* True when no byte is a control character (below 0x20, or 0x7f). */
bool text_is_printable(const char *text);

/* True when `len` bytes have no control character but those in `allowed`. */
bool text_is_clean(const char *text, size_t len, const char *allowed);

bool text_starts(const char *text, const char *prefix);

/* Lower-case digits and a NUL: `hex` has room for 2 * len + 1. */
void text_hex(char *hex, const void *bytes, size_t len);
/* Exactly 2 * len digits of either case. */
bool text_unhex(void *bytes, size_t len, const char *hex) MUST_CHECK;

/* RFC 4648 section 5 without padding. text_unbase64url() takes only what
   text_base64url() writes: no other byte, no padding, no stray tail bits. */
char *text_base64url(struct pool *pool, const void *bytes, size_t len);
bool text_unbase64url(struct pool *pool, void **bytes, size_t *len,
		      const char *text) MUST_CHECK;

/* RFC 4648 section 4, with padding, as HTTP Basic has it (RFC 7617). The
   result ends in a NUL that `len` does not count. */
char *text_base64(struct pool *pool, const void *bytes, size_t len);
bool text_unbase64(struct pool *pool, void **bytes, size_t *len,
		   const char *text) MUST_CHECK;

/* Every byte outside RFC 3986's unreserved set becomes %XX. */
char *text_percent(struct pool *pool, const char *text);

/* A copy with a to z for A to Z; other letters stay. */
char *text_lower(struct pool *pool, const char *text);

/* Whether `word` is one of the words in `words`, which have spaces between. */
bool text_has_word(const char *words, const char *word);

/* The i-th word of `words`, or NULL after the last. */
const char *text_word(struct pool *pool, const char *words, size_t i);

/* As text in HTML or as the value of an attribute in quotes. */
char *text_html(struct pool *pool, const char *text);

/* The bytes that `len` bytes of text stand for when each %XX is one byte, and
   a NUL that `size` does not count. False when a % is not followed by two
   digits. */
bool text_unpercent(struct pool *pool, char **bytes, size_t *size,
		    const char *text, size_t len) MUST_CHECK;

/* The length of the longest beginning of UTF-8 text that has at most `max`
   bytes and ends with a whole character. */
size_t text_cut(const char *text, size_t max);

#endif
