/* uri.c: fuzzes the request line and the form; what is taken must be clean. */
#include "config.h"

#include "fcgi/uri.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fcgi/form.h"
#include "lib/base/buf.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/base/work.h"

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_text(const char *text)
{
	require(text_is_utf8(text, strlen(text)));
	require(text_is_printable(text));
}

static void check_pairs(const struct uri_pair *pairs, size_t count)
{
	require(count <= URI_MAX_PAIRS);
	for (size_t i = 0; i < count; i++) {
		require(*pairs[i].name);
		check_text(pairs[i].name);
		check_text(pairs[i].value);
		for (size_t j = 0; j < i; j++)
			require(strcmp(pairs[i].name, pairs[j].name));
	}
}

static void check_path(const char *path)
{
	size_t len = strlen(path);

	check_text(path);
	require(*path == '/');
	require(!strstr(path, "//") && !strchr(path, '\\'));
	require(!strstr(path, "/./") && !strstr(path, "/../"));
	require(len < 2 || strcmp(path + len - 2, "/."));
	require(len < 3 || strcmp(path + len - 3, "/.."));
}

static void add_encoded(struct buf *text, struct pool *pool,
			const char *decoded)
{
	require(buf_add_text(text, text_percent(pool, decoded)));
}

/* The same address again, encoded as far as may be. */
static const char *encode(struct pool *pool, const struct uri *uri)
{
	struct buf *text = buf_new(pool, 1 << 20);
	char *path = pool_strdup(pool, uri->path + 1);
	const char *segment;

	while ((segment = strsep(&path, "/"))) {
		require(buf_add_text(text, "/"));
		add_encoded(text, pool, segment);
	}
	for (size_t i = 0; i < uri->query_count; i++) {
		require(buf_add_text(text, i ? "&" : "?"));
		add_encoded(text, pool, uri->query[i].name);
		require(buf_add_text(text, "="));
		add_encoded(text, pool, uri->query[i].value);
	}
	return text->data;
}

static void check_same(const struct uri *a, const struct uri *b)
{
	require(!strcmp(a->path, b->path));
	require(a->query_count == b->query_count);
	for (size_t i = 0; i < a->query_count; i++) {
		require(!strcmp(a->query[i].name, b->query[i].name));
		require(!strcmp(a->query[i].value, b->query[i].value));
	}
}

static void fuzz_uri(struct work *work, const char *text)
{
	struct uri uri, again;
	const char *encoded;

	if (!uri_parse(&uri, work, text)) {
		require(*work->why);
		return;
	}
	check_path(uri.path);
	if (!uri_parse_query(&uri, work)) {
		require(*work->why);
		return;
	}
	check_pairs(uri.query, uri.query_count);
	encoded = encode(work->pool, &uri);
	if (strlen(encoded) > URI_MAX_BYTES)
		return;
	require(uri_parse(&again, work, encoded));
	require(uri_parse_query(&again, work));
	check_same(&uri, &again);
}

static void fuzz_form(struct work *work, const char *bytes, size_t len)
{
	const char *value;
	struct form form;

	if (!form_parse(&form, work, bytes, len))
		return;
	require(!memchr(bytes, '\0', len));
	check_pairs(form.fields, form.field_count);
	for (size_t i = 0; i < form.field_count; i++) {
		require(form_get(&value, &form, form.fields[i].name) ==
			FORM_TEXT);
		require(value == form.fields[i].value);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* "METHOD SP request-target", and all of it as a form. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct pool *pool = pool_new();
	struct work work = { .pool = pool };
	const char *line = pool_strndup(pool, (const char *)bytes, len);
	const char *space = strchr(line, ' ');

	fuzz_uri(&work, space ? space + 1 : line);
	fuzz_form(&work, line, len);
	pool_free(pool);
	return 0;
}
