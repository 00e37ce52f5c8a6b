#ifndef LIB_BASE_JSON_H
#define LIB_BASE_JSON_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/work.h"

/*
 * A JSON value (RFC 8259). It lives as long as the pool it was made in; what
 * is set or pushed lives at least as long as its parent.
 */
struct json;

/* The version of the library json-c. */
const char *json_library(void);

enum { JSON_MAX_BYTES = 1 << 20, JSON_MAX_DEPTH = 16 };

/*
 * Reads a text that is one object and nothing else. Comments, trailing commas,
 * broken UTF-8, NULs, a name that comes twice in an object and deeper nesting
 * are refused: ERR_BAD_REQUEST, saying at which byte; ERR_TOO_LARGE for a
 * longer text.
 */
bool json_parse(struct json **json, struct work *work, const char *text,
		size_t len) MUST_CHECK;

struct json *json_object(struct pool *pool);
struct json *json_array(struct pool *pool);
struct json *json_text(struct pool *pool, const char *text);

/* Bytes of a text that are no UTF-8 become U+FFFD. A text that is NULL, or a
   child that is, makes a null. */
void json_set_text(struct json *object, const char *key, const char *text);
void json_set_int(struct json *object, const char *key, int64_t number);
void json_set_bool(struct json *object, const char *key, bool yes);
void json_set_null(struct json *object, const char *key);
void json_set(struct json *object, const char *key, struct json *child);
void json_push(struct json *array, struct json *child);
void json_push_text(struct json *array, const char *text);

/* Without spaces, or for people. `len` may be NULL. */
const char *json_print(struct pool *pool, const struct json *json, size_t *len);
const char *json_print_pretty(struct pool *pool, const struct json *json);

/* Fails with ERR_UNKNOWN_FIELD when the object has a name that is not in
   `known`, which ends in NULL. */
bool json_only(const struct json *object, struct work *work,
	       const char *const *known) MUST_CHECK;

/* It is there and is not null. */
bool json_has(const struct json *object, const char *key);

/* It is there; it may be null. */
bool json_names(const struct json *object, const char *key);

/* A text, or a number as it is written: "300" and 300 are the same for some.
   NULL for anything else. It lives as long as the object. */
const char *json_scalar(const struct json *object, const char *key);

/*
 * A field that must be there. Fails with ERR_INVALID_FIELD: the field, what
 * was expected and what came. Texts are measured in bytes and live as long as
 * the object; the array of json_get_texts() lives in the work's pool.
 */
bool json_get_text(const char **text, struct work *work,
		   const struct json *object, const char *key, size_t min,
		   size_t max) MUST_CHECK;
bool json_get_int(int64_t *number, struct work *work, const struct json *object,
		  const char *key, int64_t min, int64_t max) MUST_CHECK;
bool json_get_bool(bool *yes, struct work *work, const struct json *object,
		   const char *key) MUST_CHECK;
bool json_get_texts(const char ***texts, size_t *count, struct work *work,
		    const struct json *object, const char *key,
		    size_t max_count, size_t max_len) MUST_CHECK;

#endif
