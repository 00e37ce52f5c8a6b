/* uri.c: fuzzes the request line and the form; what is taken must be clean. */
#include "config.h"

#include "fcgi/uri.h"

#include <string.h>

#include "fcgi/form.h"
#include "lib/base/buf.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/base/work.h"
#include "tests/lib/fuzz.h"

static void check_pairs(const struct uri_pair *pairs, size_t count)
{
	expect(count <= URI_MAX_PAIRS);
	for (size_t i = 0; i < count; i++) {
		expect(*pairs[i].name);
		fuzz_expect_clean(pairs[i].name);
		fuzz_expect_clean(pairs[i].value);
		for (size_t j = 0; j < i; j++)
			expect(strcmp(pairs[i].name, pairs[j].name));
	}
}

static void check_path(const char *path)
{
	size_t len = strlen(path);

	fuzz_expect_clean(path);
	expect(*path == '/');
	expect(!strstr(path, "//") && !strchr(path, '\\'));
	expect(!strstr(path, "/./") && !strstr(path, "/../"));
	expect(len < 2 || strcmp(path + len - 2, "/."));
	expect(len < 3 || strcmp(path + len - 3, "/.."));
}

static void add_encoded(struct buf *text, struct pool *pool,
			const char *decoded)
{
	expect(buf_add_text(text, text_percent(pool, decoded)));
}

/* The same address again, encoded as far as may be. */
static const char *encode(struct pool *pool, const struct uri *uri)
{
	struct buf *text = buf_new(pool, 1 << 20);
	char *path = pool_strdup(pool, uri->path + 1);
	const char *segment;

	while ((segment = strsep(&path, "/"))) {
		expect(buf_add_text(text, "/"));
		add_encoded(text, pool, segment);
	}
	for (size_t i = 0; i < uri->query_count; i++) {
		expect(buf_add_text(text, i ? "&" : "?"));
		add_encoded(text, pool, uri->query[i].name);
		expect(buf_add_text(text, "="));
		add_encoded(text, pool, uri->query[i].value);
	}
	return text->data;
}

static void check_same(const struct uri *a, const struct uri *b)
{
	expect(!strcmp(a->path, b->path));
	expect(a->query_count == b->query_count);
	for (size_t i = 0; i < a->query_count; i++) {
		expect(!strcmp(a->query[i].name, b->query[i].name));
		expect(!strcmp(a->query[i].value, b->query[i].value));
	}
}

static void fuzz_uri(struct work *work, const char *text)
{
	struct uri uri, again;
	const char *encoded;

	if (!uri_parse(&uri, work, text)) {
		expect(*work->why);
		return;
	}
	check_path(uri.path);
	if (!uri_parse_query(&uri, work)) {
		expect(*work->why);
		return;
	}
	check_pairs(uri.query, uri.query_count);
	encoded = encode(work->pool, &uri);
	if (strlen(encoded) > URI_MAX_BYTES)
		return;
	expect(uri_parse(&again, work, encoded));
	expect(uri_parse_query(&again, work));
	check_same(&uri, &again);
}

static void fuzz_form(struct work *work, const char *bytes, size_t len)
{
	const char *value;
	struct request_body form = { 0 };

	if (!form_parse(&form, work, bytes, len))
		return;
	expect(!memchr(bytes, '\0', len));
	check_pairs(form.fields, form.field_count);
	for (size_t i = 0; i < form.field_count; i++) {
		expect(form_get(&value, &form, form.fields[i].name) ==
		       FORM_TEXT);
		expect(value == form.fields[i].value);
	}
}

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
