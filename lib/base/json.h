#ifndef LIB_BASE_JSON_H
#define LIB_BASE_JSON_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/work.h"

/* A JSON value (RFC 8259). It lives as long as its pool. A value that is set or
   pushed must live at least as long as its parent. */
struct json;

/* Returns the version of json-c. */
const char *json_library(void);

enum { JSON_MAX_BYTES = 1 << 20, JSON_MAX_DEPTH = 16 };

/*
 * Reads a text that is exactly one object. Fails with ERR_BAD_REQUEST and the
 * byte offset for comments, trailing commas, broken UTF-8, NULs, a name that an
 * object has twice, and deep nesting; with ERR_TOO_LARGE for a text that is too
 * long.
 */
bool json_parse(struct json **json, struct work *work, const char *text,
		size_t len) MUST_CHECK;

struct json *json_object(struct pool *pool);
struct json *json_array(struct pool *pool);
struct json *json_text(struct pool *pool, const char *text);

/* Returns an array of words that spaces separate. */
struct json *json_words(struct pool *pool, const char *words);

/* Bytes that are not UTF-8 become U+FFFD. A NULL text or child becomes null,
   and for json_set_positive() also 0. */
void json_set_text(struct json *object, const char *key, const char *text);
void json_set_int(struct json *object, const char *key, int64_t number);
void json_set_positive(struct json *object, const char *key, int64_t number);
/* Writes number / 10^decimals. */
void json_set_decimal(struct json *object, const char *key, int64_t number,
		      unsigned decimals);
void json_set_bool(struct json *object, const char *key, bool yes);
void json_set_null(struct json *object, const char *key);
void json_set(struct json *object, const char *key, struct json *child);
void json_push(struct json *array, struct json *child);
/* Writes number / 10^decimals. */
void json_push_decimal(struct json *array, int64_t number, unsigned decimals);
void json_push_text(struct json *array, const char *text);

/* Prints without spaces, or indented for people. `len` may be NULL. */
const char *json_print(struct pool *pool, const struct json *json, size_t *len);
const char *json_print_pretty(struct pool *pool, const struct json *json);

/* Fails with ERR_UNKNOWN_FIELD if the object has a name that is not in `known`,
   which ends with NULL. */
bool json_only(const struct json *object, struct work *work,
	       const char *const *known) MUST_CHECK;

/* Whether the field exists and is not null. */
bool json_has(const struct json *object, const char *key);

/* Whether the field exists; it may be null. */
bool json_names(const struct json *object, const char *key);

/* Returns a text, or a number as it is written, because some clients send "300"
   for 300. NULL for anything else. The text lives as long as the object. */
const char *json_scalar(const struct json *object, const char *key);

/*
 * Reads a required field. Fails with ERR_INVALID_FIELD; the text has the field,
 * what was expected and what came. Lengths of texts are in bytes. Texts live as
 * long as the object; the array of json_get_texts() lives in the work's pool.
 */
bool json_get_text(const char **text, struct work *work,
		   const struct json *object, const char *key, size_t min,
		   size_t max) MUST_CHECK;
bool json_get_int(int64_t *number, struct work *work, const struct json *object,
		  const char *key, int64_t min, int64_t max) MUST_CHECK;
bool json_get_bool(bool *yes, struct work *work, const struct json *object,
		   const char *key) MUST_CHECK;
/* Reads an array of `count` numbers from 0 to 1, rounded to `decimals`, in
   units of the last one. */
bool json_get_shares(int64_t *numbers, struct work *work,
		     const struct json *object, const char *key, size_t count,
		     unsigned decimals) MUST_CHECK;
bool json_get_texts(const char ***texts, size_t *count, struct work *work,
		    const struct json *object, const char *key,
		    size_t max_count, size_t max_len) MUST_CHECK;

#endif
