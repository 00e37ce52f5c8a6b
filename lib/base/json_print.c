/* json_print.c: writes JSON. */
#include "config.h"

#include "lib/base/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* json-c has a typedef with the name of our json_object(). */
#define json_object json_c_object
#include <json.h>
#undef json_object

#include "lib/base/buf.h"

/* json-c has a printer too, but it silently drops what it has no memory for, so
   that an answer could lack an id. This one ends the process instead. */
enum { MOST_PRINTED = 1 << 30, INDENT = 2 };

struct printer {
	struct buf *buf;
	bool pretty;
};

static void put_bytes(const struct printer *printer, const char *bytes,
		      size_t len)
{
	if (!buf_add(printer->buf, bytes, len))
		abort();
}

static void put_line(const struct printer *printer, unsigned level)
{
	if (!printer->pretty)
		return;
	put_bytes(printer, "\n", 1);
	for (unsigned i = 0; i < INDENT * level; i++)
		put_bytes(printer, " ", 1);
}

/* RFC 8259 section 7: escapes a byte that a text cannot contain. */
static void put_escaped(const struct printer *printer, unsigned char byte)
{
	static const char special[] = "\b\f\n\r\t\"\\";
	static const char letters[] = "bfnrt\"\\";
	const char *found = byte ? strchr(special, byte) : NULL;
	char code[8] = { '\\' };

	if (found)
		code[1] = letters[found - special];
	else
		snprintf(code, sizeof(code), "\\u%04x", byte);
	put_bytes(printer, code, strlen(code));
}

static bool is_escaped(unsigned char byte)
{
	return byte < 0x20 || byte == '"' || byte == '\\';
}

static void put_text(const struct printer *printer, const char *text,
		     size_t len)
{
	size_t from = 0;

	put_bytes(printer, "\"", 1);
	for (size_t i = 0; i < len; i++) {
		if (!is_escaped((unsigned char)text[i]))
			continue;
		put_bytes(printer, text + from, i - from);
		put_escaped(printer, (unsigned char)text[i]);
		from = i + 1;
	}
	put_bytes(printer, text + from, len - from);
	put_bytes(printer, "\"", 1);
}

/* Prints a number, true or false: these fit the buffer that json-c allocates
   first. */
static void put_short(const struct printer *printer,
		      struct json_c_object *value)
{
	const char *text = json_object_get_string(value);

	if (!text)
		abort();
	put_bytes(printer, text, strlen(text));
}

static void put_int(const struct printer *printer, struct json_c_object *value)
{
	const uint64_t number = json_object_get_uint64(value);
	char text[24];

	if (number > INT64_MAX)
		snprintf(text, sizeof(text), "%" PRIu64, number);
	else
		snprintf(text, sizeof(text), "%" PRId64,
			 json_object_get_int64(value));
	put_bytes(printer, text, strlen(text));
}

static void put_value(const struct printer *printer,
		      struct json_c_object *value, unsigned level);

static void put_array(const struct printer *printer,
		      struct json_c_object *array, unsigned level)
{
	const size_t count = json_object_array_length(array);

	put_bytes(printer, "[", 1);
	for (size_t i = 0; i < count; i++) {
		if (i)
			put_bytes(printer, ",", 1);
		put_line(printer, level + 1);
		put_value(printer, json_object_array_get_idx(array, i),
			  level + 1);
	}
	if (count)
		put_line(printer, level);
	put_bytes(printer, "]", 1);
}

static void put_object(const struct printer *printer,
		       struct json_c_object *object, unsigned level)
{
	struct json_object_iterator at = json_object_iter_begin(object);
	struct json_object_iterator end = json_object_iter_end(object);
	const bool is_empty = json_object_iter_equal(&at, &end);

	put_bytes(printer, "{", 1);
	for (bool more = false; !json_object_iter_equal(&at, &end);
	     json_object_iter_next(&at), more = true) {
		const char *name = json_object_iter_peek_name(&at);

		if (more)
			put_bytes(printer, ",", 1);
		put_line(printer, level + 1);
		put_text(printer, name, strlen(name));
		put_bytes(printer, ": ", printer->pretty ? 2 : 1);
		put_value(printer, json_object_iter_peek_value(&at), level + 1);
	}
	if (!is_empty)
		put_line(printer, level);
	put_bytes(printer, "}", 1);
}

static void put_value(const struct printer *printer,
		      struct json_c_object *value, unsigned level)
{
	switch (json_object_get_type(value)) {
	case json_type_null:
		put_bytes(printer, "null", 4);
		break;
	case json_type_object:
		put_object(printer, value, level);
		break;
	case json_type_array:
		put_array(printer, value, level);
		break;
	case json_type_string:
		put_text(printer, json_object_get_string(value),
			 (size_t)json_object_get_string_len(value));
		break;
	case json_type_int:
		put_int(printer, value);
		break;
	default:
		put_short(printer, value);
	}
}

static const char *print(struct pool *pool, const struct json *json,
			 bool pretty, size_t *len)
{
	const struct printer printer = { buf_new(pool, MOST_PRINTED), pretty };

	put_value(&printer, (struct json_c_object *)json, 0);
	if (len)
		*len = printer.buf->len;
	return printer.buf->data;
}

const char *json_print(struct pool *pool, const struct json *json, size_t *len)
{
	return print(pool, json, false, len);
}

const char *json_print_pretty(struct pool *pool, const struct json *json)
{
	return print(pool, json, true, NULL);
}
