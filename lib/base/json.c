/* json.c: reads JSON strictly and builds JSON values. */
#include "config.h"

#include "lib/base/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* json-c has a typedef with the name of our json_object(). */
#define json_object json_c_object
#include <json.h>
#undef json_object

#include "lib/base/buf.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"

static struct json_c_object *inner(const struct json *json)
{
	return (struct json_c_object *)json;
}

static void put(void *object)
{
	json_object_put(object);
}

static struct json *own(struct pool *pool, struct json_c_object *object)
{
	if (!object)
		abort();
	pool_defer(pool, put, object);
	return (struct json *)object;
}

/* Returns the length of a number by RFC 8259 section 6, or 0. */
static size_t number_len(const char *text)
{
	const char *at = text + (*text == '-');

	if (!text_digits(at) || (*at == '0' && text_digits(at) > 1))
		return 0;
	at += text_digits(at);
	if (*at == '.') {
		if (!text_digits(++at))
			return 0;
		at += text_digits(at);
	}
	if (*at == 'e' || *at == 'E') {
		at += 1 + (at[1] == '-' || at[1] == '+');
		if (!text_digits(at))
			return 0;
		at += text_digits(at);
	}
	return *at && strchr("+-.eE", *at) ? 0 : (size_t)(at - text);
}

/* Returns the length in bytes of the next token or character; 0 if it is not
   JSON. */
static size_t step(const char *at, bool quoted)
{
	if (quoted && *at == '\\')
		return at[1] && strncmp(at, "\\u0000", 6) ? 2 : 0;
	if (quoted)
		return (unsigned char)*at >= 0x20;
	if (*at == '-' || text_digits(at))
		return number_len(at);
	return strchr(" \t\r\n{}[],:\"trufalsen", *at) != NULL;
}

/*
 * json-c 0.16 is less strict than its flag says: it accepts 'a', 1., -01, NaN,
 * Infinity, control characters in texts and overlong UTF-8, cuts names at a
 * NUL, and keeps the last of two equal names. This finds all but the last, and
 * counts the names, to compare with the number that json-c keeps.
 */
static bool scan(size_t *names, struct work *work, const char *text, size_t len)
{
	bool quoted = false;

	if (!text_is_utf8(text, len))
		return fail(work, ERR_BAD_REQUEST,
			    "JSON: text in UTF-8 without NUL");
	for (size_t i = 0, size; i < len; i += size) {
		size = step(text + i, quoted);
		if (!size)
			return fail(work, ERR_BAD_REQUEST,
				    "JSON: an unexpected character, NUL or "
				    "number at byte %zu",
				    i);
		if (text[i] == '"')
			quoted = !quoted;
		else if (!quoted)
			*names += text[i] == ':';
	}
	return true;
}

static size_t count_names(struct json_c_object *object)
{
	size_t count = 0;

	if (json_object_is_type(object, json_type_array))
		for (size_t i = 0; i < json_object_array_length(object); i++)
			count += count_names(
				json_object_array_get_idx(object, i));
	if (!json_object_is_type(object, json_type_object))
		return count;

	struct json_object_iterator at = json_object_iter_begin(object);
	struct json_object_iterator end = json_object_iter_end(object);

	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at))
		count += 1 + count_names(json_object_iter_peek_value(&at));
	return count;
}

static void free_tokener(void *tokener)
{
	json_tokener_free(tokener);
}

static bool parse(struct json_c_object **object, struct work *work,
		  const char *text, size_t len)
{
	struct json_tokener *tokener = json_tokener_new_ex(JSON_MAX_DEPTH);
	enum json_tokener_error error;

	if (!tokener)
		abort();
	pool_defer(work->pool, free_tokener, tokener);
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	*object = json_tokener_parse_ex(tokener, text, (int)len);
	error = json_tokener_get_error(tokener);
	if (error == json_tokener_success)
		return true;
	return fail(work, ERR_BAD_REQUEST, "JSON: %s at byte %zu",
		    error == json_tokener_continue
			    ? "unexpected end"
			    : json_tokener_error_desc(error),
		    json_tokener_get_parse_end(tokener));
}

bool json_parse(struct json **json, struct work *work, const char *text,
		size_t len)
{
	struct json_c_object *object;
	size_t names = 0;

	if (len > JSON_MAX_BYTES)
		return fail(work, ERR_TOO_LARGE,
			    "JSON: at most %d bytes, not %zu", JSON_MAX_BYTES,
			    len);
	/* A number at the end of the text needs a byte after it: the NUL. */
	text = pool_strndup(work->pool, text, len);
	if (!scan(&names, work, text, len) || !parse(&object, work, text, len))
		return false;
	pool_defer(work->pool, put, object);
	if (!json_object_is_type(object, json_type_object))
		return fail(work, ERR_BAD_REQUEST, "JSON: an object, not %s",
			    json_type_to_name(json_object_get_type(object)));
	if (count_names(object) != names)
		return fail(work, ERR_BAD_REQUEST,
			    "JSON: an object has the same name twice");
	*json = (struct json *)object;
	return true;
}

struct json *json_object(struct pool *pool)
{
	return own(pool, json_object_new_object());
}

struct json *json_array(struct pool *pool)
{
	return own(pool, json_object_new_array());
}

static struct json_c_object *repaired(const char *text, size_t len)
{
	const char *end = text + len, *from;
	struct json_c_object *value;
	struct buf buf;

	buf_init(&buf, 3 * len);
	while ((from = text) < end)
		if (text_next(&text, end) == TEXT_INVALID
			    ? !buf_add_text(&buf, "\xef\xbf\xbd")
			    : !buf_add(&buf, from, (size_t)(text - from)))
			abort();
	value = json_object_new_string_len(buf.data, (int)buf.len);
	buf_release(&buf);
	return value;
}

static struct json_c_object *text_value(const char *text)
{
	size_t len = text ? strlen(text) : 0;
	struct json_c_object *value;

	if (!text)
		return NULL;
	value = text_is_utf8(text, len)
			? json_object_new_string_len(text, (int)len)
			: repaired(text, len);
	if (!value)
		abort();
	return value;
}

struct json *json_text(struct pool *pool, const char *text)
{
	return own(pool, text_value(text));
}

static struct json_c_object *made(struct json_c_object *value)
{
	if (!value) /* no memory; json-c would print the value as null */
		abort();
	return value;
}

static void add(struct json *object, const char *key,
		struct json_c_object *value)
{
	if (json_object_object_add(inner(object), key, value))
		abort();
}

static void push(struct json *array, struct json_c_object *value)
{
	if (json_object_array_add(inner(array), value))
		abort();
}

/* Without digits that are 0 at the end. */
static struct json_c_object *decimal_value(int64_t number, unsigned decimals)
{
	const uint64_t whole =
		number < 0 ? -(uint64_t)number : (uint64_t)number;
	uint64_t scale = 1;
	char text[48];
	size_t len;

	for (unsigned i = 0; i < decimals; i++)
		scale *= 10;
	len = (size_t)snprintf(text, sizeof(text), "%s%" PRIu64 ".%0*" PRIu64,
			       number < 0 ? "-" : "", whole / scale,
			       (int)decimals, whole % scale);
	while (text[len - 1] == '0')
		len--;
	len -= text[len - 1] == '.';
	text[len] = '\0';
	return json_object_new_double_s((double)number / (double)scale, text);
}

void json_set_text(struct json *object, const char *key, const char *text)
{
	add(object, key, text_value(text));
}

void json_set_int(struct json *object, const char *key, int64_t number)
{
	add(object, key, made(json_object_new_int64(number)));
}

void json_set_positive(struct json *object, const char *key, int64_t number)
{
	if (number)
		json_set_int(object, key, number);
	else
		json_set_null(object, key);
}

void json_set_decimal(struct json *object, const char *key, int64_t number,
		      unsigned decimals)
{
	add(object, key, made(decimal_value(number, decimals)));
}

void json_set_bool(struct json *object, const char *key, bool yes)
{
	add(object, key, made(json_object_new_boolean(yes)));
}

void json_set_null(struct json *object, const char *key)
{
	add(object, key, NULL);
}

void json_set(struct json *object, const char *key, struct json *child)
{
	add(object, key, json_object_get(inner(child)));
}

void json_push(struct json *array, struct json *child)
{
	push(array, json_object_get(inner(child)));
}

void json_push_decimal(struct json *array, int64_t number, unsigned decimals)
{
	push(array, decimal_value(number, decimals));
}

void json_push_text(struct json *array, const char *text)
{
	push(array, text_value(text));
}

struct json *json_words(struct pool *pool, const char *words)
{
	struct json *array = json_array(pool);
	const char *word;

	for (size_t i = 0; (word = text_word(pool, words, i)); i++)
		json_push_text(array, word);
	return array;
}

static bool is_among(const char *name, const char *const *known)
{
	for (; *known; known++)
		if (!strcmp(name, *known))
			return true;
	return false;
}

static bool unknown(struct work *work, const char *name,
		    const char *const *known)
{
	const char *list = *known ? *known : "no fields";

	while (*known && *++known)
		list = pool_printf(work->pool, "%s, %s", list, *known);
	return fail_unknown(work, name, "%s: unknown field; expected: %s", name,
			    list);
}

bool json_only(const struct json *object, struct work *work,
	       const char *const *known)
{
	struct json_object_iterator at = json_object_iter_begin(inner(object));
	struct json_object_iterator end = json_object_iter_end(inner(object));

	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
		const char *name = json_object_iter_peek_name(&at);

		if (!is_among(name, known))
			return unknown(work, name, known);
	}
	return true;
}

static struct json_c_object *field(const struct json *object, const char *key)
{
	return json_object_object_get(inner(object), key);
}

bool json_has(const struct json *object, const char *key)
{
	return field(object, key) != NULL;
}

bool json_names(const struct json *object, const char *key)
{
	return json_object_object_get_ex(inner(object), key, NULL);
}

/* Returns what came, for the error text. */
static const char *shown(const struct json *object, const char *key)
{
	struct json_c_object *value = field(object, key);

	switch (json_object_get_type(value)) {
	case json_type_null:
		return json_object_object_get_ex(inner(object), key, NULL)
			       ? "null"
			       : "nothing";
	case json_type_object:
		return "an object";
	case json_type_array:
		return "an array";
	default:
		return json_object_to_json_string_ext(
			value, JSON_C_TO_STRING_PLAIN |
				       JSON_C_TO_STRING_NOSLASHESCAPE);
	}
}

const char *json_scalar(const struct json *object, const char *key)
{
	struct json_c_object *value = field(object, key);

	switch (json_object_get_type(value)) {
	case json_type_string:
	case json_type_int:
	case json_type_double:
		return json_object_get_string(value);
	default:
		return NULL;
	}
}

bool json_get_text(const char **text, struct work *work,
		   const struct json *object, const char *key, size_t min,
		   size_t max)
{
	struct json_c_object *value = field(object, key);
	size_t len;

	if (!json_object_is_type(value, json_type_string))
		return fail_field(work, key,
				  "%s: text of %zu to %zu bytes, not %.40s",
				  key, min, max, shown(object, key));
	len = (size_t)json_object_get_string_len(value);
	if (len < min || len > max)
		return fail_field(work, key,
				  "%s: text of %zu to %zu bytes, not %zu", key,
				  min, max, len);
	*text = json_object_get_string(value);
	return true;
}

/* json-c keeps numbers up to UINT64_MAX, but its getter cuts them to
   INT64_MAX. */
static bool is_int(struct json_c_object *value)
{
	return json_object_is_type(value, json_type_int) &&
	       json_object_get_uint64(value) <= INT64_MAX;
}

bool json_get_int(int64_t *number, struct work *work, const struct json *object,
		  const char *key, int64_t min, int64_t max)
{
	struct json_c_object *value = field(object, key);
	int64_t n = json_object_get_int64(value);

	if (!is_int(value) || n < min || n > max)
		return fail_field(work, key,
				  "%s: a number from %" PRId64 " to %" PRId64
				  ", not %.40s",
				  key, min, max, shown(object, key));
	*number = n;
	return true;
}

bool json_get_bool(bool *yes, struct work *work, const struct json *object,
		   const char *key)
{
	struct json_c_object *value = field(object, key);

	if (!json_object_is_type(value, json_type_boolean))
		return fail_field(work, key, "%s: true or false, not %.40s",
				  key, shown(object, key));
	*yes = json_object_get_boolean(value);
	return true;
}

bool json_get_shares(int64_t *numbers, struct work *work,
		     const struct json *object, const char *key, size_t count,
		     unsigned decimals)
{
	struct json_c_object *array = field(object, key);
	const double unit = pow(10, decimals);

	if (!json_object_is_type(array, json_type_array) ||
	    json_object_array_length(array) != count)
		return fail_field(work, key, "%s: an array of %zu numbers", key,
				  count);
	for (size_t i = 0; i < count; i++) {
		struct json_c_object *value =
			json_object_array_get_idx(array, i);
		const double number = json_object_get_double(value);

		if ((!json_object_is_type(value, json_type_int) &&
		     !json_object_is_type(value, json_type_double)) ||
		    !(number >= 0 && number <= 1))
			return fail_field(work, key,
					  "%s: numbers from 0 to 1, number "
					  "%zu is not",
					  key, i + 1);
		numbers[i] = (int64_t)(number * unit + 0.5);
	}
	return true;
}

bool json_get_texts(const char ***texts, size_t *count, struct work *work,
		    const struct json *object, const char *key,
		    size_t max_count, size_t max_len)
{
	struct json_c_object *array = field(object, key);
	const char **list;
	size_t len;

	if (!json_object_is_type(array, json_type_array))
		return fail_field(work, key, "%s: an array of texts, not %.40s",
				  key, shown(object, key));
	len = json_object_array_length(array);
	if (len > max_count)
		return fail_field(work, key, "%s: at most %zu texts, not %zu",
				  key, max_count, len);
	list = pool_alloc(work->pool, (len + 1) * sizeof(*list));
	for (size_t i = 0; i < len; i++) {
		struct json_c_object *value =
			json_object_array_get_idx(array, i);

		if (!json_object_is_type(value, json_type_string) ||
		    (size_t)json_object_get_string_len(value) > max_len)
			return fail_field(work, key,
					  "%s: texts of at most %zu bytes, "
					  "number %zu is not",
					  key, max_len, i + 1);
		list[i] = json_object_get_string(value);
	}
	*texts = list;
	*count = len;
	return true;
}

const char *json_library(void)
{
	return json_c_version();
}
